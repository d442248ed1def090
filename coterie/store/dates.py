"""Important dates of contacts."""

from collections.abc import Iterable

import msgspec

from coterie.model.dates import ImportantDate
from coterie.model.words import with_words
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(ImportantDate))
_SELECT = ", ".join(_COLUMNS)


def find_date(tx: Tx, organization_id: int, contact_id: int, date_id: str) -> ImportantDate | None:
    """A date of a contact, deleted or not."""
    row = tx.one(
        f"SELECT {_SELECT} FROM important_dates WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND id = :id",
        {"organization_id": organization_id, "contact_id": contact_id, "id": date_id},
    )
    return ImportantDate(*row) if row else None


def list_dates(
    tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False, limit: int, offset: int = 0
) -> list[ImportantDate]:
    """A page of a contact's dates, in the order in which they were added."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM important_dates WHERE {_of_contact(include_deleted=include_deleted)}"
        " ORDER BY id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [ImportantDate(*row) for row in rows]


def count_dates(tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False) -> int:
    """The number of dates on all pages of list_dates."""
    row = tx.one(
        f"SELECT COUNT(*) FROM important_dates WHERE {_of_contact(include_deleted=include_deleted)}",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def _of_contact(*, include_deleted: bool) -> str:
    return "organization_id = :organization_id AND contact_id = :contact_id" + (
        "" if include_deleted else " AND deleted_at IS NULL"
    )


def list_dates_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[ImportantDate]]:
    """contact id -> its dates that are not deleted, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT {_SELECT} FROM important_dates WHERE organization_id = :organization_id AND contact_id {condition}"
        " AND deleted_at IS NULL ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: ImportantDate(*row))


def insert_date(tx: Tx, organization_id: int, date: ImportantDate) -> None:
    tx.run(
        f"INSERT INTO important_dates (organization_id, {_SELECT}, label_words)"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _COLUMNS)}, :label_words)",
        {"organization_id": organization_id, **with_words("important_dates", msgspec.structs.asdict(date))},
    )


def save_date(tx: Tx, organization_id: int, date: ImportantDate) -> None:
    values = with_words("important_dates", msgspec.structs.asdict(date))
    del values["created_at"]
    tx.run(
        "UPDATE important_dates SET label = :label, label_words = :label_words, occurs_on = :occurs_on,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, **values},
    )


def erase_date(tx: Tx, organization_id: int, date: ImportantDate) -> None:
    tx.run(
        "DELETE FROM important_dates WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND id = :id",
        {"organization_id": organization_id, "contact_id": date.contact_id, "id": date.id},
    )
