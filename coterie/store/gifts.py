"""Gifts of contacts."""

from collections.abc import Iterable

import msgspec

from coterie.model.gifts import Gift
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Gift))
_SELECT = ", ".join(_COLUMNS)


def find_gift(tx: Tx, organization_id: int, contact_id: int, gift_id: str, *, to_change: bool = False) -> Gift | None:
    """A gift of a contact, deleted or not; to_change locks its row until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM gifts WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND id = :id" + (tx.lock if to_change else ""),
        {"organization_id": organization_id, "contact_id": contact_id, "id": gift_id},
    )
    return Gift(*row) if row else None


def list_gifts(
    tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False, limit: int, offset: int = 0
) -> list[Gift]:
    """A page of a contact's gifts, in the order in which they were added."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM gifts WHERE {_of_contact(include_deleted=include_deleted)}"
        " ORDER BY id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Gift(*row) for row in rows]


def count_gifts(tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False) -> int:
    """The number of gifts on all pages of list_gifts."""
    row = tx.one(
        f"SELECT COUNT(*) FROM gifts WHERE {_of_contact(include_deleted=include_deleted)}",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def _of_contact(*, include_deleted: bool) -> str:
    return "organization_id = :organization_id AND contact_id = :contact_id" + (
        "" if include_deleted else " AND deleted_at IS NULL"
    )


def list_gifts_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Gift]]:
    """contact id -> its gifts that are not deleted, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT {_SELECT} FROM gifts WHERE organization_id = :organization_id AND contact_id {condition}"
        " AND deleted_at IS NULL ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: Gift(*row))


def insert_gift(tx: Tx, organization_id: int, gift: Gift) -> None:
    tx.run(
        f"INSERT INTO gifts (organization_id, {_SELECT})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _COLUMNS)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(gift)},
    )


def save_gift(tx: Tx, organization_id: int, gift: Gift) -> None:
    """Saves an existing gift; its contact never changes."""
    tx.run(
        "UPDATE gifts SET name = :name, link = :link, status = :status, updated_at = :updated_at,"
        " deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {
            "organization_id": organization_id,
            "contact_id": gift.contact_id,
            "id": gift.id,
            "name": gift.name,
            "link": gift.link,
            "status": gift.status,
            "updated_at": gift.updated_at,
            "deleted_at": gift.deleted_at,
        },
    )


def erase_gift(tx: Tx, organization_id: int, gift: Gift) -> None:
    tx.run(
        "DELETE FROM gifts WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, "contact_id": gift.contact_id, "id": gift.id},
    )
