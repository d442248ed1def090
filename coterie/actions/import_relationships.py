"""Relationships that an import makes, and their undoing."""

from collections.abc import Iterable

from msgspec.structs import replace

from coterie.actions.contact_relationships import erase_contact_relationship, relate
from coterie.actions.events import record
from coterie.model.organizations import Caller
from coterie.model.relationships import ContactRelationship, neutral
from coterie.store import contact_relationships as store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx


def relate_if_new(
    tx: Tx, caller: Caller, first_id: int, second_id: int, type_id: str, made: set[str]
) -> ContactRelationship | None:
    """Relates two contacts, unless they have or had this relationship; returns the first's side of a new one.

    made: the ids of relationships that this import made. One of them takes the gender of a later row: the Sibling of a
    Sister becomes her Brother. Raises Invalid if one of the two has 2,000 relationships.
    """
    for side in store.list_sides_between(tx, caller.organization_id, first_id, second_id):
        if neutral(side.type_id) == neutral(type_id):
            if side.id in made and side.type_id == neutral(type_id) != type_id:
                store.save_contact_relationships(tx, caller.organization_id, [replace(side, type_id=type_id)])
                changes = {"type_id": (side.type_id, type_id)}
                contact_ids = (first_id, second_id)
                record(tx, caller, "contact_relationship.updated", side.id, contact_ids=contact_ids, changes=changes)
            return None
    uuid = uuids_of(tx, caller.organization_id, [second_id])[second_id]
    side = relate(tx, caller, first_id, {"second_contact": uuid, "type_id": type_id})
    made.update((side.id, side.mirror_id or side.id))
    return side


def erase_untouched(tx: Tx, caller: Caller, relationship_ids: Iterable[str]) -> int:
    """Erases the unedited ones of these relationships; returns the number of edited ones, which stay."""
    changed = 0
    for relationship_id in relationship_ids:
        side = store.find_contact_relationship(tx, caller.organization_id, relationship_id)
        if side is None:
            continue
        if side.deleted_at is None and side.updated_at == side.created_at:
            erase_contact_relationship(tx, caller, relationship_id)
        else:
            changed += 1
    return changed
