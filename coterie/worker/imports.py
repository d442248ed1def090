"""Imports in the background: staged, applied and undone as a user or a program asked for."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from coterie.actions.imports import APPLY_JOB, STAGE_JOB, UNDO_JOB
from coterie.errors import NotFound
from coterie.imports.apply import apply
from coterie.imports.engine import Done, Run
from coterie.imports.stage import stage
from coterie.imports.undo import UndoneRows, undo
from coterie.model.imports import Import
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker.batches import control_of, reschedule_if_stopped

log = logging.getLogger(__name__)
STEPS: dict[str, Callable[[Run], Import]] = {STAGE_JOB: stage, APPLY_JOB: apply, UNDO_JOB: undo}


def run_import(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Runs one step of one import, from where it is."""
    import_id = msgspec.json.decode(job.arguments)["import_id"]
    control = control_of(job, stopping, _progress_of)
    run = Run(database, settings.data_folder, job.organization_id, import_id, control=control)
    try:
        with reschedule_if_stopped():
            STEPS[job.name](run)
    except NotFound:
        log.info("import was deleted before its job ran", extra={"import_id": import_id})


def _progress_of(result: Import | Done | UndoneRows) -> dict[str, Any]:
    import_ = result if isinstance(result, Import) else result.import_
    return {"state": import_.state, "rows": import_.row_count, "applied_row": import_.applied_row}
