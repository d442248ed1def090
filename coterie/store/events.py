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
    tx.many(
        "INSERT INTO events (organization_id, id, kind, subject_id, contact_id, user_id, via, import_id,"
        " changes, happened_at) VALUES (:organization_id, :id, :kind, :subject_id, :contact_id, :user_id,"
        " :via, :import_id, :changes, :happened_at)",
        [{"organization_id": organization_id, "id": first + position, **row} for position, row in enumerate(rows)],
    )


def list_events_after(tx: Tx, organization_id: int, event_id: int, *, limit: int) -> list[Event]:
    """The events after one, in order."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM events WHERE organization_id = :organization_id AND id > :id ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "id": event_id, "limit": limit},
    )
    return [Event(*row) for row in rows]


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
        f"UPDATE events SET changes = NULL WHERE organization_id = :organization_id AND contact_id {tx.among('ids')}",
        {"organization_id": organization_id, "ids": tx.array(contact_ids)},
    )
