"""Events as undo reads and marks them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from coterie.model.events import CONSEQUENCES
from coterie.model.undo import PastEvent
from coterie.store.database import Row, Tx

_COLUMNS = "id, kind, subject_id, user_id, import_id, cause_id, undone_by, changes, undo"
_CONSEQUENCES = ", ".join(f"'{kind}'" for kind in sorted(CONSEQUENCES))


def list_events_between(tx: Tx, organization_id: int, first: int, last: int, *, limit: int) -> list[PastEvent]:
    """The events with ids from first to last, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
        " ORDER BY id DESC LIMIT :limit",
        {"organization_id": organization_id, "first": first, "last": last, "limit": limit},
    )
    return _past(tx, organization_id, rows)


def is_one_unit(tx: Tx, organization_id: int, first: int, last: int) -> bool:
    """Whether all events with ids from first to last are of one unit of work, which begins with first."""
    other = tx.one(
        "SELECT 1 FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
        " AND COALESCE(unit_id, id) <> :first LIMIT 1",
        {"organization_id": organization_id, "first": first, "last": last},
    )
    return other is None


def list_events_of_causes(tx: Tx, organization_id: int, causes: Iterable[int], *, limit: int) -> list[PastEvent]:
    """The events of the jobs that these events requested, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM events WHERE organization_id = :organization_id AND cause_id {tx.in_list('causes')}"
        " ORDER BY id DESC LIMIT :limit",
        {"organization_id": organization_id, "causes": tx.list_param(causes), "limit": limit},
    )
    return _past(tx, organization_id, rows)


def _past(tx: Tx, organization_id: int, rows: Sequence[Row]) -> list[PastEvent]:
    named: dict[int, list[int]] = {row[0]: [] for row in rows}
    for event_id, contact_id in tx.all(
        "SELECT event_id, contact_id FROM event_contacts WHERE organization_id = :organization_id"
        f" AND event_id {tx.in_list('ids')} ORDER BY contact_id",
        {"organization_id": organization_id, "ids": tx.list_param(named)},
    ):
        named[event_id].append(contact_id)
    return [
        PastEvent(
            id=row[0], kind=row[1], subject_id=row[2], user_id=row[3], import_id=row[4], cause_id=row[5],
            undone_by=row[6], changes=_decoded(row[7]), undo=_decoded(row[8]), contact_ids=tuple(named[row[0]]),
        )
        for row in rows
    ]  # fmt: skip


def _decoded(text: str | None) -> dict[str, Any]:
    return msgspec.json.decode(text) if text else {}


def list_later_events(
    tx: Tx, organization_id: int, contact_ids: Iterable[int], after: int, *, but: Iterable[int]
) -> list[tuple[str, str]]:
    """(kind, subject id) of the events that name these contacts after an event and are in effect: neither undone nor
    the undo of another, and no consequences. but: events that do not count."""
    rows = tx.all(
        "SELECT DISTINCT e.kind, e.subject_id FROM event_contacts ec JOIN events e"
        " ON e.organization_id = ec.organization_id AND e.id = ec.event_id"
        f" WHERE ec.organization_id = :organization_id AND ec.contact_id {tx.in_list('contact_ids')}"
        " AND ec.event_id > :after AND e.undone_by IS NULL AND e.undoes IS NULL"
        f" AND e.kind NOT IN ({_CONSEQUENCES}) AND NOT e.id {tx.in_list('but')}",
        {
            "organization_id": organization_id, "contact_ids": tx.list_param(contact_ids), "after": after,
            "but": tx.list_param(but),
        },
    )  # fmt: skip
    return [(kind, subject_id) for kind, subject_id in rows]


def mark_undone(tx: Tx, organization_id: int, event_ids: Iterable[int], unit_id: int) -> None:
    """Marks events as undone by a unit of work. What they had undone themselves is in effect again."""
    bound = {"organization_id": organization_id, "ids": tx.list_param(event_ids), "unit_id": unit_id}
    undone = tx.all(
        "SELECT DISTINCT unit_id, undoes FROM events WHERE organization_id = :organization_id"
        f" AND id {tx.in_list('ids')} AND undoes IS NOT NULL",
        bound,
    )
    for earlier_unit, undoes in undone:
        tx.run(
            "UPDATE events SET undone_by = NULL WHERE organization_id = :organization_id"
            " AND id >= :undoes AND id < :unit_id AND undone_by = :unit_id",
            {"organization_id": organization_id, "undoes": undoes, "unit_id": earlier_unit},
        )
    tx.run(
        f"UPDATE events SET undone_by = :unit_id WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        bound,
    )
