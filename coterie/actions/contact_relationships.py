"""Changes of relationships between contacts.

Guarantee: a relationship has two sides, and each side that is not deleted has exactly one mirror, which is not deleted
either, has the same anniversary, and the inverse type (possibly with a gender). Its events name both contacts.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.ids import new_id, parse_id
from coterie.model.organizations import Caller
from coterie.model.relationships import (
    RELATIONSHIPS_MAX,
    TYPES,
    ContactRelationship,
    inverse_for,
    neutral,
)
from coterie.store import contact_relationships as store
from coterie.store import contacts as contact_store
from coterie.store.database import Tx
from coterie.store.merges import lock_survivors

Fields = Mapping[str, Any]


def relate(tx: Tx, caller: Caller, first_contact_id: int, fields: Fields) -> ContactRelationship:
    """Relates a second contact to the first, and with it the first to the second; returns the first's side.

    fields: second_contact (its uuid), type_id, anniversary_on (optional: a date, possibly without a year).
    Raises NotFound if the first contact does not exist or is deleted; Invalid if the second one does not, or is the
    first; if the type is unknown; if the two have it already, with or without a gender (a Mother is a Parent); if one
    of them has 2,000 relationships.
    """
    first = contact_store.find_contact(tx, caller.organization_id, first_contact_id)
    if first is None or first.deleted_at is not None:
        raise NotFound("Contact not found")
    first_contact_id = first.id
    problems: list[Problem] = []
    second_id, columns = 0, dict[str, Any]()
    with gathering(problems):
        second_id = _second_contact(tx, caller, first_contact_id, fields.get("second_contact"))
    with gathering(problems):
        columns = check_columns({"anniversary_on": None, "type_id": None, **fields})
    if problems:
        raise Invalid(*problems)
    type_id = columns["type_id"]
    survivors = lock_survivors(tx, caller.organization_id, (first_contact_id, second_id))
    first_contact_id, second_id = survivors[first_contact_id], survivors[second_id]
    _lock_contacts(tx, caller, first_contact_id, second_id)
    _check_unique(tx, caller, first_contact_id, second_id, type_id)
    for contact_id in (first_contact_id, second_id):
        _check_limit(tx, caller, contact_id)
    side, mirror = _two_sides(first_contact_id, second_id, type_id, columns["anniversary_on"])
    store.insert_contact_relationships(tx, caller.organization_id, (side, mirror))
    _record(tx, caller, "contact_relationship.created", None, side)
    return side


def update_contact_relationship(tx: Tx, caller: Caller, relationship_id: str, fields: Fields) -> ContactRelationship:
    """Changes the given fields on both sides: anniversary_on (None clears), type_id.

    Raises NotFound if the relationship is deleted; Invalid as relate does.
    """
    before, mirror = _sides(tx, caller, relationship_id)
    if before.deleted_at is not None:
        raise NotFound(_MISSING)
    after = replace(before, **check_columns(fields))
    if after == before:
        return before
    if after.type_id != before.type_id:
        _lock_contacts(tx, caller, before.first_contact_id, before.second_contact_id)
        _check_unique(tx, caller, before.first_contact_id, before.second_contact_id, after.type_id, except_id=before.id)
    after = replace(after, updated_at=times.now())
    changed = replace(
        mirror,
        anniversary_on=after.anniversary_on,
        type_id=inverse_for(after.type_id, mirror.type_id),
        updated_at=after.updated_at,
    )
    store.save_contact_relationships(tx, caller.organization_id, (after, changed))
    _record(tx, caller, "contact_relationship.updated", before, after)
    return after


def delete_contact_relationship(tx: Tx, caller: Caller, relationship_id: str) -> ContactRelationship:
    """Deletes both sides so that they can be restored. Deleting them again changes nothing."""
    sides = _sides(tx, caller, relationship_id)
    if sides[0].deleted_at is not None:
        return sides[0]
    now = times.now()
    side, mirror = (replace(each, deleted_at=now, updated_at=now) for each in sides)
    store.save_contact_relationships(tx, caller.organization_id, (side, mirror))
    _record(tx, caller, "contact_relationship.deleted", sides[0], side)
    return side


def restore_contact_relationship(tx: Tx, caller: Caller, relationship_id: str) -> ContactRelationship:
    """Restores both sides. A relationship that is not deleted stays unchanged.

    Raises Invalid if the contacts were related in this way again since.
    """
    sides = _sides(tx, caller, relationship_id)
    before = sides[0]
    if before.deleted_at is None:
        return before
    _lock_contacts(tx, caller, before.first_contact_id, before.second_contact_id)
    _check_unique(tx, caller, before.first_contact_id, before.second_contact_id, before.type_id)
    now = times.now()
    side, mirror = (replace(each, deleted_at=None, updated_at=now) for each in sides)
    store.save_contact_relationships(tx, caller.organization_id, (side, mirror))
    _record(tx, caller, "contact_relationship.restored", before, side)
    return side


def erase_contact_relationship(tx: Tx, caller: Caller, relationship_id: str) -> None:
    """Erases both sides, deleted or not; the event holds their values before."""
    side, mirror = _sides(tx, caller, relationship_id)
    store.erase_contact_relationships(tx, caller.organization_id, (side.id, mirror.id))
    _record(tx, caller, "contact_relationship.erased", side, None)


# Rules the relationships of users share -------------------------------------------------------------------------------


def check_columns(fields: Fields) -> dict[str, Any]:
    """Returns the columns among the fields: type_id, anniversary_on.

    Raises Invalid with every problem: a type that is not in the catalogue, a date that does not exist.
    """
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, parse in (("type_id", _parse_type), ("anniversary_on", _parse_anniversary)):
        with gathering(problems):
            if name in fields:
                columns[name] = parse(fields[name])
    if problems:
        raise Invalid(*problems)
    return columns


def _parse_type(text: str | None) -> str:
    if not text:
        raise invalid("type_id", "is missing", kind="missing")
    type_id = parse_id(text)
    if type_id is None or type_id not in TYPES:
        raise invalid("type_id", "is not a relationship type")
    return type_id


def _parse_anniversary(text: str | None) -> str | None:
    return times.parse_date(text, "anniversary_on") if text and text.strip() else None


# Two sides ------------------------------------------------------------------------------------------------------------

_MISSING = "Contact relationship not found"


def _sides(tx: Tx, caller: Caller, relationship_id: str) -> tuple[ContactRelationship, ContactRelationship]:
    """(the side asked for, its mirror)."""
    side = store.find_contact_relationship(tx, caller.organization_id, relationship_id)
    sides = store.lock_sides(tx, caller.organization_id, side) if side else []
    if len(sides) != 2:
        raise NotFound(_MISSING)
    own, other = sides if sides[0].id == relationship_id else reversed(sides)
    return own, other


def _two_sides(
    first_id: int, second_id: int, type_id: str, anniversary_on: str | None
) -> tuple[ContactRelationship, ContactRelationship]:
    """A new relationship: (as the first has it, as the second does)."""
    now = times.now()
    first = ContactRelationship(
        id=new_id(),
        first_contact_id=first_id,
        second_contact_id=second_id,
        type_id=type_id,
        mirror_id=new_id(),
        anniversary_on=anniversary_on,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    second = replace(
        first,
        id=first.mirror_id,
        first_contact_id=second_id,
        second_contact_id=first_id,
        type_id=inverse_for(type_id, None),
        mirror_id=first.id,
    )
    return first, second


def _second_contact(tx: Tx, caller: Caller, first_contact_id: int, uuid: str | None) -> int:
    if not uuid:
        raise invalid("second_contact", "is missing", kind="missing")
    contact = contact_store.find_contact_by_uuid(tx, caller.organization_id, parse_id(uuid) or "")
    if contact is None or contact.deleted_at is not None:
        raise invalid("second_contact", "is not a contact of this organization")
    if contact.id == first_contact_id:
        raise invalid("second_contact", "is the first contact: a contact cannot be related to itself")
    return contact.id


def _lock_contacts(tx: Tx, caller: Caller, *contact_ids: int) -> None:
    """Locks both contacts, always in the same order: two calls at once could relate them twice."""
    for contact_id in sorted(contact_ids):
        contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)


def _check_unique(
    tx: Tx, caller: Caller, first_id: int, second_id: int, type_id: str, *, except_id: str | None = None
) -> None:
    present = store.list_types_between(tx, caller.organization_id, first_id, second_id)
    for relationship_id, existing in present:
        if relationship_id != except_id and neutral(existing) == neutral(type_id):
            raise invalid("type_id", f"already exists: {TYPES[existing].name}", kind="taken")


def _check_limit(tx: Tx, caller: Caller, contact_id: int) -> None:
    count = store.count_contact_relationships(tx, caller.organization_id, contact_id, include_deleted=True)
    if count >= RELATIONSHIPS_MAX:
        raise invalid("second_contact", f"exceeds the limit of {RELATIONSHIPS_MAX} relationships per contact")


def _record(
    tx: Tx, caller: Caller, kind: str, before: ContactRelationship | None, after: ContactRelationship | None
) -> None:
    """One event for both sides, about the side that was asked for."""
    side = after or before
    assert side is not None
    changes = differences(before, after, ("type_id", "anniversary_on"))
    contact_ids = (side.first_contact_id, side.second_contact_id)
    record(tx, caller, kind, side.id, contact_ids=contact_ids, changes=changes)
