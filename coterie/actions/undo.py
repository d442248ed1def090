"""Undoes a unit of work: the events of a range, backwards, each by the values it stored.

Guarantees. A value that changed since stays, and is named in `cannot`. An undo is itself recorded, so that it can be
undone. Erased things stay erased. Other users' reminders, relationships and personal notes are never touched.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import undo_cadences, undo_contacts, undo_parts, undo_phones, undo_words
from coterie.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, invalid
from coterie.model.events import CONSEQUENCES, REQUESTS
from coterie.model.organizations import Caller
from coterie.model.undo import CannotUndo, NotUndone, PastEvent, Undone, UndoScope
from coterie.store import undo as store
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.revisions import lock_contacts

# of one request: other writers wait for it, and a busy machine must do it within the time of a request
EVENTS_MAX = 500
_UNDO = undo_contacts.UNDO | undo_parts.UNDO | undo_words.UNDO | undo_cadences.UNDO | undo_phones.UNDO
_CREATED, _APPLIED = "contact.created", "import.applied"
# they are undone with the events that caused them; a group follows its tag
SILENT = CONSEQUENCES | REQUESTS | {"device.group_written", "device.group_deleted"}
UNDOABLE = frozenset(_UNDO) | SILENT | {_CREATED}


def undo_events(tx: Tx, caller: Caller, first: int, last: int) -> Undone:
    """Undoes the events from first to last, both included, and those of the jobs they requested.

    Raises Invalid if this is not a range; NotFound if it has no event; TooLarge if it has more than 500.
    """
    scope = find_scope(tx, caller, first, last)
    events = store.list_events_of(tx, caller.organization_id, scope, limit=EVENTS_MAX + 1)
    if len(events) > EVENTS_MAX:
        raise TooLarge(f"At most {EVENTS_MAX:,} changes can be undone at once")
    done, cannot = undo_batch(tx, replace(caller, undoes=events[-1].id, cause_id=None), scope, events)
    unit_id = tx.units.get(caller.organization_id)
    return Undone(
        first=unit_id if done else None,
        last=find_last_event(tx, caller.organization_id) if unit_id is not None and done else None,
        undone_count=len(done),
        contact_ids=tuple(sorted({each for event in done for each in event.contact_ids})),
        cannot=tuple(cannot),
    )


def find_scope(tx: Tx, caller: Caller, first: int, last: int) -> UndoScope:
    """The events from first to last, and those of the jobs they requested that have finished.

    Raises Invalid if this is not a range; NotFound if it has no event.
    """
    if not 0 < first <= last:
        raise invalid("first", "must be at least 1, and at most last")
    found = store.find_range(tx, caller.organization_id, first, last)
    if found is None:
        raise NotFound("No change has these numbers")
    requests = store.list_requests(tx, caller.organization_id, *found)
    running = store.list_running_requests(tx, caller.organization_id, requests) if requests else set()
    return UndoScope(*found, tuple(each for each in requests if each not in running))


def undo_batch(
    tx: Tx, caller: Caller, scope: UndoScope, events: Sequence[PastEvent]
) -> tuple[list[PastEvent], list[CannotUndo]]:
    """Undoes the next events of a scope, newest first, and marks them as undone.

    Returns (the events that were undone, wholly or in part; those that were not, or not in full).
    """
    lock_contacts(tx, caller.organization_id, sorted({each for event in events for each in event.contact_ids}))
    done, cannot = _undo_each(tx, caller, scope, events)
    unit_id = tx.units.get(caller.organization_id)
    if unit_id is None or all(event.kind in SILENT for event in done):
        return [], cannot
    store.mark_undone(tx, caller.organization_id, [event.id for event in done], unit_id)
    deleted = [int(event.subject_id) for event in done if event.kind == _CREATED]
    covered = _list_covered(tx, caller, scope, deleted) if deleted else []
    if covered:
        store.mark_undone(tx, caller.organization_id, [event.id for event in covered], unit_id)
    return [*done, *covered], cannot


def _undo_each(
    tx: Tx, caller: Caller, scope: UndoScope, events: Sequence[PastEvent]
) -> tuple[list[PastEvent], list[CannotUndo]]:
    named = {each for event in events for each in event.contact_ids}
    created = store.list_created(tx, caller.organization_id, scope, named, is_undone=False)
    running = _Running.among(tx, caller, scope, events)
    done, cannot = list[PastEvent](), list[CannotUndo]()
    for event in events:
        # the parts of a contact are deleted and restored with it
        if event.kind != _CREATED and event.contact_ids and created.issuperset(event.contact_ids):
            continue
        last = find_last_event(tx, caller.organization_id)
        left = [NotUndone("running")] if running.has(event) else _undo_one(tx, caller, event, scope)
        cannot += [_cannot(event, each) for each in left]
        if left and find_last_event(tx, caller.organization_id) == last:
            continue  # all of it stays
        done.append(event)
    return done, cannot


def _list_covered(tx: Tx, caller: Caller, scope: UndoScope, deleted: Sequence[int]) -> list[PastEvent]:
    """The events of parts that were deleted with their contacts, because the creation of these was undone."""
    events = store.list_events_naming(tx, caller.organization_id, scope, deleted)
    named = {each for event in events for each in event.contact_ids}
    gone = store.list_created(tx, caller.organization_id, scope, named, is_undone=True)
    return [event for event in events if gone.issuperset(event.contact_ids)]


class _Running(Struct, frozen=True):
    """Work that has not finished: the events that requested it, and imports."""

    requests: AbstractSet[int]
    imports: AbstractSet[str]

    @classmethod
    def among(cls, tx: Tx, caller: Caller, scope: UndoScope, events: Sequence[PastEvent]) -> "_Running":
        """The work of these events. A job that ran when the undo began is not among its causes: it is running."""
        requests = {event.id for event in events if event.kind in REQUESTS}
        requests |= {event.cause_id for event in events if event.cause_id is not None}
        known = {each for each in requests if scope.first <= each <= scope.last}
        imports = {event.import_id for event in events if event.import_id is not None}
        organization_id, others = caller.organization_id, requests - known
        running = store.list_running_requests(tx, organization_id, others) if others else set()
        return cls(
            running | known.difference(scope.causes),
            store.list_running_imports(tx, organization_id, imports) if imports else frozenset(),
        )

    def has(self, event: PastEvent) -> bool:
        return event.id in self.requests or event.cause_id in self.requests or event.import_id in self.imports


def _undo_one(tx: Tx, caller: Caller, event: PastEvent, scope: UndoScope) -> Sequence[NotUndone]:
    """Undoes an event; returns the parts it left as they are. An item without fields means all of them."""
    if event.kind in SILENT:
        return ()
    try:
        _check(caller, event)
        with tx.savepoint():
            if event.kind == _CREATED:
                return undo_contacts.undo_created(tx, caller, event, scope)
            _check_new_part(tx, caller, event, scope)
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


def _check_new_part(tx: Tx, caller: Caller, event: PastEvent, scope: UndoScope) -> None:
    """Raises NotUndone if the event created a part of which a later event in effect says more."""
    if event.kind.endswith(".created") and event.contact_ids:
        later = store.list_later_events(tx, caller.organization_id, event.contact_ids, event.id, but=scope)
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
