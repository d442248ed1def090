"""Looks for duplicates in the background: whenever contacts have changed, their keys are computed and they are compared
with the others; the first time, all contacts are."""

import threading

import msgspec

from coterie.actions.duplicates import SCAN_JOB
from coterie.identity.scan import scan_batches
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.match_keys import list_organizations_to_scan
from coterie.worker.batches import run_job

REQUEST_SECONDS = 20.0


def request_scans(database: Database, settings: Settings) -> None:
    """Enqueues a scan for each organization whose contacts have changed since its last one."""
    with database.read() as tx:
        changed = list_organizations_to_scan(tx)
    for organization_id in changed:
        with database.write() as tx:
            jobs.enqueue(tx, organization_id, SCAN_JOB, {}, dedupe_key=SCAN_JOB)


def scan_duplicates(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Compares the contacts of an organization that have changed, or all of them. Stopped, it begins again."""
    is_whole = bool(msgspec.json.decode(job.arguments).get("is_whole"))
    batches = scan_batches(job.organization_id, database.read, is_whole=is_whole)
    run_job(database, job, stopping, batches, msgspec.structs.asdict)
