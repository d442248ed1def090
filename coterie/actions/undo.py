"""Undoes a unit of work: the events of a range, backwards, each by the values it stored.

Guarantees. A value that changed since stays, and is named in `cannot`. An undo is itself recorded, so that it can be
undone. What is erased stays erased. Other users' reminders, relationships and personal notes are never touched.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from coterie.actions import undo_cadences, undo_contacts, undo_parts, undo_words
from coterie.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, invalid
from coterie.model.events import CONSEQUENCES
from coterie.model.organizations import Caller
from coterie.model.undo import CannotUndo, NotUndone, PastEvent, Undone
from coterie.store import undo as store
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.revisions import lock_contacts

EVENTS_MAX = 2_000
_UNDO = undo_contacts.UNDO | undo_parts.UNDO | undo_words.UNDO | undo_cadences.UNDO
_CREATED, _BULK, _APPLIED = "contact.created", "bulk_update.started", "import.applied"
# they are undone with the events that caused them
_SILENT = CONSEQUENCES | {_BULK}
UNDOABLE = frozenset(_UNDO) | _SILENT | {_CREATED}


def undo_events(tx: Tx, caller: Caller, first: int, last: int) -> Undone:
    """Undoes the events from first to last, both included, and those of the jobs they requested.

    Raises Invalid if this is no range; NotFound if it has no event; TooLarge if it has more than 2,000.
    """
    if not 0 < first <= last:
        raise invalid("first", "must be at least 1, and at most last")
    events = _list_events(tx, caller, first, last)
    contact_ids = sorted({each for event in events for each in event.contact_ids})
    lock_contacts(tx, caller.organization_id, contact_ids)
    undoing = replace(caller, undoes=events[-1].id, cause_id=None)
    done, cannot = _undo_all(tx, undoing, events)
    unit_id = tx.units.get(caller.organization_id)
    if unit_id is not None and done:
        store.mark_undone(tx, caller.organization_id, [event.id for event in done], unit_id)
    return Undone(
        first=unit_id if done else None,
        last=find_last_event(tx, caller.organization_id) if unit_id is not None and done else None,
        undone_count=len(done),
        contact_ids=tuple(sorted({each for event in done for each in event.contact_ids})),
        cannot=tuple(cannot),
    )


def _list_events(tx: Tx, caller: Caller, first: int, last: int) -> list[PastEvent]:
    """The events to undo, newest first."""
    events = store.list_events_between(tx, caller.organization_id, first, last, limit=EVENTS_MAX + 1)
    jobs = [event.id for event in events if event.kind == _BULK]
    if jobs and len(events) <= EVENTS_MAX:
        ids = {event.id for event in events}
        of_jobs = store.list_events_of_causes(tx, caller.organization_id, jobs, limit=EVENTS_MAX + 1)
        events += [event for event in of_jobs if event.id not in ids]
        events.sort(key=lambda event: event.id, reverse=True)
    if len(events) > EVENTS_MAX:
        raise TooLarge(f"At most {EVENTS_MAX} changes can be undone at once")
    if not events:
        raise NotFound("No change has these numbers")
    return events


def _undo_all(tx: Tx, caller: Caller, events: Sequence[PastEvent]) -> tuple[list[PastEvent], list[CannotUndo]]:
    """(the events that were undone, wholly or in part; those that were not, or not in full)."""
    ids = [event.id for event in events]
    created = {int(event.subject_id) for event in events if event.kind == _CREATED and event.undone_by is None}
    done, cannot, covered = list[PastEvent](), list[CannotUndo](), list[PastEvent]()
    deleted = set[int]()
    for event in events:
        # the parts of a contact are deleted and restored with it
        if event.kind != _CREATED and event.contact_ids and created.issuperset(event.contact_ids):
            covered.append(event)
            continue
        last = find_last_event(tx, caller.organization_id)
        left = _undo_one(tx, caller, event, ids)
        cannot += [_cannot(event, each) for each in left]
        if left and find_last_event(tx, caller.organization_id) == last:
            continue  # all of it stays
        done.append(event)
        if event.kind == _CREATED:
            deleted.add(int(event.subject_id))
    done += [event for event in covered if deleted.issuperset(event.contact_ids)]
    return done if any(event.kind not in _SILENT for event in done) else [], cannot


def _undo_one(tx: Tx, caller: Caller, event: PastEvent, undoing: Collection[int]) -> Sequence[NotUndone]:
    """Undoes an event; returns what it left. An item without fields means that it left everything."""
    if event.kind in _SILENT:
        return ()
    try:
        _check(caller, event)
        with tx.savepoint():
            if event.kind == _CREATED:
                return undo_contacts.undo_created(tx, caller, event, list(undoing))
            _check_new_part(tx, caller, event, undoing)
            return _UNDO[event.kind](tx, caller, event)
    except NotUndone as reason:
        return [reason]
    except (NotFound, Conflict, Forbidden, Invalid) as error:
        return [NotUndone(_reason_of(error))]


def _check(caller: Caller, event: PastEvent) -> None:
    if event.undone_by is not None:
        raise NotUndone("undone")
    if event.import_id is not None and (event.kind != _APPLIED or not _may_undo_imports(caller)):
        raise NotUndone("import")
    if event.kind.endswith("erased"):
        raise NotUndone("erased")
    if event.kind not in UNDOABLE:
        raise NotUndone("not_undoable")
    if event.noun in ("reminder", "user_relationship") and event.user_id != caller.user_id:
        raise NotUndone("not_yours")


def _may_undo_imports(caller: Caller) -> bool:
    """The undo of an import erases the contacts that it added, so assistants may not, nor tokens without the scope."""
    return caller.may("imports:write") and caller.via != "mcp"


def _check_new_part(tx: Tx, caller: Caller, event: PastEvent, undoing: Collection[int]) -> None:
    """Raises NotUndone if the event created a part of which a later event in effect says more."""
    if event.kind.endswith(".created") and event.contact_ids:
        later = store.list_later_events(tx, caller.organization_id, event.contact_ids, event.id, but=undoing)
        if any(subject == event.subject_id and kind.startswith(f"{event.noun}.") for kind, subject in later):
            raise NotUndone("changed_since")


def _reason_of(error: NotFound | Conflict | Forbidden | Invalid) -> str:
    if isinstance(error, NotFound):
        return "erased"
    if isinstance(error, Invalid):
        return "taken" if any(problem.kind == "taken" for problem in error.problems) else "invalid"
    return "not_yours" if isinstance(error, Forbidden) else "changed_since"


def _cannot(event: PastEvent, left: NotUndone) -> CannotUndo:
    return CannotUndo(
        event_id=event.id, kind=event.kind, subject_id=event.subject_id, contact_ids=event.contact_ids,
        reason=left.reason, fields=left.fields,
    )  # fmt: skip
