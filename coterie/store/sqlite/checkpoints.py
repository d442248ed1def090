"""Checkpoints the WAL of SQLite in a background thread.

By itself SQLite checkpoints in the commit that makes the WAL longer than 1,000 pages: tens of milliseconds, for which
every writer waits. In the background a checkpoint costs writers little; but the WAL is reset only after all of it is
checkpointed, and it grows until then. So at 4,000 pages the writer checkpoints the rest, and the WAL is short again.

A checkpoint that fails, or finds another process at it, is only postponed: committed changes are safe in the WAL.
"""

import threading
from contextlib import suppress
from queue import SimpleQueue

import apsw

from coterie.store.sqlite.connection import BUSY_MILLISECONDS
from coterie.store.sqlite.lock import block_stop_signal

PAGES, PAGES_MAX = 1_000, 4_000
_PASSIVE = apsw.SQLITE_CHECKPOINT_PASSIVE


class Checkpoints:
    """The checkpoints that one process makes.

    is_bulk: set during bulk work, which writes the same pages again and again: only the writer checkpoints then.
    """

    def __init__(self, path: str, writer: apsw.Connection) -> None:
        self.is_bulk = False
        self._path = path
        self._writer = writer
        self._next = PAGES
        self._requests: SimpleQueue[bool] = SimpleQueue()
        self._thread: threading.Thread | None = None
        # SQLite refuses a second checkpoint while one runs: the writer waits for the thread's, or the WAL would grow
        self._lock = threading.Lock()
        # replaces SQLite's own checkpoints
        writer.set_wal_hook(self._committed)

    def _committed(self, writer: apsw.Connection, _name: str, pages: int) -> int:
        """Called by SQLite after each commit with the length of the WAL."""
        if pages >= PAGES_MAX:
            with self._lock, suppress(apsw.Error):
                writer.wal_checkpoint(mode=_PASSIVE)
        elif pages < self._next - PAGES:
            self._next = PAGES  # the WAL was reset
        elif pages >= self._next and not self.is_bulk:
            self._next = pages + PAGES
            self._wake()
        return apsw.SQLITE_OK

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._requests.put(True)

    def _run(self) -> None:
        block_stop_signal()
        with suppress(apsw.Error):
            connection = apsw.Connection(self._path)
            connection.execute("PRAGMA synchronous=FULL")
            while self._requests.get():
                with self._lock, suppress(apsw.Error):
                    connection.wal_checkpoint(mode=_PASSIVE)
            connection.close()

    def empty_log(self) -> bool:
        """Checkpoints all of the WAL and cuts the file; False if a reader or another checkpoint prevents it.

        The caller holds the write lock.
        """
        with self._lock:
            # a reader is not waited for: all writers would wait too
            self._writer.set_busy_timeout(0)
            try:
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                return False
            finally:
                self._writer.set_busy_timeout(BUSY_MILLISECONDS)
        return True

    def close(self) -> None:
        """Ends the thread. Nothing may be committed afterwards."""
        if self._thread is not None:
            self._requests.put(False)
            self._thread.join()
