"""Imports in the background: staged, applied, taken back, as an import's page or a program asked for."""

import logging
import threading
import time
from collections.abc import Callable

import msgspec

from coterie.actions.imports import APPLY_JOB, STAGE_JOB, UNDO_JOB
from coterie.errors import NotFound
from coterie.imports.apply import apply
from coterie.imports.run import Run, Stopped
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.model import times
from coterie.model.imports import Import
from coterie.model.jobs import Job, Reschedule
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker.batches import renew_lease

log = logging.getLogger(__name__)
RENEW_SECONDS = 10.0
STEPS: dict[str, Callable[[Run], Import]] = {STAGE_JOB: stage, APPLY_JOB: apply, UNDO_JOB: undo}


def run_import(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """One step of one import, from where it is; the job is held for longer as long as rows are done."""
    renewed_at = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal renewed_at
        if time.monotonic() - renewed_at < RENEW_SECONDS:
            return
        renewed_at = time.monotonic()
        with database.write() as tx:
            renew_lease(tx, job, {"done": done, "total": total})

    import_id = msgspec.json.decode(job.arguments)["import_id"]
    try:
        STEPS[job.name](Run(database, settings.data_folder, job.organization_id, import_id, progress, stopping.is_set))
    except Stopped:
        raise Reschedule(times.now()) from None
    except NotFound:
        log.info("import removed meanwhile", extra={"import_id": import_id})
