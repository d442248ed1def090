"""Undoes many changes in the background."""

import threading
from functools import partial

from coterie.actions.callers import caller_for
from coterie.actions.undo_jobs import UndoProgress, arguments_of, as_progress, progress_of, undo_next, undoing
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database
from coterie.worker.batches import run_job


def undo_many(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Undoes the events of one request in batches. Stopped, it continues after the last batch."""
    arguments = arguments_of(job)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments.user_id, via=arguments.via)
    run_job(database, job, stopping, _undo(undoing(caller, arguments), job), as_progress)


def _undo(caller: Caller, job: Job) -> Batches[UndoProgress, None]:
    arguments, progress = arguments_of(job), progress_of(job)
    while not progress.is_finished:
        progress = yield partial(undo_next, caller=caller, arguments=arguments, before=progress)
