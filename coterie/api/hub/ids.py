"""Ids in a path: a contact is named by its integer id or by its uuid, everything else by its one id."""

from uuid import UUID

from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import Contact
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller
from coterie.store import contacts as store
from coterie.store.database import Tx

ContactId = int | UUID
_ID_MAX = 2**63 - 1
_DIGITS_MAX = 19


def find_contact(tx: Tx, caller: Caller, text: str) -> Contact | None:
    """The contact with this id or uuid, deleted or not."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX and int(text) <= _ID_MAX:
        return store.find_contact(tx, caller.organization_id, int(text))
    uuid = parse_id(text)
    return store.find_contact_by_uuid(tx, caller.organization_id, uuid) if uuid else None


def contact_of(tx: Tx, caller: Caller, request: Request) -> Contact:
    """The contact of the path, deleted or not. Raises NotFound if there is none."""
    contact = find_contact(tx, caller, request.path["contact_id"])
    if contact is None:
        raise NotFound("Contact not found")
    return contact


def contact_to_change(tx: Tx, caller: Caller, request: Request) -> Contact:
    """The same, with its row locked until the commit."""
    contact_id = contact_of(tx, caller, request).id
    contact = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact


def part_id(request: Request, name: str, noun: str) -> str:
    """An id of the path in canonical form: part_id(request, "token_id", "Token"). Raises NotFound if it is no UUID."""
    canonical = parse_id(request.path[name])
    if canonical is None:
        raise NotFound(f"{noun} not found")
    return canonical
