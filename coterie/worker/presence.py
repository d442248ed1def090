"""Which workers of this data folder are alive: each has a locked file, which the kernel unlocks when its process ends.

So a worker that starts, and those that run, continue the jobs of a dead worker at once, and do not wait for the end of
its lease. Workers of other machines have other data folders: their jobs wait for that.
"""

import fcntl
import logging
import os
from pathlib import Path

from coterie.model.ids import new_id
from coterie.store import job_claims
from coterie.store.database import Database

FOLDER = "workers"
log = logging.getLogger(__name__)


class Presence:
    """The file of one worker. It is visible only while locked, so that it is not taken for that of a dead worker."""

    def __init__(self, data_folder: Path) -> None:
        self.id = new_id()
        folder = data_folder / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / self.id
        hidden = folder / f".{self.id}"
        self._file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        hidden.rename(self._path)

    def end(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._file)


def release_jobs_of_dead_workers(database: Database, data_folder: Path) -> int:
    """Makes the jobs of dead workers due; returns their number."""
    dead = [path for path in sorted((data_folder / FOLDER).glob("[!.]*")) if _is_dead(path)]
    if not dead:
        return 0
    with database.write() as tx:
        released = job_claims.end_leases(tx, [path.name for path in dead])
    for path in dead:
        path.unlink(missing_ok=True)
    if released:
        log.warning("a worker has died; its jobs continue", extra={"jobs": released})
    return released


def _is_dead(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True
