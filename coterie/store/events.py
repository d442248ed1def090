"""Recorded changes. Ids count per organization in the order of commits, so "since 41" misses nothing."""

from collections.abc import Iterable
from typing import Any

from coterie.model.events import Event
from coterie.store.counters import next_number
from coterie.store.database import Tx

_SELECT = "id, kind, subject_id, contact_id, user_id, via, changes, happened_at"


def insert_events(tx: Tx, organization_id: int, rows: list[dict[str, Any]]) -> None:
    """New events: each row names kind, subject_id, contact_id, user_id, via, import_id, changes, happened_at."""
    first = next_number(tx, organization_id, "event_id", len(rows))
    tx.insert_rows(
        "events",
        [{"organization_id": organization_id, "id": first + position, **row} for position, row in enumerate(rows)],
    )


def list_events_after(tx: Tx, organization_id: int, event_id: int, *, limit: int) -> list[Event]:
    """The events after one, in order."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM events WHERE organization_id = :organization_id AND id > :id ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "id": event_id, "limit": limit},
    )
    return [Event(*row) for row in rows]


def find_last_event(tx: Tx, organization_id: int) -> int:
    """The id of the last event; 0 where there was none."""
    row = tx.one("SELECT max(id) FROM events WHERE organization_id = :o", {"o": organization_id})
    return int(row[0] or 0) if row else 0


def find_first_event_of_import(tx: Tx, organization_id: int, import_id: str) -> int | None:
    """The id of the event by which an import began."""
    row = tx.one(
        "SELECT min(id) FROM events WHERE organization_id = :organization_id AND import_id = :import_id",
        {"organization_id": organization_id, "import_id": import_id},
    )
    return row[0] if row else None


def is_changed_by_others(tx: Tx, organization_id: int, import_id: str, *, after: int) -> bool:
    """Whether after an event anything happened to a contact that was not this import."""
    row = tx.one(
        # the plus keeps SQLite to the primary key: there are few events behind the last one looked at
        "SELECT 1 FROM events WHERE organization_id = :organization_id AND id > :after AND +contact_id IS NOT NULL"
        " AND (import_id IS NULL OR import_id <> :import_id) LIMIT 1",
        {"organization_id": organization_id, "after": after, "import_id": import_id},
    )
    return row is not None


def list_events_of_contact(
    tx: Tx, organization_id: int, contact_id: int, *, limit: int, offset: int = 0
) -> list[Event]:
    """What happened to one contact, newest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM events WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Event(*row) for row in rows]


def clear_changes_of_contacts(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Forget the values in the events of contacts that are erased; that something happened stays."""
    tx.run(
        f"UPDATE events SET changes = NULL WHERE organization_id = :organization_id AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
