"""/contacts, /contacts/search, /contacts/{id}, /contact: Inrō's contact entity, listed, read and written."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions import contacts as actions
from coterie.actions.filters import list_filtered, search_filtered
from coterie.api.errors import wire_names
from coterie.api.filters import find_where, is_filtered
from coterie.api.inro.contact_input import (
    KNOWN_BY,
    ORDERS,
    ContactFields,
    ListQuery,
    SearchQuery,
    fields_of,
    find,
    locator,
)
from coterie.api.inro.filters import filter_errors
from coterie.api.inro.ids import read_id
from coterie.api.inro.pages import Page, page_response, read_page
from coterie.api.route import Request
from coterie.errors import Invalid, Problem
from coterie.http.responses import Response
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import Contact
from coterie.model.interactions import COMMENT, INCOMING, MESSAGE
from coterie.model.organizations import Caller
from coterie.model.text import visible
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx


class ContactFolderEntity(Struct):
    id: int
    name: str


class MessageEntity(Struct):
    content: Annotated[str | None, Meta(description="Text; null for media.")]
    received_at: str
    received: Annotated[bool, Meta(description="true: from the contact; false: sent by the account.")]


class CommentEntity(Struct):
    text: str | None
    received_at: str


class MentionEntity(Struct):
    text: Annotated[str | None, Meta(description="null for a story.")]
    received_at: str


class ContactEntity(Struct):
    """The 23 keys, always all of them, in the published order."""

    id: int
    name: str | None
    username: str | None
    instagram_url: str | None
    profile_picture: str | None
    status: Literal["subscribed", "optout"]
    notes: str | None
    is_follower: bool | None
    email: str | None
    real_name: str | None
    phone: str | None
    language: str | None
    follower_count: int | None
    follower_growth: int | None
    bio: str | None
    website: str | None
    created_at: str
    updated_at: str
    custom_properties: dict[str, Any]
    folders: list[ContactFolderEntity]
    last_messages: list[MessageEntity]
    last_comments: list[CommentEntity]
    last_mentions: list[MentionEntity]


def present_contacts(tx: Tx, organization_id: int, contacts: Sequence[Contact]) -> list[ContactEntity]:
    """The entities of contacts, in the same order."""
    sheets = sheets_of(tx, organization_id, contacts, ("folders", "properties", "recent"))
    return [_entity(sheet) for sheet in sheets.values()]


def _entity(sheet: ContactSheet) -> ContactEntity:
    messages: list[MessageEntity] = []
    comments: list[CommentEntity] = []
    mentions: list[MentionEntity] = []
    for _, kind, text, at, direction in sheet.recent:
        if kind == MESSAGE:
            messages.append(MessageEntity(text, at, direction == INCOMING))
        elif kind == COMMENT:
            comments.append(CommentEntity(text, at))
        else:
            mentions.append(MentionEntity(text, at))
    contact = sheet.contact
    real_name = contact.full_name
    name = contact.name if contact.formatted_name else contact.display_name or real_name or contact.nickname
    # in the order of ContactEntity: keywords would take four times as long, and lists are read most
    values: tuple[Any, ...] = (
        contact.id,
        name,
        contact.username,
        f"https://www.instagram.com/{contact.username}" if contact.username else None,
        contact.profile_picture_url,
        contact.status,
        contact.pinned_note,
        contact.is_follower,
        contact.email,
        real_name,
        contact.phone,
        contact.language,
        contact.follower_count,
        contact.follower_growth,
        contact.bio,
        contact.website,
        contact.created_at,
        contact.updated_at,
        sheet.properties,
        [ContactFolderEntity(folder[0], folder[1]) for folder in sheet.folders],
        messages,
        comments,
        mentions,
    )
    return ContactEntity(*values)


def present_contact(tx: Tx, organization_id: int, contact: Contact) -> ContactEntity:
    """The entity of one contact."""
    return present_contacts(tx, organization_id, [contact])[0]


def list_(tx: Tx, caller: Caller, request: Request) -> Response:
    query: ListQuery = request.query
    page = read_page(query.page, query.per_page, query.offset)
    found, total = _list(tx, caller, query, page)
    return page_response(present_contacts(tx, caller.organization_id, found), page, total)


def _list(tx: Tx, caller: Caller, query: ListQuery, page: Page) -> tuple[Sequence[Contact], int]:
    order, descending = ORDERS[query.order_column or "id"], query.order_direction == "desc"
    with filter_errors():
        where = find_where(tx, caller, query)
    if where is not None:
        return list_filtered(tx, caller, where, order=order, descending=descending, limit=page.size, offset=page.skip)
    total = store.count_contacts(tx, caller.organization_id)
    contacts = store.list_contacts(
        tx, caller.organization_id, order=order, descending=descending, limit=page.size, offset=page.skip
    )
    return contacts, total


def is_search(query: SearchQuery) -> bool:
    """Whether there is a text to search for or a filter; without either the request lists contacts."""
    return bool((query.query or "").strip()) or is_filtered(query)


def search(tx: Tx, caller: Caller, request: Request) -> Response:
    query: SearchQuery = request.query
    if not (query.query or "").strip():
        return list_(tx, caller, request)
    page = read_page(query.page, query.per_page, query.offset)
    found, total = _search(tx, caller, query, page)
    return page_response(present_contacts(tx, caller.organization_id, found), page, total)


def _search(tx: Tx, caller: Caller, query: SearchQuery, page: Page) -> tuple[Sequence[Contact], int]:
    # without an order, the best match comes first
    has_order = query.order_column is not None or query.order_direction is not None
    order, descending = ORDERS[query.order_column or "id"] if has_order else None, query.order_direction == "desc"
    text = query.query or ""
    with filter_errors():
        where = find_where(tx, caller, query)
    if where is not None:
        found = search_filtered(
            tx, caller, where, text, order=order, descending=descending, limit=page.size, offset=page.skip
        )
    else:
        found = search_contacts(
            tx, caller.organization_id, text, order=order, descending=descending, limit=page.size, offset=page.skip,
            reader_id=caller.user_id,
        )  # fmt: skip
    return found.contacts, found.total


def lock_contact(tx: Tx, caller: Caller, request: Request) -> None:
    """Locks the contact of the path, or of the locator in the query, until the commit.

    Raises NotFound if there is none or it is deleted, Invalid as locator does.
    """
    by_path = "id" in request.path
    by, value = ("id", read_id(request.path["id"], "Contact")) if by_path else locator(request.query)
    store.find_contact_to_change(tx, caller.organization_id, find(tx, caller, by, value).id)


def show(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = find(tx, caller, *locator(request.query))
    return present_contact(tx, caller.organization_id, contact)


def show_by_id(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = find(tx, caller, "id", read_id(request.path["id"], "Contact"))
    return present_contact(tx, caller.organization_id, contact)


def create(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    fields = fields_of(request.body.contact)
    if not any(visible(fields.get(name)) for name in KNOWN_BY):
        message = "contact[name], contact[real_name], contact[username], contact[email], contact[phone] are missing"
        raise Invalid(Problem((), "together", f"{message}, at least one parameter must be provided"))
    with wire_names("contact"):
        contact = actions.create_contact(tx, caller, fields)
    return present_contact(tx, caller.organization_id, contact)


def update(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    return _update(tx, caller, read_id(request.path["id"], "Contact"), request.body.contact)


def update_located(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = find(tx, caller, *locator(request.body))
    return _update(tx, caller, contact.id, request.body.contact)


def _update(tx: Tx, caller: Caller, contact_id: int, body: ContactFields) -> ContactEntity:
    with wire_names("contact"):
        contact = actions.update_contact(tx, caller, contact_id, fields_of(body))
    return present_contact(tx, caller.organization_id, contact)


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    contact = find(tx, caller, "id", read_id(request.path["id"], "Contact"))
    actions.delete_contact(tx, caller, contact.id)
