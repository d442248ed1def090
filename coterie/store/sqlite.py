"""SQLite through apsw: inline reads, one writer thread with group commit, a file lock between processes.

Why: many writers at once starve each other in SQLite's busy handler (waits of seconds, failures). Here the writers
of a process queue for one thread, which takes up to 64 waiting units of work into one transaction, a savepoint each;
and the processes (web, worker, command line) queue for a blocking file lock, which the kernel hands on at once.

Guarantees. What a caller was told is saved is on disk (WAL, synchronous=FULL). A unit of work that raises takes back
its own savepoint and nothing else. A commit that fails fails every unit in it. Every statement has a deadline.
"""

import asyncio
import fcntl
import os
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import apsw
import msgspec

from coterie.errors import Conflict, CoterieError, Invalid, Problem, TooSlow, Unavailable
from coterie.settings import Settings
from coterie.store.checkpoints import Checkpoints
from coterie.store.database import Parameters, Row, T, Work, insert_statement

GROUP_MAX = 64
SLOW_READERS = 2
# SQLite calls back after so many of its virtual machine's steps: a millisecond or so
STEPS_BETWEEN_CHECKS = 100_000


class SqliteTx:
    """A transaction on one apsw connection."""

    engine: Literal["sqlite"] = "sqlite"
    lock = ""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute

    def all(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        return self._execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        return self._execute(sql, parameters).fetchone()

    def stream(self, sql: str) -> Iterator[Row]:
        return iter(self._connection.execute(sql))

    def run(self, sql: str, parameters: Parameters | None = None) -> int:
        self._execute(sql, parameters)
        return self._connection.changes()

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        self._connection.executemany(sql, parameters)

    def insert_rows(
        self, table: str, rows: Iterable[Parameters], *, skip_existing: bool = False, replace_on: Sequence[str] = ()
    ) -> None:
        if not (values := list(rows)):
            return
        columns = list(values[0])
        source = f"VALUES ({', '.join(':' + name for name in columns)})"
        sql = insert_statement(table, columns, source, skip_existing=skip_existing, replace_on=replace_on)
        self._connection.executemany(sql, values)

    def in_list(self, name: str) -> str:
        return f"IN (SELECT value FROM json_each(:{name}))"

    def list_param(self, values: Iterable[Any]) -> str:
        return msgspec.json.encode(list(values)).decode()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # some errors (disk full, a deadline) end all of it by themselves
                self._execute("ROLLBACK TO part")
                self._execute("RELEASE part")
            raise
        self._execute("RELEASE part")


class _Connection:
    """An apsw connection with a deadline for its statements."""

    def __init__(self, path: str, *, read_only: bool) -> None:
        self.apsw = apsw.Connection(path)
        self.deadline = float("inf")
        self.apsw.set_busy_timeout(10_000)
        self.apsw.set_progress_handler(self._is_late, STEPS_BETWEEN_CHECKS)
        for pragma in ("foreign_keys=ON", "temp_store=MEMORY", "mmap_size=268435456", "cache_size=-16384"):
            self.apsw.execute(f"PRAGMA {pragma}")
        self.apsw.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        self.tx = SqliteTx(self.apsw)

    def _is_late(self) -> bool:
        return time.monotonic() > self.deadline


class SqliteDatabase:
    """The embedded engine: one file (and its -wal, -shm and -lock) in the data folder."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, path: str, settings: Settings) -> None:
        self.settings = settings
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._slow: queue.LifoQueue[_Connection] = queue.LifoQueue()
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        try:
            self._open(path)
        except (OSError, apsw.Error) as error:
            raise Unavailable(f"the database {path} cannot be opened: {error}") from error

    def _open(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock_file(f"{path}-lock")
        # shared by all who have the database open; a restore wants it for itself
        self._open_file = _lock_file(f"{path}-open")
        fcntl.flock(self._open_file, fcntl.LOCK_SH)
        with self._locked():
            is_new = not Path(path).exists()
            self._writer = _Connection(path, read_only=False)
            if is_new:
                Path(path).chmod(0o600)
                self._writer.apsw.execute("PRAGMA page_size=8192")
            self._writer.apsw.execute("PRAGMA journal_mode=WAL")
        self._writer.apsw.execute("PRAGMA synchronous=FULL")
        self._checkpoints = Checkpoints(path, self._writer.apsw)
        self._reader = _Connection(path, read_only=True)
        for _ in range(SLOW_READERS):
            self._slow.put(_Connection(path, read_only=True))

    # Reading ------------------------------------------------------------------------------------------------------

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[SqliteTx]:
        self._refuse_when_closed()
        connection = self._slow.get()
        try:
            with _transaction(connection, "BEGIN", seconds or self.settings.slow_seconds) as tx:
                yield tx
        finally:
            self._slow.put(connection)

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise Unavailable("the instance is stopping")

    async def run_read(self, work: Work[T]) -> T:
        self._refuse_when_closed()
        # the lock is free but for a moment: the loop is the only one that reads here
        with self._reading:
            return _read(self._reader, work, self.settings.request_seconds)

    async def run_slow(self, work: Work[T]) -> T:
        def run() -> T:
            with self.read() as tx:
                return work(tx)

        return await asyncio.to_thread(run)

    # Writing ------------------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, seconds: float | None = None) -> Iterator[SqliteTx]:
        self._refuse_when_closed()
        deadline = seconds or self.settings.slow_seconds
        with self._locked(), _transaction(self._writer, "BEGIN IMMEDIATE", deadline) as tx:
            yield tx

    async def run_write(self, work: Work[T]) -> T:
        self._refuse_when_closed()
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_units, name="writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        unit = _Unit(work, loop.create_future(), loop)
        self._units.put(unit)
        result: T = await unit.future
        return result

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The only writer: of this process's threads, then of this machine's processes."""
        with self._writing:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    @contextmanager
    def relaxed_durability(self) -> Iterator[None]:
        with self._writing:
            self._checkpoints.is_bulk = True
            self._writer.apsw.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            with self._writing:
                self._end_bulk()

    def _end_bulk(self) -> None:
        self._checkpoints.is_bulk = False
        self._writer.apsw.execute("PRAGMA synchronous=FULL")
        try:
            # begins by putting on disk what was committed meanwhile; another one at it may have begun before that
            while self._writer.apsw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()[0][0]:
                time.sleep(0.005)
        except apsw.Error as error:  # a full disk
            raise translate(error) from error

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        try:
            fcntl.flock(self._open_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # a failed conversion may have let go of what was held
            fcntl.flock(self._open_file, fcntl.LOCK_SH)
            raise Unavailable("the instance is running: stop it first") from None
        try:
            yield
        finally:
            fcntl.flock(self._open_file, fcntl.LOCK_SH)

    def _write_units(self) -> None:
        """The writer thread: take what waits, write it as one transaction, tell everyone."""
        while (first := self._units.get()) is not None:
            group = [first]
            is_last = False
            while len(group) < GROUP_MAX and not self._units.empty():
                unit = self._units.get_nowait()
                if unit is None:
                    is_last = True
                    break
                group.append(unit)
            self._write_group(group)
            if is_last:
                return

    def _write_group(self, group: list["_Unit"]) -> None:
        waiting = group
        while waiting:
            lost = None
            try:
                with self._locked(), _transaction(self._writer, "BEGIN IMMEDIATE", float("inf")) as tx:
                    for lost in waiting:
                        self._writer.deadline = time.monotonic() + self.settings.request_seconds
                        lost.run(tx)
                        if not self._writer.apsw.in_transaction:
                            raise _TransactionEnded
                    self._writer.deadline = float("inf")
                waiting = []
            except _TransactionEnded:  # nothing of the group is saved yet: the others start again without it
                waiting = [unit for unit in waiting if unit is not lost]
                if lost is not None and lost.outcome[1] is None:  # it took no notice
                    lost.outcome = (None, Unavailable("this could not be saved"))
            except BaseException as error:  # the commit failed: nobody's work was saved
                for unit in waiting:
                    unit.outcome = (None, error)
                waiting = []
        for loop in {unit.loop for unit in group}:
            told = [unit for unit in group if unit.loop is loop]
            try:
                loop.call_soon_threadsafe(_tell, told)
            except RuntimeError:
                pass  # the loop has gone, and those who waited on it with it

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._units.put(None)
        if self._thread is not None:
            self._thread.join()
        self._checkpoints.close()
        connections = [self._writer, self._reader]
        while not self._slow.empty():
            connections.append(self._slow.get_nowait())
        for connection in connections:
            connection.apsw.close()
        os.close(self._lock_file)
        os.close(self._open_file)


def _lock_file(path: str) -> int:
    # private data: only its owner may look at anything here
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class _TransactionEnded(Exception):
    """SQLite rolled the whole transaction back by itself, as it does at a deadline or a full disk."""


class _Unit:
    """A unit of work waiting for the writer, and the future of whoever waits for it."""

    __slots__ = ("future", "loop", "outcome", "work")

    def __init__(self, work: Work[Any], future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.outcome: tuple[Any, BaseException | None] = (None, None)

    def run(self, tx: SqliteTx) -> None:
        try:
            with tx.savepoint():
                self.outcome = (self.work(tx), None)
        except Exception as error:
            self.outcome = (None, translate(error))


def _tell(units: list[_Unit]) -> None:
    for unit in units:
        if unit.future.done():
            continue  # its request was cancelled
        result, error = unit.outcome
        if error is not None:
            unit.future.set_exception(error)
        else:
            unit.future.set_result(result)


def _read(connection: _Connection, work: Work[T], seconds: float) -> T:
    """_transaction for the most frequent case, without the cost of a generator."""
    connection.deadline = time.monotonic() + seconds
    try:
        connection.apsw.execute("BEGIN")
        result = work(connection.tx)
        connection.apsw.execute("COMMIT")
    except BaseException as error:
        connection.deadline = float("inf")
        if connection.apsw.in_transaction:
            connection.apsw.execute("ROLLBACK")
        raise translate(error) from error
    return result


@contextmanager
def _transaction(connection: _Connection, begin: str, seconds: float) -> Iterator[SqliteTx]:
    connection.deadline = time.monotonic() + seconds
    try:
        connection.apsw.execute(begin)
        yield connection.tx
        connection.apsw.execute("COMMIT")
    except BaseException as error:
        connection.deadline = float("inf")
        if connection.apsw.in_transaction:
            connection.apsw.execute("ROLLBACK")
        raise translate(error) from error


def translate(error: BaseException) -> BaseException:
    """The driver's error in the words of errors.py, where there are any."""
    if isinstance(error, CoterieError):
        return error
    if isinstance(error, apsw.InterruptError):
        return TooSlow("this took too long and was stopped")
    if isinstance(error, apsw.ConstraintError):
        return Conflict("this contradicts what is already there")
    if isinstance(error, apsw.FullError | apsw.IOError | apsw.ReadOnlyError):
        return Unavailable("the disk is full or cannot be written")
    if isinstance(error, apsw.BusyError | apsw.LockedError | apsw.CantOpenError | apsw.ConnectionClosedError):
        return Unavailable("the database does not answer")
    if isinstance(error, apsw.TooBigError | OverflowError | UnicodeEncodeError):
        return Invalid(Problem((), "invalid", "holds a value the database cannot keep"))
    return error
