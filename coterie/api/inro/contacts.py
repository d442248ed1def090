"""/contacts, /contacts/search, /contacts/{id}, /contact: Inrō's contact entity, read and written."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import contacts as actions
from coterie.api.errors import wire_names
from coterie.api.inro.ids import ID_MAX, read_id
from coterie.api.inro.pages import Offset, OrderDirection, PageNumber, PerPage, page_response, read_page
from coterie.api.route import Request
from coterie.errors import Invalid, NotFound, Problem
from coterie.http.responses import Response
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import Contact
from coterie.model.emails import normalize_email
from coterie.model.handles import EMAIL, INSTAGRAM, parse_username
from coterie.model.interactions import COMMENT, INCOMING, MESSAGE
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx

# order_column -> what the store calls it
ORDERS = {name: name for name in store.ORDERS if name not in ("pinned_note", "profile_picture_url")} | {
    "notes": "pinned_note",
    "profile_picture": "profile_picture_url",
    "instagram_url": "username",
}
OrderColumn = Annotated[
    Literal[
        "id",
        "name",
        "username",
        "instagram_url",
        "profile_picture",
        "status",
        "notes",
        "is_follower",
        "email",
        "real_name",
        "phone",
        "language",
        "follower_count",
        "follower_growth",
        "bio",
        "website",
        "created_at",
        "updated_at",
    ]
    | None,
    Meta(description="Order column"),
]


class FolderEntity(Struct):
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
    folders: list[FolderEntity]
    last_messages: list[MessageEntity]
    last_comments: list[CommentEntity]
    last_mentions: list[MentionEntity]


Text = str | None | UnsetType
FolderIds = Annotated[list[int], Meta(description="Every folder the contact is to be in.", max_length=1000)]


class ContactFields(Struct):
    """What can be written of a contact; only the keys sent change, null or an empty text clears."""

    email: Annotated[Text, Meta(description="Contact email")] = UNSET
    phone: Annotated[Text, Meta(description="Contact phone")] = UNSET
    language: Annotated[Text, Meta(description="Contact language")] = UNSET
    name: Annotated[Text, Meta(description="The name shown on Instagram.")] = UNSET
    real_name: Annotated[Text, Meta(description="The person's name, in one text.")] = UNSET
    username: Annotated[Text, Meta(description="Instagram username, with or without @.")] = UNSET
    status: Annotated[Text, Meta(description="subscribed or optout.")] = UNSET
    notes: Annotated[str, Meta(description="The team's note.", max_length=100_000)] | None | UnsetType = UNSET
    folder_ids: FolderIds | None | UnsetType = UNSET
    custom_properties: Annotated[
        dict[str, Any] | None | UnsetType, Meta(description="{slug: value}; null clears a value.")
    ] = UNSET
    website: Text = UNSET
    bio: Text = UNSET
    profile_picture: Text = UNSET
    is_follower: bool | None | UnsetType = UNSET


class ContactBody(Struct):
    contact: ContactFields


class LocatedContactBody(Struct):
    """Exactly one of id, username, email finds the contact; `contact` holds what changes."""

    contact: ContactFields
    id: Annotated[int | None, Meta(description="Contact ID")] = None
    username: Annotated[str | None, Meta(description="Contact username")] = None
    email: Annotated[str | None, Meta(description="Contact email")] = None


class LocatorQuery(Struct):
    id: Annotated[int | None, Meta(description="Contact ID")] = None
    username: Annotated[str | None, Meta(description="Contact username")] = None
    email: Annotated[str | None, Meta(description="Contact email")] = None


class ListQuery(Struct):
    page: PageNumber = None
    per_page: PerPage = None
    offset: Offset = None
    order_direction: OrderDirection = None
    order_column: OrderColumn = None


class SearchQuery(ListQuery):
    query: Annotated[Annotated[str, Meta(max_length=500)] | None, Meta(description="Search query")] = None


# Presenting -----------------------------------------------------------------------------------------------------------


def present_contacts(tx: Tx, organization_id: int, contacts: Sequence[Contact]) -> list[ContactEntity]:
    """The contacts in Inrō's form, in their order."""
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
    # in the order of ContactEntity: by name they would take four times as long, and lists are what is read most
    values: tuple[Any, ...] = (
        contact.id,
        contact.display_name or real_name or contact.nickname,
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
        [FolderEntity(folder[0], folder[1]) for folder in sheet.folders],
        messages,
        comments,
        mentions,
    )
    return ContactEntity(*values)


