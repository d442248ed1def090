"""Merges suggested pairs in the background."""

import threading
from functools import partial

import msgspec

from coterie.actions.callers import caller_for
from coterie.actions.suggested_merges import Progress, merge_batch
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database
from coterie.worker.batches import run_job


def merge_suggested(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Merges suggested pairs, 10 in each transaction. Stopped, it continues after the last one."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments["user_id"], via=arguments["via"])
    progress = msgspec.json.decode(job.progress, type=Progress) if job.progress else Progress()
    run_job(database, job, stopping, _merge(caller, progress), msgspec.structs.asdict)


def _merge(caller: Caller, progress: Progress) -> Batches[Progress, None]:
    while not progress.is_done:
        progress = yield partial(merge_batch, caller=caller, before=progress)
