"""One SQLite connection through apsw: transactions whose statements have a deadline; errors as those of errors.py."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

import apsw
import msgspec

from coterie.errors import Conflict, CoterieError, DiskFull, Invalid, Problem, TooSlow, Unavailable
from coterie.store.database import Parameters, Row, T, Work, insert_statement

IMMEDIATE = "BEGIN IMMEDIATE"
# steps of SQLite's virtual machine between two checks of the deadline: about a millisecond
STEPS_BETWEEN_CHECKS = 100_000
BUSY_MILLISECONDS = 10_000
MAPPED_BYTES = 268_435_456
# KiB of pages that a connection caches; those it maps come on top
CACHE_KIB = 16_384
# the same of a connection that writes, and of one that only reads, in a process that maps nothing
SMALL_WRITE_CACHE_KIB, SMALL_READ_CACHE_KIB = 12_288, 2_048
# secure_delete=ON: deleted content is overwritten, also in pages that become free, such as those of a long note
_PRAGMAS = ("foreign_keys=ON", "temp_store=MEMORY", "secure_delete=ON")


class SqliteTx:
    """A transaction on one apsw connection."""

    engine: Literal["sqlite"] = "sqlite"
    lock = ""

    def __init__(self, connection: apsw.Connection, is_waited_for: Callable[[], bool]) -> None:
        self._connection = connection
        self._execute = connection.execute
        self.is_waited_for = is_waited_for
        self.units: dict[int, int] = {}

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
        columns = tuple(values[0])
        # bound by position: looking up every name takes three times as long
        values_of = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
        self.insert_values(
            table, columns, list(map(values_of, values)), skip_existing=skip_existing, replace_on=replace_on
        )

    def insert_values(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        skip_existing: bool = False,
        replace_on: Sequence[str] = (),
    ) -> None:
        sql = _insert(table, tuple(columns), skip_existing=skip_existing, replace_on=tuple(replace_on))
        self._connection.executemany(sql, rows)

    def in_list(self, name: str) -> str:
        return f"IN (SELECT value FROM json_each(:{name}))"

    def list_param(self, values: Iterable[Any]) -> str:
        return msgspec.json.encode(list(values)).decode()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            # a full disk or a deadline has ended the whole transaction: callers that go on after the error of one part
            # must know it, or what they write next is committed by itself
            if self._connection.in_transaction:
                self._execute("ROLLBACK TO part")
                self._execute("RELEASE part")
            if (translated := translate(error)) is error:
                raise
            raise translated from error
        self._execute("RELEASE part")


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], *, skip_existing: bool, replace_on: tuple[str, ...]) -> str:
    source = f"VALUES ({', '.join('?' * len(columns))})"
    return insert_statement(table, columns, source, skip_existing=skip_existing, replace_on=replace_on)


class Connection:
    """An apsw connection with a deadline (of time.monotonic) for its statements. is_waited_for: as Tx's.

    maps_file: reads the first 256 MB of the file through memory that the process maps, and that counts as its own.
    Without that, its cache is smaller too.
    """

    def __init__(
        self,
        path: str,
        *,
        read_only: bool,
        is_waited_for: Callable[[], bool] = lambda: False,
        maps_file: bool = True,
    ) -> None:
        # never creates the file: it would hide that the database was deleted
        self.apsw = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE)
        self.deadline = float("inf")
        self.apsw.set_busy_timeout(BUSY_MILLISECONDS)
        self.apsw.set_progress_handler(self._is_late, STEPS_BETWEEN_CHECKS)
        for pragma in _PRAGMAS:
            self.apsw.execute(f"PRAGMA {pragma}")
        self.apsw.execute(f"PRAGMA mmap_size={MAPPED_BYTES if maps_file else 0}")
        small_kib = SMALL_READ_CACHE_KIB if read_only else SMALL_WRITE_CACHE_KIB
        self.apsw.execute(f"PRAGMA cache_size=-{CACHE_KIB if maps_file else small_kib}")
        self.apsw.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        # plans do not depend on the values of parameters: with a partial index in reach, SQLite would otherwise plan a
        # statement again whenever it runs with other values, which takes longer than most statements do
        self.apsw.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        self.tx = SqliteTx(self.apsw, is_waited_for)

    def _is_late(self) -> bool:
        return time.monotonic() > self.deadline


@contextmanager
def transaction(connection: Connection, begin: str, seconds: float) -> Iterator[SqliteTx]:
    """A transaction opened by the statement begin: committed at the end of the block, rolled back if it raises."""
    connection.deadline = time.monotonic() + seconds
    try:
        connection.apsw.execute(begin)
        connection.tx.units.clear()
        yield connection.tx
        connection.apsw.execute("COMMIT")
    except BaseException as error:
        connection.deadline = float("inf")
        if connection.apsw.in_transaction:
            connection.apsw.execute("ROLLBACK")
        raise translate(error) from error


def read(connection: Connection, work: Work[T], seconds: float) -> T:
    """transaction() for the most frequent case, without the cost of a generator."""
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


def translate(error: BaseException) -> BaseException:
    """The driver's error as one of errors.py; other errors unchanged."""
    if isinstance(error, CoterieError):
        return error
    if isinstance(error, apsw.InterruptError):
        return TooSlow("The request took too long and was stopped")
    if isinstance(error, apsw.ConstraintError):
        return Conflict("The change conflicts with existing data")
    if isinstance(error, apsw.FullError | apsw.IOError | apsw.ReadOnlyError):
        return DiskFull()
    if isinstance(error, apsw.BusyError | apsw.LockedError | apsw.CantOpenError | apsw.ConnectionClosedError):
        return Unavailable("The database does not respond")
    if isinstance(error, apsw.TooBigError | OverflowError | UnicodeEncodeError):
        return Invalid(Problem((), "invalid", "contains a value that cannot be stored"))
    return error
