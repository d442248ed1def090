"""Queries of `coterie check` about the two sides of relationships."""

from collections.abc import Iterable

from coterie.model.relationships import ContactRelationship
from coterie.store.contact_relationships import list_sides_between
from coterie.store.database import Tx


def list_unpaired_sides(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[tuple[str, int, int]]:
    """(id, first contact, second contact) of the sides of these contacts whose mirror is missing or differs."""
    rows = tx.all(
        "SELECT r.id, r.first_contact_id, r.second_contact_id FROM contact_relationships r"
        " JOIN relationship_types rt ON rt.id = r.type_id"
        " LEFT JOIN contact_relationships m ON m.organization_id = r.organization_id AND m.id = r.mirror_id"
        " LEFT JOIN relationship_types mt ON mt.id = m.type_id"
        " LEFT JOIN relationship_types mi ON mi.id = mt.inverse_type_id"
        f" WHERE r.organization_id = :organization_id AND r.first_contact_id {tx.in_list('ids')}"
        " AND (m.id IS NULL OR m.mirror_id IS NULL OR m.mirror_id <> r.id"
        " OR m.first_contact_id <> r.second_contact_id OR m.second_contact_id <> r.first_contact_id"
        " OR (m.deleted_at IS NULL) <> (r.deleted_at IS NULL)"
        " OR coalesce(m.anniversary_on, '') <> coalesce(r.anniversary_on, '')"
        # the inverse of an inverse is the type without gender
        " OR mi.inverse_type_id <> rt.inverse_type_id) ORDER BY r.id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [(side_id, first, second) for side_id, first, second in rows]


def lock_sides_between(tx: Tx, organization_id: int, first: int, second: int) -> list[ContactRelationship]:
    """Returns all sides of the relationships between two contacts, in both directions, oldest first.

    The caller has locked the contacts.
    """
    sides = [
        *list_sides_between(tx, organization_id, first, second),
        *list_sides_between(tx, organization_id, second, first),
    ]
    return sorted(sides, key=lambda side: side.id)


def set_mirror(tx: Tx, organization_id: int, side_id: str, mirror_id: str) -> None:
    tx.run(
        "UPDATE contact_relationships SET mirror_id = :mirror_id WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": side_id, "mirror_id": mirror_id},
    )
