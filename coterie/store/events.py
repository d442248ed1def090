"""Recorded events. Ids are numbered per organization in the order of commits, so "since 41" misses none."""

from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any

from msgspec import Struct

from coterie.model.events import CONSEQUENCES
from coterie.store import webhook_deliveries
from coterie.store.database import Tx

# consequences are changes made elsewhere, such as to a tag; the names are our own constants
DIRECT = " AND e.kind NOT IN ('" + "', '".join(sorted(CONSEQUENCES)) + "')"


def insert_events(tx: Tx, organization_id: int, first: int, rows: Collection[Mapping[str, Any]]) -> None:
    """Inserts events, at least one, with the ids from `first` on.

    Each row has kind, subject_id, user_id, via, token_id, import_id, changes, undo, happened_at, and contact_ids: those
    it names; all have a cause_id, or none has; the same of undoes.
    """
    # a part of the unit that was rolled back may have begun with a higher number
    unit_id = tx.units[organization_id] = min(first, tx.units.get(organization_id, first))
    columns = [name for name in next(iter(rows)) if name != "contact_ids"]
    values_of = itemgetter(*columns)
    events = [(organization_id, event_id, unit_id, *values_of(row)) for event_id, row in enumerate(rows, first)]
    tx.insert_values("events", ("organization_id", "id", "unit_id", *columns), events)
    named = [
        (organization_id, event_id, each) for event_id, row in enumerate(rows, first) for each in row["contact_ids"]
    ]
    tx.insert_values("event_contacts", ("organization_id", "event_id", "contact_id"), named)


class EventSheet(Struct, frozen=True, kw_only=True):
    """An event as it is sent to other programs. changes: as JSON; is_bulk: of an import or a bulk update."""

    id: int
    kind: str
    subject_id: str
    contact_ids: tuple[int, ...]
    user_id: str | None
    via: str
    token_id: str | None
    is_bulk: bool
    changes: str | None
    happened_at: str


def list_events_since(tx: Tx, organization_id: int, after: int, *, limit: int) -> list[EventSheet]:
    """The events after an event, oldest first."""
    bound = {"organization_id": organization_id, "after": after, "limit": limit}
    rows = tx.all(
        "SELECT id, kind, subject_id, user_id, via, token_id, import_id, cause_id, changes, happened_at FROM events"
        " WHERE organization_id = :organization_id AND id > :after ORDER BY id LIMIT :limit",
        bound,
    )
    named: dict[int, list[int]] = {row[0]: [] for row in rows}
    if rows:
        for event_id, contact_id in tx.all(
            "SELECT event_id, contact_id FROM event_contacts WHERE organization_id = :organization_id"
            " AND event_id > :after AND event_id <= :last ORDER BY event_id, contact_id",
            {"organization_id": organization_id, "after": after, "last": rows[-1][0]},
        ):
            named.setdefault(event_id, []).append(contact_id)
    return [
        EventSheet(
            id=event_id,
            kind=kind,
            subject_id=subject_id,
            contact_ids=tuple(named[event_id]),
            user_id=user_id,
            via=via,
            token_id=token_id,
            is_bulk=import_id is not None or cause_id is not None,
            changes=changes,
            happened_at=happened_at,
        )
        for event_id, kind, subject_id, user_id, via, token_id, import_id, cause_id, changes, happened_at in rows
    ]


def find_last_event(tx: Tx, organization_id: int) -> int:
    """Returns the id of the last event; 0 if there is none."""
    row = tx.one("SELECT max(id) FROM events WHERE organization_id = :o", {"o": organization_id})
    return int(row[0] or 0) if row else 0


_OF_CONTACTS = (
    " FROM event_contacts ec CROSS JOIN events e WHERE ec.organization_id = :organization_id AND ec.contact_id {}"
    " AND e.organization_id = ec.organization_id AND e.id = ec.event_id"
)


