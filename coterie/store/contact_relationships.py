"""Relationships between contacts: a row for each side, with the other side in mirror_id.

Lists skip deleted relationships and those with a deleted contact, which return when the contact is restored.
"""

from collections.abc import Iterable

import msgspec

from coterie.model.relationships import ContactRelationship
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(ContactRelationship))
_SELECT = ", ".join(f"r.{name}" for name in _COLUMNS)
_ALIVE = (
    " AND r.deleted_at IS NULL"
    " AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = r.organization_id"
    " AND c.id = r.first_contact_id AND c.deleted_at IS NULL)"
    " AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = r.organization_id"
    " AND c.id = r.second_contact_id AND c.deleted_at IS NULL)"
)


def find_contact_relationship(tx: Tx, organization_id: int, relationship_id: str) -> ContactRelationship | None:
    """One side, deleted or not."""
    row = tx.one(
        f"SELECT {_SELECT} FROM contact_relationships r WHERE r.organization_id = :organization_id AND r.id = :id",
        {"organization_id": organization_id, "id": relationship_id},
    )
    return ContactRelationship(*row) if row else None


def lock_sides(tx: Tx, organization_id: int, side: ContactRelationship) -> list[ContactRelationship]:
    """Locks both sides until the commit, always in the same order; returns them."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM contact_relationships r WHERE r.organization_id = :organization_id"
        f" AND r.id {tx.in_list('ids')} ORDER BY r.id{tx.lock}",
        {"organization_id": organization_id, "ids": tx.list_param([side.id, side.mirror_id or side.id])},
    )
    return [ContactRelationship(*row) for row in rows]


def list_contact_relationships(
    tx: Tx,
    organization_id: int,
    first_contact_id: int | None,
    *,
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[ContactRelationship]:
    """A page of the sides of one contact, or (None) of all, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM {_where(first_contact_id, include_deleted=include_deleted)}"
        " ORDER BY r.id LIMIT :limit OFFSET :offset",
        {**_bound(organization_id, first_contact_id), "limit": limit, "offset": offset},
    )
    return [ContactRelationship(*row) for row in rows]


def count_contact_relationships(
    tx: Tx, organization_id: int, first_contact_id: int | None, *, include_deleted: bool = False
) -> int:
    """The number of sides on all pages of list_contact_relationships."""
    row = tx.one(
        f"SELECT COUNT(*) FROM {_where(first_contact_id, include_deleted=include_deleted)}",
        _bound(organization_id, first_contact_id),
    )
    return int(row[0]) if row else 0


def _where(first_contact_id: int | None, *, include_deleted: bool) -> str:
    return (
        "contact_relationships r WHERE r.organization_id = :organization_id"
        + ("" if first_contact_id is None else " AND r.first_contact_id = :first_contact_id")
        + ("" if include_deleted else _ALIVE)
    )


def _bound(organization_id: int, first_contact_id: int | None) -> dict[str, int]:
    bound = {"organization_id": organization_id}
    return bound if first_contact_id is None else bound | {"first_contact_id": first_contact_id}


def list_contact_relationships_of(
    tx: Tx, organization_id: int, contact_ids: Iterable[int]
) -> dict[int, list[ContactRelationship]]:
    """contact id -> its side of each relationship, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT r.first_contact_id, {_SELECT} FROM contact_relationships r"
        f" WHERE r.organization_id = :organization_id AND r.first_contact_id {condition}{_ALIVE}"
        " ORDER BY r.first_contact_id, r.id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: ContactRelationship(*row[1:]))


def related_contact_ids(
    tx: Tx, organization_id: int, contact_ids: Iterable[int], *, include_deleted: bool = False
) -> set[int]:
    """Returns the contacts that have a relationship to one of these; deleted ones of either only if asked for."""
    rows = tx.all(
        "SELECT c.id FROM contact_relationships r JOIN contacts c ON c.organization_id = r.organization_id"
        " AND c.id = r.second_contact_id WHERE r.organization_id = :organization_id"
        f" AND r.first_contact_id {tx.in_list('ids')} AND c.merged_into IS NULL"
        f"{'' if include_deleted else ' AND r.deleted_at IS NULL AND c.deleted_at IS NULL'}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}


def list_types_between(
    tx: Tx, organization_id: int, first_contact_id: int, second_contact_id: int
) -> list[tuple[str, str]]:
    """(id, type id) of the first contact's side of each relationship of these two that is not deleted."""
    rows = tx.all(
        "SELECT id, type_id FROM contact_relationships WHERE organization_id = :organization_id"
        " AND first_contact_id = :first AND second_contact_id = :second AND deleted_at IS NULL",
        {"organization_id": organization_id, "first": first_contact_id, "second": second_contact_id},
    )
    return [(relationship_id, type_id) for relationship_id, type_id in rows]


def list_sides_between(
    tx: Tx, organization_id: int, first_contact_id: int, second_contact_id: int
) -> list[ContactRelationship]:
    """The first contact's side of each relationship of these two, deleted ones too."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM contact_relationships r WHERE r.organization_id = :organization_id"
        " AND r.first_contact_id = :first AND r.second_contact_id = :second ORDER BY r.id",
        {"organization_id": organization_id, "first": first_contact_id, "second": second_contact_id},
    )
    return [ContactRelationship(*row) for row in rows]


def insert_contact_relationships(tx: Tx, organization_id: int, sides: Iterable[ContactRelationship]) -> None:
    rows = [{"organization_id": organization_id, **msgspec.structs.asdict(side)} for side in sides]
    tx.insert_rows("contact_relationships", rows)


def save_contact_relationships(tx: Tx, organization_id: int, sides: Iterable[ContactRelationship]) -> None:
    """Saves existing sides, except their contacts."""
    tx.execute_many(
        "UPDATE contact_relationships SET type_id = :type_id, anniversary_on = :anniversary_on,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND id = :id",
        [
            {
                "organization_id": organization_id,
                "id": side.id,
                "type_id": side.type_id,
                "anniversary_on": side.anniversary_on,
                "updated_at": side.updated_at,
                "deleted_at": side.deleted_at,
            }
            for side in sides
        ],
    )


def erase_contact_relationships(tx: Tx, organization_id: int, ids: Iterable[str]) -> None:
    tx.run(
        f"DELETE FROM contact_relationships WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
