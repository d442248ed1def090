"""When SQLite's log is carried over into the database: by a thread beside the writer.

By itself SQLite has whoever commits do it, every thousand pages: tens of milliseconds, for which all who want to write
wait. Beside the writer it costs them little; but the log begins anew only when all of it was carried over, and it grows
meanwhile. So at four thousand pages the writer does what is left, and after that the log is short again.

A checkpoint that fails, or finds another process at it, is only a later one: what was committed is in the log.
"""

import threading
from contextlib import suppress
from queue import SimpleQueue

import apsw

PAGES, PAGES_MAX = 1_000, 4_000
_PASSIVE = apsw.SQLITE_CHECKPOINT_PASSIVE


class Checkpoints:
    """The log of one database, as far as this process writes it.

    is_bulk: much is written in a short time, and the same pages again and again: it is carried over less often.
    """

    def __init__(self, path: str, writer: apsw.Connection) -> None:
        self.is_bulk = False
        self._path = path
        self._next = PAGES
        self._wanted: SimpleQueue[bool] = SimpleQueue()
        self._thread: threading.Thread | None = None
        # takes the place of SQLite's own
        writer.set_wal_hook(self._committed)

    def _committed(self, writer: apsw.Connection, _name: str, pages: int) -> int:
        """SQLite calls this after each commit, with the length of the log."""
        if pages >= PAGES_MAX:
            with suppress(apsw.Error):
                writer.wal_checkpoint(mode=_PASSIVE)
        elif pages < self._next - PAGES:
            self._next = PAGES  # it has begun anew
        elif pages >= self._next and not self.is_bulk:
            self._next = pages + PAGES
            self._wake()
        return apsw.SQLITE_OK

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._wanted.put(True)

    def _run(self) -> None:
        with suppress(apsw.Error):
            connection = apsw.Connection(self._path)
            connection.execute("PRAGMA synchronous=FULL")
            while self._wanted.get():
                with suppress(apsw.Error):
                    connection.wal_checkpoint(mode=_PASSIVE)
            connection.close()

    def close(self) -> None:
        """End the thread. Nothing may be committed after this."""
        if self._thread is not None:
            self._wanted.put(False)
            self._thread.join()
