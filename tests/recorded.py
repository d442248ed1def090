"""Reads recorded events."""

from typing import NamedTuple

from coterie.store.database import Tx


class Recorded(NamedTuple):
    """One event with the contacts it names."""

    id: int
    kind: str
    subject_id: str
    user_id: str | None
    via: str
    changes: str | None
    happened_at: str
    contact_ids: tuple[int, ...]


def events_after(tx: Tx, organization_id: int, event_id: int = 0) -> list[Recorded]:
    """The events after this one, oldest first."""
    bound = {"o": organization_id, "id": event_id}
    contact_ids: dict[int, list[int]] = {}
    for event, contact in tx.all(
        "SELECT event_id, contact_id FROM event_contacts WHERE organization_id = :o AND event_id > :id"
        " ORDER BY event_id, contact_id",
        bound,
    ):
        contact_ids.setdefault(event, []).append(contact)
    rows = tx.all(
        "SELECT id, kind, subject_id, user_id, via, changes, happened_at FROM events"
        " WHERE organization_id = :o AND id > :id ORDER BY id",
        bound,
    )
    return [Recorded(*row, tuple(contact_ids.get(row[0], ()))) for row in rows]


def events_of(tx: Tx, organization_id: int, contact_id: int) -> list[Recorded]:
    """The events that name a contact, newest first."""
    return [event for event in events_after(tx, organization_id)[::-1] if contact_id in event.contact_ids]
