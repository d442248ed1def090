"""Undo of more changes than one request may undo: the worker does it in batches, newest first.

Guarantees. A batch follows the rules of actions/undo.py: a later change stays. The events of the job carry the event of
the request as their cause, so one undo of that event undoes all of it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.actions.undo import EVENTS_MAX, SILENT, find_scope, undo_batch, undo_events
from coterie.errors import Conflict, TooLarge
from coterie.model.ids import new_id
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.model.undo import CannotUndo, Undone, UndoScope
from coterie.store import undo as store
from coterie.store.database import Tx
from coterie.store.events import find_last_event

JOB = "undo_events"
JOB_EVENTS_MAX = 1_000_000
# other writers wait for a batch
BATCH = 20
CANNOT_MAX = 50


class UndoProgress(Struct):
    """total: the events to undo; done: those that were read; undone: those that were undone, wholly or in part.

    cannot: the first 50 that were not undone in full; cannot_count: how many they are. before: the oldest event that
    was read. is_finished: whether no event is left.
    """

    total: int = 0
    done: int = 0
    undone: int = 0
    cannot_count: int = 0
    cannot: Sequence[CannotUndo] = ()
    before: int | None = None
    is_finished: bool = False


class Arguments(Struct):
    """event_id: the event of the request."""

    scope: UndoScope
    user_id: str | None
    via: str
    scopes: Sequence[str]
    event_id: int
    total: int


def undo_or_start(tx: Tx, caller: Caller, first: int, last: int) -> Undone | str:
    """Undoes up to 500 events at once; of more, returns the id of the job that undoes them.

    Raises Invalid and NotFound as undo_events does, Conflict and TooLarge as start_undo does.
    """
    if store.count_events_of(tx, caller.organization_id, find_scope(tx, caller, first, last)) <= EVENTS_MAX:
        return undo_events(tx, caller, first, last)
    return start_undo(tx, caller, first, last)


def start_undo(tx: Tx, caller: Caller, first: int, last: int) -> str:
    """Enqueues the undo of the events from first to last, and of the jobs they requested; returns the id of its job.

    Raises Invalid and NotFound as undo_events does; Conflict if such a job waits or runs, TooLarge beyond 1,000,000
    events.
    """
    scope = find_scope(tx, caller, first, last)
    total = store.count_events_of(tx, caller.organization_id, scope)
    if total > JOB_EVENTS_MAX:
        raise TooLarge(f"At most {JOB_EVENTS_MAX:,} changes can be undone at once")
    job_id = new_id()
    record(tx, replace(caller, undoes=scope.first, cause_id=None), "undo.started", job_id)
    event_id = find_last_event(tx, caller.organization_id)
    arguments = Arguments(scope, caller.user_id, caller.via, caller.scopes, event_id, total)
    key = f"{JOB}:{scope.first}-{scope.last}"
    if not enqueue(tx, caller, JOB, msgspec.to_builtins(arguments), dedupe_key=key, attempts_max=5, job_id=job_id):
        raise Conflict("These changes are already being undone")
    return job_id


def arguments_of(job: Job) -> Arguments:
    """Decodes the arguments that start_undo stored with the job."""
    return msgspec.json.decode(job.arguments, type=Arguments)


def progress_of(job: Job) -> UndoProgress:
    """The progress of a job, also before it started."""
    if job.progress:
        return msgspec.json.decode(job.progress, type=UndoProgress)
    return UndoProgress(total=arguments_of(job).total)


def undoing(caller: Caller, arguments: Arguments) -> Caller:
    """The caller of the request, as its job acts: with its scopes, and the request as the cause."""
    return replace(caller, scopes=tuple(arguments.scopes), undoes=arguments.scope.first, cause_id=arguments.event_id)


def undo_next(tx: Tx, caller: Caller, arguments: Arguments, before: UndoProgress) -> UndoProgress:
    """Undoes the next events; returns the progress then."""
    scope = arguments.scope
    events = store.list_events_of(tx, caller.organization_id, scope, before=before.before, limit=BATCH)
    if not events:
        return _finished(tx, caller, arguments, before)
    done, cannot = undo_batch(tx, caller, scope, events)
    return replace(
        before,
        done=before.done + len(events),
        undone=before.undone + len(done),
        cannot_count=before.cannot_count + len(cannot),
        cannot=[*before.cannot, *cannot][:CANNOT_MAX],
        before=events[-1].id,
    )


def _finished(tx: Tx, caller: Caller, arguments: Arguments, before: UndoProgress) -> UndoProgress:
    """Consequences and requests of jobs are undone with the other events, if any of these was."""
    organization_id, scope = caller.organization_id, arguments.scope
    silent = store.list_not_undone(tx, organization_id, scope, SILENT) if before.undone else []
    if silent:
        store.mark_undone(tx, organization_id, silent, arguments.event_id)
    return replace(before, undone=before.undone + len(silent), is_finished=True)


def as_progress(progress: UndoProgress) -> dict[str, Any]:
    """The progress as its job stores it."""
    encoded: dict[str, Any] = msgspec.to_builtins(progress)
    return encoded
