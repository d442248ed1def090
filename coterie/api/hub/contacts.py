"""/contacts: reads, creates, changes, deletes and restores contacts."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions import contacts as actions
from coterie.api.hub.conditions import check_if_match, etag_of, is_unchanged
from coterie.api.hub.contact_entity import present_contact, read_shape
from coterie.api.hub.contact_input import change_contact, create_contact
from coterie.api.hub.contact_lists import Fields, Include
from coterie.api.hub.ids import contact_of, contact_to_change
from coterie.api.route import Request
from coterie.errors import Conflict
from coterie.http.responses import Response
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store.database import Tx


class ShapeQuery(Struct, forbid_unknown_fields=True):
    fields: Fields = None
    include: Include = None


class EraseQuery(ShapeQuery, kw_only=True, forbid_unknown_fields=True):
    erase: Annotated[bool, Meta(description="Erases the contact for good; needs If-Match.")] = False


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
    check_if_match(tx, caller, contact, request.header("If-Match"))
    if contact.deleted_at is not None:
        raise Conflict("The contact is deleted; restore it before you change it")
    return _respond(tx, caller, request, change_contact(tx, caller, contact.id, request.body))


def delete(tx: Tx, caller: Caller, request: Request) -> Response:
    contact = contact_to_change(tx, caller, request)
    check_if_match(tx, caller, contact, request.header("If-Match"), is_final=request.query.erase)
    if request.query.erase:
        actions.erase_contact(tx, caller, contact.id)
        return Response(status=204)
    return _respond(tx, caller, request, actions.delete_contact(tx, caller, contact.id))


def restore(tx: Tx, caller: Caller, request: Request) -> Response:
    contact = contact_to_change(tx, caller, request)
    check_if_match(tx, caller, contact, request.header("If-Match"))
    return _respond(tx, caller, request, actions.restore_contact(tx, caller, contact.id))


def _respond(tx: Tx, caller: Caller, request: Request, contact: Contact) -> Response:
    shape = read_shape(request.query.fields, request.query.include)
    return Response(present_contact(tx, caller.organization_id, contact, shape), headers=contact_headers(contact))


def contact_headers(contact: Contact) -> tuple[tuple[str, str], ...]:
    """The ETag of the contact, which may be stored by the client only."""
    return (("ETag", etag_of(contact)), ("Cache-Control", "private, no-cache"))
