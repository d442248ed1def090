"""Ids in a path: UUIDs of any version."""

from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import Contact
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller
from coterie.store.contacts import find_contact_by_uuid, find_contact_to_change
from coterie.store.database import Tx
from coterie.store.revisions import LockedTable, lock_row
from coterie.store.users import lock_user

# the rows that paths without a contact are of
_TABLES: dict[str, LockedTable] = {
    "tag_id": "tags",
    "expertise_id": "expertises",
    "address_id": "postal_addresses",
    "note_id": "notes",
    "contact_relationship_id": "contact_relationships",
    "user_relationship_id": "user_relationships",
    "reminder_id": "reminders",
    "import_id": "imports",
}


def part_id(request: Request, name: str, noun: str) -> str:
    """An id of the path in canonical form: part_id(request, "phone_id", "Phone number").

    Raises NotFound if it is not a UUID.
    """
    canonical = parse_id(request.path[name])
    if canonical is None:
        raise NotFound(f"{noun} not found")
    return canonical


def lock_part(tx: Tx, caller: Caller, request: Request) -> None:
    """Locks the contact of the path until the commit, deleted or not, or the row of a path without a contact."""
    uuid = parse_id(request.path.get("contact_id", ""))
    contact = find_contact_by_uuid(tx, caller.organization_id, uuid) if uuid else None
    if contact is not None:
        find_contact_to_change(tx, caller.organization_id, contact.id)
        return
    if "user_id" in request.path and caller.user_id:  # users change only themselves
        lock_user(tx, caller.user_id)
    for name, table in _TABLES.items():
        row_id = parse_id(request.path.get(name, ""))
        if row_id:
            lock_row(tx, caller.organization_id, table, row_id)


def contact_of(tx: Tx, caller: Caller, request: Request, *, to_change: bool = False) -> Contact:
    """The contact of the path; to_change locks it until the commit, so that nobody merges it.

    Raises NotFound if there is none, or if to_change is set and it is deleted.
    """
    contact = find_contact_by_uuid(tx, caller.organization_id, part_id(request, "contact_id", "Contact"))
    if to_change and tx.lock and contact is not None:
        contact = find_contact_to_change(tx, caller.organization_id, contact.id)
    if contact is None or (to_change and contact.deleted_at is not None):
        raise NotFound("Contact not found")
    return contact
