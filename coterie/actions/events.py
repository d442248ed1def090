"""Recording what happened, by whom, through which door, in the transaction in which it happens.

Guarantee: a contact whose event says that clients see it changed (model.events.CHANGES_CONTACTS) has a new revision
and updated_at when the event is written. Nothing else moves a revision. A contact that a person touched is in the
address book of phones from then on; one that only a program touched stays audience. A contact whose event says that its
words changed (CHANGES_WORDS) is indexed for search again, and one that may be due to be in touch with on another day
has a new plan.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.touch_plans import REFRESHES, refresh_plans
from coterie.model import times
from coterie.model.cards import IMPERSONAL_DOORS
from coterie.model.events import CHANGES_CONTACTS, CHANGES_WORDS, CONSEQUENCES, KINDS
from coterie.model.organizations import Caller
from coterie.search import index_contacts
from coterie.store import contacts, events, revisions
from coterie.store.card_states import add_to_book
from coterie.store.database import Tx

Changes = Mapping[str, tuple[Any, Any]]
EventRow = dict[str, Any]
Columns = Mapping[int, Mapping[str, Any]]


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
    """One event, ready for record_all. kind: one of model.events.KINDS; contact_ids: every contact it concerns;
    changes: {field: (before, after)}; undo: what an undo needs besides, which no door shows."""
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
    contact_ids: Iterable[int] = (),
    changes: Changes | None = None,
    undo: Any = None,
    now: str | None = None,
) -> None:
    """Writes one event, as row_of describes it, and touches the contacts it changes."""
    row = row_of(caller, kind, subject_id, contact_ids=contact_ids, changes=changes, undo=undo, now=now)
    record_all(tx, caller, [row])


def record_all(
    tx: Tx,
    caller: Caller,
    rows: Collection[EventRow],
    columns: Columns | None = None,
    *,
    moves_updated_at: bool = True,
) -> dict[int, int]:
    """Writes events in their order and touches each contact they change once; returns its new revision by contact.

    columns: contact id -> columns of its row to save in the statement that touches it, which the caller has locked.
    moves_updated_at: False where contacts keep the updated_at they were imported with.
    """
    saved, created = columns or {}, _created(rows)
    changed = {contact_id for row in rows if row["kind"] in CHANGES_CONTACTS for contact_id in row["contact_ids"]}
    others = sorted(changed.difference(saved, created)) if changed else []
    if others:
        revisions.lock_contacts(tx, caller.organization_id, others)
    how_many = max(len(rows), len(saved) + len(others))
    if not how_many:
        return {}
    first = revisions.next_changes(tx, caller.organization_id, how_many)
    if rows:
        events.insert_events(tx, caller.organization_id, first, rows)
    given = {contact_id: revision for revision, contact_id in enumerate((*saved, *others), first)}
    now = next(iter(rows))["happened_at"] if rows else times.now()
    touched = set() if caller.via in IMPERSONAL_DOORS else _touched(rows)
    for contact_id, each in saved.items():
        row = {"updated_at": now, **each, "revision": given[contact_id]}
        contacts.update_contact(tx, caller.organization_id, contact_id, row, adds_to_book=contact_id in touched)
    if others:
        moment = now if moves_updated_at else None
        revisions.set_revisions(tx, caller.organization_id, others, first=given[others[0]], now=moment)
    if given:
        add_to_book(tx, caller.organization_id, sorted(touched.difference(saved)))
    index_contacts(tx, caller.organization_id, _with_other_words(rows), new_ids=created)
    refresh_plans(tx, caller.organization_id, _in_touch(rows))
    return given


def _touched(rows: Collection[EventRow]) -> set[int]:
    """The contacts that the events change themselves, not as a consequence of a change elsewhere."""
    kinds = CHANGES_CONTACTS - CONSEQUENCES - {"contact.taken_off_phones"} | {"contact.created"}
    return {contact_id for row in rows if row["kind"] in kinds for contact_id in row["contact_ids"]}


def _with_other_words(rows: Collection[EventRow]) -> list[int]:
    """Contacts that may be found by other words than before, by id."""
    return sorted({contact_id for row in rows if row["kind"] in CHANGES_WORDS for contact_id in row["contact_ids"]})


def _in_touch(rows: Collection[EventRow]) -> list[int]:
    """Contacts that may be due on another day than before, by id."""
    return sorted({contact_id for row in rows if row["kind"] in REFRESHES for contact_id in row["contact_ids"]})


def _created(rows: Collection[EventRow]) -> set[int]:
    """Contacts that are inserted with their revision: the events of their parts do not move it."""
    return {contact_id for row in rows if row["kind"] == "contact.created" for contact_id in row["contact_ids"]}
