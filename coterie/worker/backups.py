"""Saves a backup when the newest one is too old, as a program of its own: it needs memory, and may take long.

It runs `coterie backup FOLDER --keep N`, which checks the new backup before it deletes old ones. A backup that fails is
an error in the log and is tried again after a quarter of an hour.
"""

import fcntl
import logging
import os
import subprocess
import sys
from pathlib import Path

from coterie.model import times
from coterie.settings import Settings
from coterie.store.backup_folder import find_newest_moment
from coterie.store.database import Database
from coterie.worker.problems import WorkFailed

MESSAGE_LENGTH_MAX = 500
log = logging.getLogger(__name__)


class BackupFailed(WorkFailed):
    """The message of the program."""


def back_up(database: Database, settings: Settings) -> None:
    """Saves a backup to COTERIE_BACKUP_FOLDER if the newest is older than COTERIE_BACKUP_HOURS."""
    if not settings.backup_folder or not is_due(Path(settings.backup_folder), settings.backup_hours):
        return
    # of several workers one saves it, however long that takes
    with (settings.data_folder / "backup-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _run(settings)


def is_due(folder: Path, hours: int) -> bool:
    """Whether the newest backup of a folder is older than so many hours, or missing."""
    newest = find_newest_moment(folder)
    return newest is None or newest <= times.after(times.now(), -hours * 3600)


def _run(settings: Settings) -> None:
    place = {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "coterie", "backup", settings.backup_folder, "--keep", str(settings.backup_keep)]
    done = subprocess.run(  # noqa: S603 (our own program)
        command, env=os.environ | place, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        raise BackupFailed(done.stderr.decode(errors="replace").strip()[-MESSAGE_LENGTH_MAX:])
    log.info("backup saved", extra={"folder": settings.backup_folder})
