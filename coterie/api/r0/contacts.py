"""/orgs/{org_id}/contacts: lists, reads and writes contacts."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from coterie.actions import contacts as actions
from coterie.actions.filters import list_filtered, search_filtered
from coterie.api.errors import wire_names
from coterie.api.filters import Filter, SegmentId, find_where, is_filtered
from coterie.api.r0.contact_entity import ContactEntity, ContactList, present_contact
from coterie.api.r0.contact_parts import INCLUDES, ContactWithParts, present_with_parts
from coterie.api.r0.ids import contact_of
from coterie.api.r0.input import Deleted, Text, delete, fields_set, requested_deletion
from coterie.api.r0.pages import Page, SearchQuery, envelope, include_words, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import GENDERS, Contact
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.database import Tx

Grade = Annotated[int, Meta(ge=0, le=5)]
Gender = Annotated[
    Literal[GENDERS] | None | UnsetType,  # type: ignore[valid-type]
    Meta(description="How the contact describes it."),
]
FirstName = Annotated[str, Meta(min_length=1)]
_NAMES = {"relationship_type": "relationship_grade"}
_WIRE = {ours: wire for wire, ours in _NAMES.items()}


class ContactFields(Struct, kw_only=True):
    """What can be written of a contact; only the keys sent change, null or an empty text clears."""

    first_name: FirstName | UnsetType = UNSET
    middle_name: Text = UNSET
    last_name: Text = UNSET
    relationship_type: Grade | None | UnsetType = UNSET
    nickname: Text = UNSET
    employer: Text = UNSET
    job_title: Text = UNSET
    linkedin_url: Text = UNSET
    how_you_met: Text = UNSET
    birthday: Annotated[Text, Meta(description="ISO 8601; --MM-DD without a year.")] = UNSET
    gender: Gender = UNSET
    deleted: Deleted = UNSET


class NewContact(ContactFields, kw_only=True):
    first_name: FirstName
    relationship_type: Grade


class NewContactBody(Struct):
    contact: NewContact


class ContactBody(Struct):
    contact: ContactFields


class PartsQuery(Struct):
    include: Annotated[list[str] | str | None, Meta(description=f"Any of {', '.join(INCLUDES)}; also as include=…")] = (
        field(default=None, name="include[]")
    )


class ContactsQuery(SearchQuery):
    filter: Filter = None
    segment_id: SegmentId = None


def is_search(query: ContactsQuery) -> bool:
    """Whether there is a text to search for, or a filter."""
    return bool(query.search and query.search.strip()) or is_filtered(query)


def list_(tx: Tx, caller: Caller, request: Request) -> ContactList:
    page = read_page(request.query)
    contacts, total = _list(tx, caller, request.query, page)
    return ContactList(*envelope(page, total, contacts), [present_contact(contact) for contact in contacts])


def _list(tx: Tx, caller: Caller, query: ContactsQuery, page: Page) -> tuple[Sequence[Contact], int]:
    organization_id, limit, offset = caller.organization_id, page.limit, page.offset
    where = find_where(tx, caller, query)
    # neither a filter nor the search index knows deleted contacts
    if query.search and query.search.strip():
        if where is not None:
            matches = search_filtered(tx, caller, where, query.search, limit=limit, offset=offset)
        else:
            matches = search_contacts(
                tx, organization_id, query.search, limit=limit, offset=offset, reader_id=caller.user_id
            )
        return matches.contacts, matches.total
    if where is not None:
        return list_filtered(tx, caller, where, limit=limit, offset=offset)
    total = store.count_contacts(tx, organization_id)
    if includes_deleted(query.include):
        total += store.count_deleted_contacts(tx, organization_id)
        return store.list_all_contacts(tx, organization_id, limit=limit, offset=offset), total
    return store.list_contacts(tx, organization_id, limit=limit, offset=offset), total


def show(tx: Tx, caller: Caller, request: Request) -> ContactWithParts:
    contact = contact_of(tx, caller, request)
    return present_with_parts(tx, caller, [contact], include_words(request.query.include))[0]


def create(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    with wire_names("contact", _WIRE):
        return present_contact(actions.create_contact(tx, caller, fields_set(request.body.contact, _NAMES)))


def update(tx: Tx, caller: Caller, request: Request) -> ContactEntity:
    contact = contact_of(tx, caller, request)
    deleted = requested_deletion(request.body.contact)
    if contact.deleted_at is not None:
        if deleted is None:
            raise NotFound("Contact not found")
        if deleted:
            return present_contact(contact)
        contact = actions.restore_contact(tx, caller, contact.id)
    fields = fields_set(request.body.contact, _NAMES)
    if contact.composed_name is None:
        _keep_shown_name(contact, fields)
    with wire_names("contact", _WIRE):
        contact = actions.update_contact(tx, caller, contact.id, fields)
    return present_contact(actions.delete_contact(tx, caller, contact.id) if deleted else contact)


def _keep_shown_name(contact: Contact, fields: dict[str, Any]) -> None:
    """R0 shows the name of a channel as the first name of a contact without a real name.

    Sent back alone it does not become a given name; together with another part of a name, sent or stored, it does.
    """
    shown = present_contact(contact).first_name
    if fields.get("middle_name") or fields.get("last_name"):
        if contact.display_name:
            fields.setdefault("first_name", contact.display_name)
    elif fields.get("first_name") == shown:
        fields.pop("first_name", None)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact = contact_of(tx, caller, request)
    return delete(
        request,
        lambda: present_contact(actions.delete_contact(tx, caller, contact.id)),
        lambda: actions.erase_contact(tx, caller, contact.id),
    )
