"""Relationships of users with contacts. Each user sees their own, except those with deleted contacts."""

from collections.abc import Iterable

import msgspec

from coterie.model.relationships import UserRelationship
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(UserRelationship))
_SELECT = ", ".join(f"r.{name}" for name in _COLUMNS)
_OF_USER = "user_relationships r WHERE r.organization_id = :organization_id AND r.user_id = :user_id"
_ALIVE = (
    " AND r.deleted_at IS NULL AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = r.organization_id"
    " AND c.id = r.contact_id AND c.deleted_at IS NULL)"
)


def find_user_relationship(
    tx: Tx, organization_id: int, user_id: str, relationship_id: str, *, to_change: bool = False
) -> UserRelationship | None:
    """A relationship of a user, deleted or not; to_change locks its row until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM {_OF_USER} AND r.id = :id" + (tx.lock if to_change else ""),
        {"organization_id": organization_id, "user_id": user_id, "id": relationship_id},
    )
    return UserRelationship(*row) if row else None


def list_user_relationships(
    tx: Tx, organization_id: int, user_id: str, *, include_deleted: bool = False, limit: int, offset: int = 0
) -> list[UserRelationship]:
    """A page of a user's relationships, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM {_OF_USER}{'' if include_deleted else _ALIVE}"
        " ORDER BY r.id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "user_id": user_id, "limit": limit, "offset": offset},
    )
    return [UserRelationship(*row) for row in rows]


def count_user_relationships(tx: Tx, organization_id: int, user_id: str, *, include_deleted: bool = False) -> int:
    """The number of relationships on all pages of list_user_relationships."""
    row = tx.one(
        f"SELECT COUNT(*) FROM {_OF_USER}{'' if include_deleted else _ALIVE}",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return int(row[0]) if row else 0


def list_user_relationships_of(
    tx: Tx, organization_id: int, user_id: str, contact_ids: Iterable[int]
) -> dict[int, list[UserRelationship]]:
    """contact id -> the user's relationships with it, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT r.contact_id, {_SELECT} FROM {_OF_USER} AND r.contact_id {condition}{_ALIVE}"
        " ORDER BY r.contact_id, r.id",
        {"organization_id": organization_id, "user_id": user_id, "ids": ids},
    )
    return by_contact(rows, lambda row: UserRelationship(*row[1:]))


def list_types_of_user_with(tx: Tx, organization_id: int, user_id: str, contact_id: int) -> list[tuple[str, str]]:
    """(id, type id) of each relationship of a user with a contact that is not deleted."""
    rows = tx.all(
        f"SELECT r.id, r.type_id FROM {_OF_USER} AND r.contact_id = :contact_id AND r.deleted_at IS NULL",
        {"organization_id": organization_id, "user_id": user_id, "contact_id": contact_id},
    )
    return [(relationship_id, type_id) for relationship_id, type_id in rows]


def insert_user_relationship(tx: Tx, organization_id: int, relationship: UserRelationship) -> None:
    tx.run(
        f"INSERT INTO user_relationships (organization_id, {', '.join(_COLUMNS)})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _COLUMNS)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(relationship)},
    )


def save_user_relationship(tx: Tx, organization_id: int, relationship: UserRelationship) -> None:
    """Saves an existing relationship; its user and contact never change."""
    tx.run(
        "UPDATE user_relationships SET type_id = :type_id, anniversary_on = :anniversary_on,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND user_id = :user_id AND id = :id",
        {
            "organization_id": organization_id,
            "user_id": relationship.user_id,
            "id": relationship.id,
            "type_id": relationship.type_id,
            "anniversary_on": relationship.anniversary_on,
            "updated_at": relationship.updated_at,
            "deleted_at": relationship.deleted_at,
        },
    )


def erase_user_relationship(tx: Tx, organization_id: int, user_id: str, relationship_id: str) -> None:
    tx.run(
        "DELETE FROM user_relationships WHERE organization_id = :organization_id AND user_id = :user_id AND id = :id",
        {"organization_id": organization_id, "user_id": user_id, "id": relationship_id},
    )
