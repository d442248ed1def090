"""Acts on many contacts in the background."""

import threading
from functools import partial

import msgspec

from coterie.actions.bulk_acts import ActProgress, apply_batch, arguments_of, progress_of
from coterie.actions.callers import caller_for
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database
from coterie.worker.batches import run_job


def bulk_act(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Runs one act in batches. Stopped, it continues after the last contact."""
    arguments = arguments_of(job)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments.user_id, via=arguments.via)
    caller = msgspec.structs.replace(caller, cause_id=arguments.event_id)
    run_job(database, job, stopping, _act(caller, job), msgspec.structs.asdict)


def _act(caller: Caller, job: Job) -> Batches[ActProgress, None]:
    arguments, progress = arguments_of(job), progress_of(job)
    while not progress.is_finished:
        progress = yield partial(apply_batch, caller=caller, arguments=arguments, before=progress)
