"""Records what happened, by whom, through which door, in the transaction in which it happens.

Guarantee: with its events, a contact is brought up to date (changed_contacts.py): nobody records a change of a contact
that clients, search or plans do not see.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.changed_contacts import Columns, lock_others, save_changed, update_derived
from coterie.model import times
from coterie.model.events import KINDS
from coterie.model.organizations import Caller
from coterie.search import PreparedDocument
from coterie.store import events, revisions
from coterie.store.database import Tx

Changes = Mapping[str, tuple[Any, Any]]
EventRow = dict[str, Any]


def row_of(
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_ids: Iterable[int] = (),
    changes: Changes | None = None,
    undo: Any = None,
    now: str | None = None,
) -> EventRow:
    """One event, ready for record_events. kind: one of model.events.KINDS; contact_ids: every contact it concerns;
    changes: {field: (before, after)}; undo: further values that an undo needs and no door shows."""
    assert kind in KINDS, kind
    cause = {} if caller.cause_id is None else {"cause_id": caller.cause_id}
    cause |= {} if caller.undoes is None else {"undoes": caller.undoes}
    return cause | {
        "kind": kind,
        "subject_id": str(subject_id),
        "contact_ids": sorted(set(contact_ids)),
        "user_id": caller.user_id,
        "via": caller.via,
        "token_id": caller.token_id,
        "import_id": caller.import_id,
        "changes": msgspec.json.encode(changes).decode() if changes else None,
        "undo": msgspec.json.encode(undo).decode() if undo else None,
        "happened_at": now or times.now(),
    }


def differences(before: Struct | None, after: Struct | None, names: Iterable[str]) -> Changes:
    """Which of these fields differ, as an event stores it: {field: (before, after)}.

    before is None for something created, after for something erased: then all values on that side are None.
    """
    values = {name: (getattr(before, name, None), getattr(after, name, None)) for name in names}
    return {name: change for name, change in values.items() if change[0] != change[1]}


def record(
    tx: Tx,
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_ids: Iterable[int] = (),
    changes: Changes | None = None,
    undo: Any = None,
    now: str | None = None,
) -> None:
    """Writes one event, as row_of describes it, and brings the contacts it changes up to date."""
    row = row_of(caller, kind, subject_id, contact_ids=contact_ids, changes=changes, undo=undo, now=now)
    record_events(tx, caller, [row])


def record_events(
    tx: Tx,
    caller: Caller,
    rows: Collection[EventRow],
    columns: Columns | None = None,
    *,
    moves_updated_at: bool = True,
    first: int | None = None,
    prepared: Mapping[int, PreparedDocument] = MappingProxyType({}),
) -> dict[int, int]:
    """Writes events in their order, and each contact they change once; returns its new revision by contact.

    columns: contact id -> columns of its row to save, which the caller has locked. moves_updated_at: False where
    contacts keep the updated_at they were imported with. first: the first of as many change numbers as there are
    events, if the caller has taken them. prepared: contact id -> its document of the search index.
    """
    saved = columns or {}
    others = lock_others(tx, caller, rows, saved)
    how_many = max(len(rows), len(saved) + len(others))
    if not how_many:
        return {}
    first = first or revisions.next_changes(tx, caller.organization_id, how_many)
    if rows:
        events.insert_events(tx, caller.organization_id, first, rows)
    given = {contact_id: revision for revision, contact_id in enumerate((*saved, *others), first)}
    save_changed(tx, caller, rows, saved, others=others, given=given, moves_updated_at=moves_updated_at)
    update_derived(tx, caller, rows, prepared)
    return given
