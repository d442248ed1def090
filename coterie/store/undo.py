"""Events as undo reads and marks them."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from coterie.model.events import CONSEQUENCES, REQUESTS
from coterie.model.imports import APPLYING, STAGING, UNDOING
from coterie.model.undo import PastEvent, UndoScope
from coterie.store.database import Row, Tx

_COLUMNS = "id, kind, subject_id, user_id, import_id, cause_id, undone_by, changes, undo"
_END = 2**62
_REQUESTS = ", ".join(f"'{kind}'" for kind in sorted(REQUESTS))
_CONSEQUENCES = ", ".join(f"'{kind}'" for kind in sorted(CONSEQUENCES))


def find_range(tx: Tx, organization_id: int, first: int, last: int) -> tuple[int, int] | None:
    """The first and the last event with an id from first to last; None if there is none."""
    row = tx.one(
        "SELECT min(id), max(id) FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last",
        {"organization_id": organization_id, "first": first, "last": last},
    )
    return (row[0], row[1]) if row is not None and row[0] is not None else None


def list_events_between(tx: Tx, organization_id: int, first: int, last: int, *, limit: int) -> list[PastEvent]:
    """The events with ids from first to last, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
        " ORDER BY id DESC LIMIT :limit",
        {"organization_id": organization_id, "first": first, "last": last, "limit": limit},
    )
    return _past(tx, organization_id, rows)


def list_requests(tx: Tx, organization_id: int, first: int, last: int) -> list[int]:
    """The events from first to last that requested jobs."""
    rows = tx.all(
        "SELECT id FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
        f" AND kind IN ({_REQUESTS}) ORDER BY id",
        {"organization_id": organization_id, "first": first, "last": last},
    )
    return [event_id for (event_id,) in rows]


def is_one_unit(tx: Tx, organization_id: int, first: int, last: int) -> bool:
    """Whether all events with ids from first to last are of one unit of work, which begins with first."""
    other = tx.one(
        "SELECT 1 FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
        " AND COALESCE(unit_id, id) <> :first LIMIT 1",
        {"organization_id": organization_id, "first": first, "last": last},
    )
    return other is None


def list_events_of(
    tx: Tx, organization_id: int, scope: UndoScope, *, before: int | None = None, limit: int
) -> list[PastEvent]:
    """The events of a scope, newest first; before: only those older than this event."""
    bound = _bound(tx, organization_id, scope) | {"before": before or _END, "limit": limit}
    rows: list[Row] = []
    if scope.causes:
        # those of jobs that the range does not have are newer than it
        rows = tx.all(
            f"SELECT {_COLUMNS} FROM events e WHERE organization_id = :organization_id AND {_caused(tx, scope)}"
            " AND id > :last AND id < :before ORDER BY id DESC LIMIT :limit",
            bound,
        )
    if len(rows) < limit:
        rows += tx.all(
            f"SELECT {_COLUMNS} FROM events WHERE organization_id = :organization_id AND id BETWEEN :first AND :last"
            " AND id < :before ORDER BY id DESC LIMIT :limit",
            bound | {"limit": limit - len(rows)},
        )
    return _past(tx, organization_id, rows)


def count_events_of(tx: Tx, organization_id: int, scope: UndoScope) -> int:
    """The number of events of a scope."""
    row = tx.one(
        f"SELECT count(*) FROM events e WHERE organization_id = :organization_id AND {_in_scope(tx, scope)}",
        _bound(tx, organization_id, scope),
    )
    return int(row[0]) if row else 0


def _in_scope(tx: Tx, scope: UndoScope) -> str:
    """Whether the scope has an event e."""
    caused = f" OR {_caused(tx, scope)}" if scope.causes else ""
    return f"(e.id BETWEEN :first AND :last{caused})"


def _caused(tx: Tx, scope: UndoScope) -> str:
    # of one cause, the index has the events in their order
    is_one = len(scope.causes) == 1
    return "e.cause_id = :cause" if is_one else f"(e.cause_id IS NOT NULL AND e.cause_id {tx.in_list('causes')})"


def _bound(tx: Tx, organization_id: int, scope: UndoScope) -> dict[str, Any]:
    bound: dict[str, Any] = {"organization_id": organization_id, "first": scope.first, "last": scope.last}
    if len(scope.causes) == 1:
        return bound | {"cause": scope.causes[0]}
    return bound | {"causes": tx.list_param(scope.causes)} if scope.causes else bound


