"""Checks an open SQLite database once a second: its files, its write lock and the free space.

SQLite reports no error if a file is deleted or replaced while it is open: it continues to write to the old file, which
is lost when the process ends. So further writes are rejected. Other problems are only reported.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coterie.errors import DiskFull
from coterie.store.sqlite.lock import WriteLock, block_stop_signal

INTERVAL_SECONDS = 1.0
FREE_BYTES_MIN = 1024**2
log = logging.getLogger(__name__)


class Watch:
    """The watcher of one database. seconds: how long a wait for another process stays unreported.

    lost: which file is missing, for messages; None while all are in place. is_full: whether the latest write failed
    because of the disk.
    """

    def __init__(self, path: str, lock: WriteLock, seconds: float) -> None:
        self.lost: str | None = None
        self.is_full = False
        self._lock = lock
        self._seconds = seconds
        self._identities = {name: _identity(name) for name in (path, f"{path}-wal")}
        self._reported: str | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def problem(self) -> str | None:
        """Why the database cannot be written, or None."""
        if self.lost:
            return self.lost
        since = self._lock.waiting_since
        if since is not None and time.monotonic() - since > self._seconds:
            return self._lock.describe_wait()
        if self.is_full or self._free_bytes() < FREE_BYTES_MIN:
            return "The disk of the database is full or not writable"
        return None

    @contextmanager
    def disk(self) -> Iterator[None]:
        """Records whether a write in the block fails because of the disk."""
        try:
            yield
        except DiskFull:
            self.is_full = True
            raise
        self.is_full = False

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Updates lost, and logs a problem once when it begins and once when it ends."""
        if self.lost is None:
            missing = [name for name, identity in self._identities.items() if _identity(name) != identity]
            if missing:
                name = Path(missing[0]).name  # clients see this message, too
                self.lost = f"{name} was deleted or replaced while the database was open: restart the instance"
        problem = self.problem()
        if problem and not self._reported:
            log.error("the database cannot be written", extra={"problem": problem})
        elif self._reported and not problem:
            log.info("the database can be written again", extra={"problem": self._reported})
        self._reported = problem

    def _run(self) -> None:
        block_stop_signal()
        while not self._ended.wait(INTERVAL_SECONDS):
            self.check()

    def _free_bytes(self) -> int:
        try:
            status = os.statvfs(Path(next(iter(self._identities))).parent)
        except OSError:  # the folder itself is gone
            return 0
        return status.f_bavail * status.f_frsize


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
