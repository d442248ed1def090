"""Reports dead jobs: as an error in the log, and with the import or delivery they belong to."""

import logging
from collections.abc import Iterable

import msgspec

from coterie.actions.imports import report_dead_job
from coterie.actions.instagram import DELIVERY_JOB
from coterie.model.jobs import IMPORTS, Job, lane_of
from coterie.store.database import Tx
from coterie.store.instagram_deliveries import mark_failed

log = logging.getLogger(__name__)


def mark_dead(tx: Tx, job: Job) -> None:
    """Marks the import or the delivery of a dead job as failed."""
    arguments = msgspec.json.decode(job.arguments)
    if "import_id" in arguments and lane_of(job.name) == IMPORTS:
        report_dead_job(tx, job.organization_id, arguments["import_id"], job.id)
    elif job.name == DELIVERY_JOB:
        mark_failed(tx, job.organization_id, arguments["delivery_id"], "job_dead")


def log_dead(jobs: Iterable[Job], reason: str) -> None:
    """To be called after the commit."""
    for job in jobs:
        extra = {"job": job.name, "id": job.id, "attempts": job.attempt_count, "reason": reason}
        log.error("job dead: `coterie jobs` lists, retries and drops such jobs", extra=extra)
