"""/contacts: lists, reads, creates, changes, deletes and restores contacts."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions import contacts as actions
from coterie.api.hub.conditions import check_if_match, etag_of, is_unchanged
from coterie.api.hub.contact_entity import INCLUDES, ContactEntity, present_contact, present_contacts, read_shape
from coterie.api.hub.contact_input import change_contact, create_contact
from coterie.api.hub.cursors import Scope, read_cursor, write_cursor
from coterie.api.hub.ids import contact_of, contact_to_change
from coterie.api.hub.pages import LIMIT, ListQuery, Page
from coterie.api.route import Request
from coterie.errors import Conflict
from coterie.http.responses import Response
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store import contacts as store
from coterie.store.contact_pages import Position, list_contact_page
from coterie.store.database import Tx

Fields = Annotated[str, Meta(description="Comma-separated keys to show instead of all: name,email,tags.")] | None
Include = (
    Annotated[str, Meta(description=f"Comma-separated parts to add: {', '.join(INCLUDES)}, or all of them: all.")]
    | None
)
Order = Literal["id", "-id", "name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]


class ShapeQuery(Struct, forbid_unknown_fields=True):
    fields: Fields = None
    include: Include = None


class ContactsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    order: Annotated[Order, Meta(description="With - in front: descending. Ties are broken by id.")] = "id"
    deleted: Annotated[
        Literal["no", "yes", "any"], Meta(description="Whether to list deleted contacts: yes lists only these.")
    ] = "no"
    count: Annotated[bool, Meta(description="Whether to count the contacts of all pages (total).")] = False
    fields: Fields = None
    include: Include = None


class EraseQuery(ShapeQuery, kw_only=True, forbid_unknown_fields=True):
    erase: Annotated[bool, Meta(description="Erases the contact for good; needs If-Match.")] = False


class ContactPage(Page, kw_only=True):
    items: list[ContactEntity]
    total: Annotated[int | None, Meta(description="The contacts of all pages, if count=true.")] = None


def list_(tx: Tx, caller: Caller, request: Request) -> ContactPage:
    query: ContactsQuery = request.query
    shape, limit = read_shape(query.fields, query.include), query.limit or LIMIT
    scope = Scope(request.settings, caller, "contacts", (query.order, query.deleted))
    after = read_cursor(scope, query.cursor, Position) if query.cursor is not None else None
    contacts, position = list_contact_page(
        tx, caller.organization_id, order=query.order.removeprefix("-"), descending=query.order.startswith("-"),
        deleted=query.deleted, after=after, limit=limit,
    )  # fmt: skip
    return ContactPage(
        items=present_contacts(tx, caller.organization_id, contacts, shape),
        next_cursor=write_cursor(scope, position) if position is not None else None,
        total=_count(tx, caller, query.deleted) if query.count else None,
    )


def _count(tx: Tx, caller: Caller, deleted: str) -> int:
    present = 0 if deleted == "yes" else store.count_contacts(tx, caller.organization_id)
    return present + (0 if deleted == "no" else store.count_deleted_contacts(tx, caller.organization_id))


def show(tx: Tx, caller: Caller, request: Request) -> Response:
    contact, shape = contact_of(tx, caller, request), read_shape(request.query.fields, request.query.include)
    if is_unchanged(request, contact):
        return Response(status=304, headers=contact_headers(contact))
    return Response(present_contact(tx, caller.organization_id, contact, shape), headers=contact_headers(contact))


def create(tx: Tx, caller: Caller, request: Request) -> Response:
    shape = read_shape(request.query.fields, request.query.include)
    contact = create_contact(tx, caller, request.body)
    headers = (("Location", f"{request.base_url}/api/hub/v1/contacts/{contact.id}"), *contact_headers(contact))
    return Response(present_contact(tx, caller.organization_id, contact, shape), headers=headers)


def update(tx: Tx, caller: Caller, request: Request) -> Response:
    contact = contact_to_change(tx, caller, request)
    check_if_match(request, contact)
    if contact.deleted_at is not None:
        raise Conflict("The contact is deleted; restore it before you change it")
    return _respond(tx, caller, request, change_contact(tx, caller, contact.id, request.body))


def delete(tx: Tx, caller: Caller, request: Request) -> Response:
    contact = contact_to_change(tx, caller, request)
    check_if_match(request, contact, is_required=request.query.erase)
    if request.query.erase:
        actions.erase_contact(tx, caller, contact.id)
        return Response(status=204)
    return _respond(tx, caller, request, actions.delete_contact(tx, caller, contact.id))


def restore(tx: Tx, caller: Caller, request: Request) -> Response:
    contact = contact_to_change(tx, caller, request)
    check_if_match(request, contact)
    return _respond(tx, caller, request, actions.restore_contact(tx, caller, contact.id))


def _respond(tx: Tx, caller: Caller, request: Request, contact: Contact) -> Response:
    shape = read_shape(request.query.fields, request.query.include)
    return Response(present_contact(tx, caller.organization_id, contact, shape), headers=contact_headers(contact))


def contact_headers(contact: Contact) -> tuple[tuple[str, str], ...]:
    """The ETag of the contact, which may be stored by the client only."""
    return (("ETag", etag_of(contact)), ("Cache-Control", "private, no-cache"))