def present_contact(tx: Tx, organization_id: int, contact: Contact) -> ContactEntity:
    """One contact with its parts."""
    return present_contacts(tx, organization_id, [contact])[0]


# Reading input --------------------------------------------------------------------------------------------------------

_INSIDE = {
    "name": "display_name",
    "notes": "note",
    "custom_properties": "properties",
    "profile_picture": "profile_picture_url",
}
# a new contact has at least one of these
_KNOWN_BY = ("display_name", "real_name", "username", "email", "phone")


def fields_of(body: ContactFields) -> dict[str, Any]:
    """The keys that were sent, as actions.contacts calls them."""
    return {
        _INSIDE.get(name, name): value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET
    }


def locator(given: LocatorQuery | LocatedContactBody) -> tuple[str, Any]:
    """("id", 5), ("username", "ana") or ("email", "ana@x.org"), normalized. Refused, in Grape's words: none or several.

    A username or e-mail address that cannot be one names nobody: NotFound.
    """
    sent = {name: value for name in ("id", "username", "email") if (value := getattr(given, name)) is not None}
    if not sent:
        message = "id, username, email are missing, exactly one parameter must be provided"
        raise Invalid(Problem((), "together", message))
    if len(sent) > 1:
        raise Invalid(Problem((), "together", f"{', '.join(sent)} are mutually exclusive"))
    ((by, value),) = sent.items()
    try:
        if by == "username":
            value = parse_username(value.strip(), by)
        if by == "email":
            value = normalize_email(value.strip(), by)
    except Invalid:
        raise NotFound("Contact not found") from None
    return by, value


def find(tx: Tx, caller: Caller, by: str, value: Any) -> Contact:
    """The contact a locator means; NotFound for none and for a deleted one."""
    if by == "id":
        contact = store.find_contact(tx, caller.organization_id, value) if 0 < value <= ID_MAX else None
    else:
        channel = INSTAGRAM if by == "username" else EMAIL
        contact = store.find_contact_by_handle(tx, caller.organization_id, channel, value)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")
    return contact


# Handlers -------------------------------------------------------------------------------------------------------------


def list_(tx: Tx, caller: Caller, request: Request) -> Response:
    query: ListQuery = request.query
    page = read_page(query.page, query.per_page, query.offset)
    total = store.count_contacts(tx, caller.organization_id)
    found = store.list_contacts(
        tx,
        caller.organization_id,
        order=ORDERS[query.order_column or "id"],
        descending=query.order_direction == "desc",
        limit=page.size,
        offset=page.skip,
    )
    return page_response(present_contacts(tx, caller.organization_id, found), page, total)


def search(tx: Tx, caller: Caller, request: Request) -> Response:
    query: SearchQuery = request.query
    if not (query.query or "").strip():
        return list_(tx, caller, request)
    page = read_page(query.page, query.per_page, query.offset)
    found = search_contacts(
        tx,
        caller.organization_id,
        query.query or "",
        order=ORDERS[query.order_column or "id"],
        descending=query.order_direction == "desc",
        limit=page.size,
        offset=page.skip,
    )
    return page_response(present_contacts(tx, caller.organization_id, found.contacts), page, found.total)


def show(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = find(tx, caller, *locator(request.query))
    return present_contact(tx, caller.organization_id, contact)


def show_by_id(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = find(tx, caller, "id", read_id(request.path["id"], "Contact"))
    return present_contact(tx, caller.organization_id, contact)


def create(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    fields = fields_of(request.body.contact)
    if not any((fields.get(name) or "").strip() for name in _KNOWN_BY):
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
