"""Handles: phone numbers, e-mail addresses, usernames and links of contacts."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model.handles import Handle
from coterie.store.database import Row, Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Handle))
_SELECT = ", ".join(_COLUMNS)


def _handle(row: Row) -> Handle:
    return Handle(*(*row[:6], bool(row[6]), bool(row[7]), *row[8:]))


def find_handle(tx: Tx, organization_id: int, contact_id: int, handle_id: str) -> Handle | None:
    """Returns a handle of a contact, deleted or not."""
    row = tx.one(
        f"SELECT {_SELECT} FROM handles"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, "contact_id": contact_id, "id": handle_id},
    )
    return _handle(row) if row else None


def lock_usernames(tx: Tx, organization_id: int, usernames: Iterable[str]) -> None:
    """Locks these Instagram usernames until the commit; call it before reading who has them. SQLite has one writer."""
    if tx.engine == "postgresql":
        tx.all(
            "SELECT pg_advisory_xact_lock(CAST(:organization_id AS INT), hashtext(username))"
            " FROM (SELECT unnest(CAST(:usernames AS TEXT[])) AS username ORDER BY 1) sorted",
            {"organization_id": organization_id, "usernames": sorted(set(usernames))},
        )


def list_handles(tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False) -> list[Handle]:
    """Returns the handles of a contact on every channel, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM handles WHERE organization_id = :organization_id"
        f" AND contact_id = :contact_id{'' if include_deleted else ' AND deleted_at IS NULL'} ORDER BY id",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return [_handle(row) for row in rows]


def list_handles_on(
    tx: Tx,
    organization_id: int,
    contact_id: int,
    channel: str,
    *,
    include_deleted: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Handle]:
    """Returns a page of a contact's handles on one channel, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM handles WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND channel = :channel"
        f"{'' if include_deleted else ' AND deleted_at IS NULL'} ORDER BY id LIMIT :limit OFFSET :offset",
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "channel": channel,
            "limit": limit,
            "offset": offset,
        },
    )
    return [_handle(row) for row in rows]


def count_handles_on(
    tx: Tx, organization_id: int, contact_id: int, channel: str, *, include_deleted: bool = False
) -> int:
    """The number of a contact's handles on one channel."""
    row = tx.one(
        "SELECT count(*) FROM handles WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND channel = :channel"
        f"{'' if include_deleted else ' AND deleted_at IS NULL'}",
        {"organization_id": organization_id, "contact_id": contact_id, "channel": channel},
    )
    return int(row[0]) if row else 0


def list_handles_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Handle]]:
    """contact id -> its handles that are not deleted, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT {_SELECT} FROM handles WHERE organization_id = :organization_id"
        f" AND contact_id {condition} AND deleted_at IS NULL ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, _handle)


def insert_handles(tx: Tx, organization_id: int, handles: Iterable[Handle]) -> None:
    """Inserts handles of one contact or of many."""
    rows = [(organization_id, *msgspec.structs.astuple(handle)) for handle in handles]
    tx.insert_values("handles", ("organization_id", *_COLUMNS), rows)


def save_handle(tx: Tx, organization_id: int, handle: Handle) -> None:
    """Saves an existing handle; its contact never changes."""
    values: dict[str, Any] = msgspec.structs.asdict(handle)
    del values["created_at"]
    tx.run(
        "UPDATE handles SET channel = :channel, value = :value, normalized = :normalized, label = :label,"
        " is_primary = :is_primary, is_former = :is_former, updated_at = :updated_at,"
        " deleted_at = :deleted_at WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, **values},
    )


def delete_handle(tx: Tx, organization_id: int, contact_id: int, handle_id: str) -> None:
    tx.run(
        "DELETE FROM handles WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, "contact_id": contact_id, "id": handle_id},
    )
