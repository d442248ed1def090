"""Deletes unreferenced files from the data folder: at once by a job, the rest by a daily sweep."""

import logging
import threading
import time

import msgspec

from coterie.model import times
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.export_files import KEPT_SECONDS, remove_exports
from coterie.store.files import (
    SAVED_SECONDS,
    SETTLED_SECONDS,
    find_referenced,
    list_files,
    lock_files,
    remove_file,
    remove_leftovers,
    remove_old_file,
)
from coterie.store.organizations import list_organizations

BATCH = 500
log = logging.getLogger(__name__)


def remove_files(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Deletes the files with the digests of the job, except those that a row refers to."""
    digests = set(msgspec.json.decode(job.arguments)["digests"])
    with database.write() as tx:
        lock_files(tx)
        for digest in digests - find_referenced(tx, digests, _import_seconds(settings)):
            remove_file(settings.data_folder, digest)


def sweep_files(database: Database, settings: Settings) -> None:
    """Deletes unreferenced files: pictures of imports that were deleted, failed or never applied, and leftovers of
    processes that died. Files saved within a day stay, and so do all attachments in the first week of an instance."""
    folder = settings.data_folder
    remove_leftovers(folder, seconds=SAVED_SECONDS)
    remove_exports(folder, before=time.time() - KEPT_SECONDS)
    with database.read() as tx:
        oldest = list_organizations(tx, limit=1)
    if not oldest or oldest[0].created_at > times.after(times.now(), -SETTLED_SECONDS):
        return
    removed = 0
    digests = list(list_files(folder, seconds=SAVED_SECONDS))
    for start in range(0, len(digests), BATCH):
        some = set(digests[start : start + BATCH])
        with database.read() as tx:
            unreferenced = some - find_referenced(tx, some, _import_seconds(settings))
        if unreferenced:
            removed += _remove_unreferenced(database, settings, unreferenced)
    if removed:
        log.info("unreferenced files deleted", extra={"count": removed})


def _import_seconds(settings: Settings) -> float:
    return settings.import_days * 86_400.0


def _remove_unreferenced(database: Database, settings: Settings, digests: set[str]) -> int:
    """Checks again under the lock: a row may refer to one of them now."""
    with database.write() as tx:
        lock_files(tx)
        unreferenced = digests - find_referenced(tx, digests, _import_seconds(settings))
        folder = settings.data_folder
        return sum(remove_old_file(folder, digest, seconds=SAVED_SECONDS) for digest in unreferenced)
