"""Ids in a path: UUIDs of any version; what is none is the id of nothing."""

from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import Contact
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller
from coterie.store.contacts import find_contact_by_uuid
from coterie.store.database import Tx


def part_id(request: Request, name: str, noun: str) -> str:
    """An id of the path, canonical: part_id(request, "phone_id", "Phone number"). NotFound for what is no UUID."""
    found = parse_id(request.path[name])
    if found is None:
        raise NotFound(f"{noun} not found")
    return found


def contact_of(tx: Tx, caller: Caller, request: Request, *, to_change: bool = False) -> Contact:
    """The contact of the path. A deleted one can be read with its parts, but not changed: then it is NotFound."""
    contact = find_contact_by_uuid(tx, caller.organization_id, part_id(request, "contact_id", "Contact"))
    if contact is None or (to_change and contact.deleted_at is not None):
        raise NotFound("Contact not found")
    return contact
