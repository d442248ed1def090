"""Merges suggested pairs in the background."""

import threading

import msgspec

from coterie.actions.callers import caller_of
from coterie.actions.suggested_merges import MergeProgress, merge_batches
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker.batches import run_job


def merge_suggested(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Merges suggested pairs, 10 in each transaction. Stopped, it continues after the last one."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_of(tx, job.organization_id, arguments)
    progress = msgspec.json.decode(job.progress, type=MergeProgress) if job.progress else MergeProgress()
    run_job(database, job, stopping, merge_batches(caller, progress), msgspec.structs.asdict)
