"""Files nobody names any more are removed from the data folder: at once by a job, the rest by a sweep once a day."""

import logging
import threading
from pathlib import Path

import msgspec

from coterie.model import times
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import (
    find_used,
    list_files,
    lock_files,
    remove_file,
    remove_leftovers,
    remove_old_file,
)
from coterie.store.organizations import list_organizations

BATCH = 500
# An import names its pictures some moments after it saved them; this is far beyond any of that
SAVED_SECONDS = 86_400.0
# A database that is new beside an old folder is about to be filled: its files are nobody's until then
SETTLED_SECONDS = 7 * 86_400.0
log = logging.getLogger(__name__)


def remove_files(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Remove the files with these digests, those that a row still names excepted. Twice does no harm."""
    digests = set(msgspec.json.decode(job.arguments)["digests"])
    with database.write() as tx:
        lock_files(tx)
        for digest in digests - find_used(tx, digests):
            remove_file(settings.data_folder, digest)


def sweep_files(database: Database, settings: Settings) -> None:
    """Remove the files no row names: pictures of imports that were deleted, failed or never applied, and whatever a
    process that died has left. Not what was saved within a day, and nothing in the first week of an instance."""
    folder = settings.data_folder
    with database.read() as tx:
        oldest = list_organizations(tx, limit=1)
    if not oldest or oldest[0].created_at > times.after(times.now(), -SETTLED_SECONDS):
        return
    remove_leftovers(folder, seconds=SAVED_SECONDS)
    removed = 0
    digests = list(list_files(folder, seconds=SAVED_SECONDS))
    for start in range(0, len(digests), BATCH):
        some = set(digests[start : start + BATCH])
        with database.read() as tx:
            unnamed = some - find_used(tx, some)
        if unnamed:
            removed += _remove_unnamed(database, folder, unnamed)
    if removed:
        log.info("files nobody names removed", extra={"count": removed})


def _remove_unnamed(database: Database, folder: Path, digests: set[str]) -> int:
    """Asked again where nobody can name one meanwhile."""
    with database.write() as tx:
        lock_files(tx)
        unnamed = digests - find_used(tx, digests)
        return sum(remove_old_file(folder, digest, seconds=SAVED_SECONDS) for digest in unnamed)
