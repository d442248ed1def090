"""Recording what happened, by whom, through which door, in the transaction in which it happens.

Guarantee: a contact whose event says that clients see it changed (model.events.CHANGES_CONTACTS) has a new revision
and updated_at when the event is written. Nothing else moves a revision.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.model import times
from coterie.model.events import CHANGES_CONTACTS, KINDS
from coterie.model.organizations import Caller
from coterie.store import contacts, events, revisions
from coterie.store.counters import next_numbers
from coterie.store.database import Tx

Changes = Mapping[str, tuple[Any, Any]]
EventRow = dict[str, Any]
Columns = Mapping[int, Mapping[str, Any]]


def row_of(
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_id: int | None = None,
    contact_ids: Iterable[int] = (),
    changes: Changes | None = None,
    now: str | None = None,
) -> EventRow:
    """One event, ready for record_all. kind: one of model.events.KINDS; contact_id, contact_ids: every contact it
    concerns; changes: {field: (before, after)}."""
    assert kind in KINDS, kind
    return {
        "kind": kind,
        "subject_id": str(subject_id),
        "contact_ids": sorted({*contact_ids, *([] if contact_id is None else [contact_id])}),
        "user_id": caller.user_id,
        "via": caller.via,
        "import_id": caller.import_id,
        "changes": msgspec.json.encode(changes).decode() if changes else None,
        "happened_at": now or times.now(),
    }


def differences(before: Struct | None, after: Struct | None, names: Iterable[str]) -> Changes:
    """Which of these fields differ, as an event stores it: {field: (before, after)}.

    before is None for what was created, after for what was erased: their fields are None.
    """
    values = {name: (getattr(before, name, None), getattr(after, name, None)) for name in names}
    return {name: change for name, change in values.items() if change[0] != change[1]}


def record(
    tx: Tx,
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_id: int | None = None,
    contact_ids: Iterable[int] = (),
    changes: Changes | None = None,
    now: str | None = None,
) -> None:
    """Writes one event, as row_of describes it, and touches the contacts it changes."""
    row = row_of(caller, kind, subject_id, contact_id=contact_id, contact_ids=contact_ids, changes=changes, now=now)
    record_all(tx, caller, [row])


def record_all(tx: Tx, caller: Caller, rows: Collection[EventRow], columns: Columns | None = None) -> dict[int, int]:
    """Writes events in their order and touches each contact they change once; returns its new revision by contact.

    columns: contact id -> columns of its row to save in the statement that touches it, which the caller has locked.
    """
    saved = columns or {}
    created = {contact_id for row in rows if row["kind"] == "contact.created" for contact_id in row["contact_ids"]}
    changed = {contact_id for row in rows if row["kind"] in CHANGES_CONTACTS for contact_id in row["contact_ids"]}
    others = sorted(changed - created - saved.keys())
    if others:
        revisions.lock_contacts(tx, caller.organization_id, others)
    numbers = {events.EVENT_ID: len(rows), revisions.REVISION: len(saved) + len(others)}
    wanted = {name: number for name, number in numbers.items() if number}
    if not wanted:
        return {}
    first = next_numbers(tx, caller.organization_id, wanted)
    if rows:
        events.insert_events(tx, caller.organization_id, first[events.EVENT_ID], list(rows))
    return _touch(tx, caller, saved, others, first=first.get(revisions.REVISION, 0))


def _touch(tx: Tx, caller: Caller, saved: Columns, others: list[int], *, first: int) -> dict[int, int]:
    """Gives the contacts the revisions from `first` on, and those of `saved` their columns."""
    organization_id, now = caller.organization_id, times.now()
    given = {contact_id: revision for revision, contact_id in enumerate((*saved, *others), first)}
    for contact_id, columns in saved.items():
        with_revision = {"updated_at": now, **columns, "revision": given[contact_id]}
        contacts.update_contact(tx, organization_id, contact_id, with_revision)
    if others:
        revisions.set_revisions(tx, organization_id, others, first=given[others[0]], now=now)
    return given
