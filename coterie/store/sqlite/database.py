"""SQLite through apsw: inline reads, one writer thread with group commit, a file lock between processes.

Why: concurrent writers starve each other in SQLite's busy handler (waits of seconds, failures). Here the writers of a
process queue for one thread (store/sqlite/writer.py), and the processes (web, worker, command line) queue for a
blocking file lock, which the kernel passes on at once (store/sqlite/lock.py).

Guarantees. An acknowledged change is on disk (WAL, synchronous=FULL). A unit of work that raises rolls back its own
savepoint and nothing else. A commit that fails fails every unit in it. Every statement has a deadline.
"""

import asyncio
import fcntl
import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import apsw

from coterie.errors import Unavailable
from coterie.settings import Settings
from coterie.store.database import T, Work
from coterie.store.searches import SECONDS, search_turns
from coterie.store.sqlite.checkpoints import Checkpoints
from coterie.store.sqlite.connection import IMMEDIATE, Connection, SqliteTx, read, transaction, translate
from coterie.store.sqlite.lock import WriteLock, private_file
from coterie.store.sqlite.watch import Watch
from coterie.store.sqlite.writer import WriterThread

SLOW_READERS = 2


class SqliteDatabase:
    """The embedded engine: one file (and its -wal, -shm, -lock, -lock-turn and -open) in the data folder."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, path: str, settings: Settings, *, maps_file: bool = True) -> None:
        self.settings = settings
        self._maps_file = maps_file
        self._reading = threading.Lock()
        self._slow_readers = threading.Semaphore(SLOW_READERS)
        self._slow: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._is_closed = False
        # whether the commits of a thread may be lost in a power cut
        self._thread = threading.local()
        self._path = path
        self._searches = search_turns()
        self._search_connections: queue.LifoQueue[Connection] = queue.LifoQueue()
        try:
            self._open(path)
        except (OSError, apsw.Error) as error:
            raise Unavailable(f"The database {path} cannot be opened: {error}") from error

    def _open(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = WriteLock(f"{path}-lock")
        # shared by all processes that have the database open; exclusive() needs it alone
        self._open_file = private_file(f"{path}-open")
        fcntl.flock(self._open_file, fcntl.LOCK_SH)
        with self._lock.hold():
            # a process killed here leaves an empty file, private already, which the next one completes
            os.close(private_file(path))
            is_empty = Path(path).stat().st_size == 0
            self._writing_connection = Connection(
                path, read_only=False, is_waited_for=self._lock.is_waited_for, maps_file=self._maps_file
            )
            if is_empty:
                self._writing_connection.apsw.execute("PRAGMA page_size=8192")
            self._writing_connection.apsw.execute("PRAGMA journal_mode=WAL")
            self._writing_connection.apsw.execute("SELECT 1 FROM sqlite_schema").fetchall()  # creates the WAL
            self._watch = Watch(path, self._lock, self.settings.request_seconds)
        self._writing_connection.apsw.execute("PRAGMA synchronous=FULL")
        self._writer = WriterThread(self._writing_connection, self._lock, self._watch, self.settings.request_seconds)
        self._checkpoints = Checkpoints(path, self._writing_connection.apsw)
        self._reader = self._connect()
        for _ in range(SLOW_READERS):
            self._slow.put(self._connect())

    def _connect(self) -> Connection:
        return Connection(self._path, read_only=True, maps_file=self._maps_file)

    def _require_open(self) -> None:
        if self._is_closed:
            raise Unavailable("The instance is stopping")

    def _require_writable(self) -> None:
        self._require_open()
        if self._watch.lost:
            raise Unavailable(self._watch.lost)

    def problem(self) -> str | None:
        return self._watch.problem()

    # Reading ------------------------------------------------------------------------------------------------------

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[SqliteTx]:
        self._require_open()
        connection = self._idle(self._slow)
        try:
            with transaction(connection, "BEGIN", seconds or self.settings.slow_seconds) as tx:
                yield tx
        finally:
            self._slow.put(connection)

    read_aside = read

    async def run_read(self, work: Work[T]) -> T:
        self._require_open()
        # nearly always free: only the event loop reads here
        with self._reading:
            return read(self._reader, work, self.settings.request_seconds)

    async def run_slow(self, work: Work[T]) -> T:
        def run() -> T:
            with self._slow_readers, self.read() as tx:
                return work(tx)

        return await asyncio.to_thread(run)

    async def run_search(self, organization_id: int, work: Work[T]) -> T:
        self._require_open()
        return await self._searches.run(organization_id, lambda: self._search(work))

    def _search(self, work: Work[T]) -> T:
        connection = self._idle(self._search_connections)
        try:
            return read(connection, work, min(SECONDS, self.settings.request_seconds))
        finally:
            self._search_connections.put(connection)

    def _idle(self, connections: "queue.LifoQueue[Connection]") -> Connection:
        """An idle connection, or a new one if all are in use."""
        try:
            return connections.get_nowait()
        except queue.Empty:
            pass
        try:
            return self._connect()
        except apsw.Error as error:
            raise translate(error) from error

    # Writing ------------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, seconds: float | None = None) -> Iterator[SqliteTx]:
        self._require_writable()
        deadline = seconds or self.settings.slow_seconds
        with (
            self._lock.hold(),
            self._watch.disk(),
            self._durability(),
            transaction(self._writing_connection, IMMEDIATE, deadline) as tx,
        ):
            yield tx

    async def run_write(self, work: Work[T]) -> T:
        self._require_writable()
        return await self._writer.run(work)

    @contextmanager
    def relaxed_durability(self) -> Iterator[None]:
        self._thread.is_relaxed = self._checkpoints.is_bulk = True
        try:
            yield
        finally:
            self._thread.is_relaxed = self._checkpoints.is_bulk = False
            with self._lock.hold_in_process():
                self._sync()

    @contextmanager
    def _durability(self) -> Iterator[None]:
        """Sets the durability of one transaction: relaxed only in the thread that has asked for it."""
        if not getattr(self._thread, "is_relaxed", False):
            yield
            return
        # FAST: pages that become free stay as they are, which takes a tenth less CPU; imports erase nothing
        self._writing_connection.apsw.execute("PRAGMA synchronous=NORMAL; PRAGMA secure_delete=FAST")
        try:
            yield
        finally:
            self._writing_connection.apsw.execute("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON")

    def _sync(self) -> None:
        try:
            # a checkpoint begins by syncing the WAL. It is busy while another runs, which may have begun before our
            # last commit
            while self._writing_connection.apsw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()[0][0]:
                time.sleep(0.005)
        except apsw.Error as error:  # a full disk
            raise translate(error) from error

    def empty_log(self) -> bool:
        self._require_writable()
        with self._lock.hold():
            return self._checkpoints.empty_log()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        try:
            fcntl.flock(self._open_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # a failed conversion may have released the shared lock
            fcntl.flock(self._open_file, fcntl.LOCK_SH)
            raise Unavailable("The instance is running: stop it first") from None
        try:
            yield
        finally:
            fcntl.flock(self._open_file, fcntl.LOCK_SH)

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.close()
        self._watch.close()
        self._searches.close()
        self._checkpoints.close()
        connections = [self._writing_connection, self._reader]
        for idle in (self._slow, self._search_connections):
            while not idle.empty():
                connections.append(idle.get_nowait())
        for connection in connections:
            connection.apsw.close()
        self._lock.close()
        os.close(self._open_file)