def list_running_requests(tx: Tx, organization_id: int, event_ids: Iterable[int]) -> set[int]:
    """Those of the events that requested a job which waits or runs."""
    rows = tx.all(
        "SELECT e.id FROM events e JOIN jobs j ON j.organization_id = e.organization_id AND j.id = e.subject_id"
        f" WHERE e.organization_id = :organization_id AND e.id {tx.in_list('ids')} AND e.kind IN ({_REQUESTS})"
        " AND j.state IN ('waiting', 'running')",
        {"organization_id": organization_id, "ids": tx.list_param(event_ids)},
    )
    return {event_id for (event_id,) in rows}


def list_running_imports(tx: Tx, organization_id: int, import_ids: Iterable[str]) -> set[str]:
    """Those of the imports that are being staged, applied or undone."""
    rows = tx.all(
        f"SELECT id FROM imports WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
        f" AND state IN ('{STAGING}', '{APPLYING}', '{UNDOING}')",
        {"organization_id": organization_id, "ids": tx.list_param(import_ids)},
    )
    return {import_id for (import_id,) in rows}


def list_created(
    tx: Tx, organization_id: int, scope: UndoScope, contact_ids: Iterable[int], *, is_undone: bool
) -> set[int]:
    """Those of the contacts that an event of the scope created, which was undone or was not."""
    rows = tx.all(
        "SELECT ec.contact_id FROM event_contacts ec JOIN events e"
        " ON e.organization_id = ec.organization_id AND e.id = ec.event_id"
        f" WHERE ec.organization_id = :organization_id AND ec.contact_id {tx.in_list('contact_ids')}"
        f" AND e.kind = 'contact.created' AND e.undone_by IS {'NOT ' if is_undone else ''}NULL"
        f" AND {_in_scope(tx, scope)}",
        _bound(tx, organization_id, scope) | {"contact_ids": tx.list_param(contact_ids)},
    )
    return {contact_id for (contact_id,) in rows}


def list_not_undone(tx: Tx, organization_id: int, scope: UndoScope, kinds: Iterable[str]) -> list[int]:
    """The events of a scope that are of these kinds and were not undone."""
    rows = tx.all(
        f"SELECT id FROM events e WHERE organization_id = :organization_id AND kind {tx.in_list('kinds')}"
        f" AND undone_by IS NULL AND {_in_scope(tx, scope)}",
        _bound(tx, organization_id, scope) | {"kinds": tx.list_param(kinds)},
    )
    return [event_id for (event_id,) in rows]


def list_events_naming(tx: Tx, organization_id: int, scope: UndoScope, contact_ids: Iterable[int]) -> list[PastEvent]:
    """The events of a scope that name one of the contacts and were not undone, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM events e WHERE organization_id = :organization_id AND undone_by IS NULL"
        f" AND {_in_scope(tx, scope)} AND id IN (SELECT event_id FROM event_contacts"
        f" WHERE organization_id = :organization_id AND contact_id {tx.in_list('contact_ids')}) ORDER BY id DESC",
        _bound(tx, organization_id, scope) | {"contact_ids": tx.list_param(contact_ids)},
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
    tx: Tx, organization_id: int, contact_ids: Iterable[int], after: int, *, but: UndoScope
) -> list[tuple[str, str]]:
    """(kind, subject id) of the events that name these contacts after an event and are in effect: neither undone nor
    the undo of another, and no consequences. but: whose events do not count."""
    rows = tx.all(
        "SELECT DISTINCT e.kind, e.subject_id FROM event_contacts ec JOIN events e"
        " ON e.organization_id = ec.organization_id AND e.id = ec.event_id"
        f" WHERE ec.organization_id = :organization_id AND ec.contact_id {tx.in_list('contact_ids')}"
        " AND ec.event_id > :after AND e.undone_by IS NULL AND e.undoes IS NULL"
        f" AND e.kind NOT IN ({_CONSEQUENCES}) AND NOT coalesce({_in_scope(tx, but)}, FALSE)",
        _bound(tx, organization_id, but) | {"contact_ids": tx.list_param(contact_ids), "after": after},
    )
    return [(kind, subject_id) for kind, subject_id in rows]


def mark_undone(tx: Tx, organization_id: int, event_ids: Iterable[int], unit_id: int) -> None:
    """Marks events as undone by a unit of work. The changes that they had undone are in effect again."""
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