def list_changed_by_others(tx: Tx, organization_id: int, import_id: str, contact_ids: Iterable[int]) -> set[int]:
    """Returns the contacts that anything but this import changed; undone changes do not count."""
    rows = tx.all(
        f"SELECT DISTINCT ec.contact_id{_OF_CONTACTS.format(tx.in_list('ids'))}{DIRECT}"
        " AND e.undone_by IS NULL AND e.undoes IS NULL AND (e.import_id IS NULL"
        " OR e.import_id <> :import_id AND e.import_id NOT IN"
        " (SELECT id FROM imports WHERE organization_id = :organization_id AND state = 'undone'))",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "import_id": import_id},
    )
    return {row[0] for row in rows}


def list_changes_since(
    tx: Tx, organization_id: int, contact_ids: Iterable[int], *, after: int
) -> list[tuple[int, str, str, str | None]]:
    """Returns (contact id, kind, subject id, changes as JSON) of the events of contacts after an event, oldest first.

    An event of a job counts from the moment the job was requested.
    """
    rows = tx.all(
        f"SELECT ec.contact_id, e.kind, e.subject_id, e.changes{_OF_CONTACTS.format(tx.in_list('ids'))}"
        " AND ec.event_id > :after AND coalesce(e.cause_id, e.id) > :after ORDER BY e.id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "after": after},
    )
    return [(contact_id, kind, subject_id, changes) for contact_id, kind, subject_id, changes in rows]


def list_created_by(tx: Tx, organization_id: int, import_id: str, contact_ids: Iterable[int]) -> set[int]:
    """Returns those contacts that this import created."""
    return {contact_id for contact_id, _ in _list_created(tx, organization_id, import_id, contact_ids, "= :import_id")}


def find_creators(tx: Tx, organization_id: int, import_id: str, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> the import that created it, of those that this import or another file of its command created."""
    return dict(_list_created(tx, organization_id, import_id, contact_ids, _OF_COMMAND))


_OF_COMMAND = (
    "IN (SELECT i.id FROM imports i WHERE i.organization_id = :organization_id AND (i.id = :import_id OR i.group_id ="
    " (SELECT group_id FROM imports WHERE organization_id = :organization_id AND id = :import_id)))"
)


def _list_created(
    tx: Tx, organization_id: int, import_id: str, contact_ids: Iterable[int], imports: str
) -> list[tuple[int, str]]:
    ids = list(contact_ids)
    if not import_id or not ids:
        return []
    rows = tx.all(
        f"SELECT ec.contact_id, e.import_id{_OF_CONTACTS.format(tx.in_list('ids'))}"
        f" AND e.kind = 'contact.created' AND e.import_id {imports}",
        {"organization_id": organization_id, "ids": tx.list_param(ids), "import_id": import_id},
    )
    return [(contact_id, creator) for contact_id, creator in rows]


def clear_changes_of_contacts(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Removes the values from every event that names one of these contacts; the events stay.

    Messages about them that were sent to webhooks are scrubbed too, and waiting ones are not sent.
    """
    bound = {"organization_id": organization_id, "ids": tx.list_param(contact_ids)}
    of_contacts = (
        "IN (SELECT ec.event_id FROM event_contacts ec WHERE ec.organization_id = :organization_id"
        f" AND ec.contact_id {tx.in_list('ids')})"
    )
    webhook_deliveries.scrub_deliveries(tx, organization_id, of_contacts, bound)
    tx.run(
        "UPDATE events SET changes = NULL, undo = NULL WHERE organization_id = :organization_id"
        f" AND (changes IS NOT NULL OR undo IS NOT NULL) AND id {of_contacts}",
        bound,
    )


def clear_note_texts(tx: Tx, organization_id: int, note_ids: Iterable[str]) -> None:
    """Removes the texts of these notes from the events: a note was erased, or became personal."""
    bound = {"organization_id": organization_id, "ids": tx.list_param(note_ids)}
    updates = f"organization_id = :organization_id AND kind = 'note.updated' AND subject_id {tx.in_list('ids')}"
    webhook_deliveries.scrub_deliveries(tx, organization_id, f"IN (SELECT id FROM events WHERE {updates})", bound)
    tx.run(f"UPDATE events SET changes = NULL WHERE {updates}", bound)
