"""Restores contacts that a device deleted, as a job."""

import threading
from functools import partial

import msgspec

from coterie.actions.callers import caller_for
from coterie.actions.deletions import restore_batch
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database
from coterie.worker.batches import last_progress, run_job


def restore_deletions(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Restores the contacts of a bundle in batches. Stopped, it continues after the last batch."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments["user_id"], via=arguments["via"])
    after = last_progress(job, "after")
    run_job(database, job, stopping, _restore(caller, arguments["bundle_id"], after), lambda after: {"after": after})


def _restore(caller: Caller, bundle_id: str, after: int | None) -> Batches[int | None, None]:
    while after is not None:
        after = yield partial(restore_batch, caller=caller, bundle_id=bundle_id, after=after)
