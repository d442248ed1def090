"""PostgreSQL (15 or newer) through psycopg 3 and its pool, synchronous, in threads.

Reads see one snapshot (REPEATABLE READ, read only). Writes run at READ COMMITTED and lock rows with tx.lock where they
read before they change. A unit of work that fails with a deadlock or serialization failure runs again, three times in
all. Every statement has a deadline (statement_timeout).
"""

import asyncio
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any, Literal

import msgspec
import psycopg
from psycopg import IsolationLevel
from psycopg_pool import ConnectionPool, PoolTimeout

from coterie.errors import Conflict, CoterieError, Invalid, Problem, TooSlow, Unavailable
from coterie.settings import Settings
from coterie.store.database import Parameters, Row, T, Work, insert_statement
from coterie.store.postgres.deadlines import DAY, Deadlines, Wait, connection_options, set_session
from coterie.store.postgres.replica import Replica
from coterie.store.postgres.server import check_server
from coterie.store.searches import SECONDS, search_turns

ATTEMPTS = 3
OPEN_SECONDS = 10.0
CLOSING_SECONDS = 1.0
ROWS_AT_ONCE = 1000
_IS_WAITED_FOR = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)
_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=2048)
def translate_sql(sql: str) -> str:
    """:name becomes psycopg's %(name)s."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


class PostgresTx:
    """A transaction on one connection."""

    engine: Literal["postgresql"] = "postgresql"
    # weaker than FOR UPDATE: the foreign keys of parts that others insert do not wait for it
    lock = " FOR NO KEY UPDATE"

    def __init__(self, connection: psycopg.Connection[Row], wait: Wait) -> None:
        self._connection = connection
        self._wait = wait
        self.units: dict[int, int] = {}

    def _execute(self, sql: str, parameters: Parameters | Sequence[Any] | None = None) -> psycopg.Cursor[Row]:
        self._wait.begin()
        try:
            return self._connection.execute(sql, parameters)
        finally:
            self._wait.end()

    def _query(self, sql: str, parameters: Parameters | None) -> psycopg.Cursor[Row]:
        if parameters is None:  # sent unchanged, so it may contain several statements
            return self._execute(sql)
        return self._execute(translate_sql(sql), parameters)

    def all(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        return self._query(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        return self._query(sql, parameters).fetchone()

    def stream(self, sql: str) -> Iterator[Row]:
        with self._connection.cursor(name="each") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            yield from cursor.execute(translate_sql(sql))

    def run(self, sql: str, parameters: Parameters | None = None) -> int:
        return self._query(sql, parameters).rowcount

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        rows = list(parameters)
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            self._wait.begin()
            try:
                self._connection.cursor().executemany(translate_sql(sql), rows[begin : begin + ROWS_AT_ONCE])
            finally:
                self._wait.end()

    def insert_rows(
        self, table: str, rows: Iterable[Parameters], *, skip_existing: bool = False, replace_on: Sequence[str] = ()
    ) -> None:
        values = list(rows)
        columns = tuple(values[0]) if values else ()
        in_order = [tuple([row[name] for name in columns]) for row in values]
        self.insert_values(table, columns, in_order, skip_existing=skip_existing, replace_on=replace_on)

    def insert_values(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        skip_existing: bool = False,
        replace_on: Sequence[str] = (),
    ) -> None:
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        if replace_on:  # one statement cannot update a row twice
            values = list({tuple(row[name] for name in replace_on): row for row in values}.values())
        # one parameter for all rows: many times faster than a parameter for each value. JSON has no bytes; no column is
        # of bytes
        source = f"SELECT {', '.join(columns)} FROM json_populate_recordset(NULL::{table}, %s)"
        sql = insert_statement(table, columns, source, skip_existing=skip_existing, replace_on=replace_on)
        for begin in range(0, len(values), ROWS_AT_ONCE):
            batch = values[begin : begin + ROWS_AT_ONCE]
            self._execute(sql, (msgspec.json.encode(batch).decode(),))

    def in_list(self, name: str) -> str:
        return f"= ANY(:{name})"

    def list_param(self, values: Iterable[Any]) -> list[Any]:
        return list(values)

    def is_waited_for(self) -> bool:
        row = self.one(_IS_WAITED_FOR)
        return row is not None and bool(row[0])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        # a deadlock must not look like a fault of the part: the whole unit of work is tried again
        with _translated(), self._connection.transaction():
            yield


class PostgresDatabase:
    """The engine for large or shared instances."""

    engine: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, settings: Settings) -> None:
        # a pooler passes no options on and shares connections, so each transaction sets its own
        self._is_pooled = check_server(url, seconds=OPEN_SECONDS)
        self.settings = settings
        self._is_closed = False
        self._name = f"coterie {os.getpid()}-{secrets.token_hex(4)}"
        replica_url = settings.database_replica_url
        self._replica = Replica(replica_url, settings, self._name) if replica_url else None
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url,
            min_size=1,
            max_size=settings.database_connections,
            timeout=settings.request_seconds,
            kwargs={
                **connection_options(url, settings.request_seconds, is_pooled=self._is_pooled),
                "application_name": self._name,
            },
            open=False,
        )
        try:
            self._pool.open(wait=True, timeout=OPEN_SECONDS)
        except PoolTimeout:
            self._pool.close()
            if self._replica:
                self._replica.close()
            raise Unavailable("PostgreSQL does not respond at COTERIE_DATABASE_URL") from None
        self._threads = ThreadPoolExecutor(settings.database_connections, thread_name_prefix="database")
        self._searches = search_turns()
        self._deadlines = Deadlines()

    def read(self, seconds: float | None = None) -> AbstractContextManager[PostgresTx]:
        return self._transaction(seconds or self.settings.slow_seconds, read_only=True)

    def write(self, seconds: float | None = None) -> AbstractContextManager[PostgresTx]:
        return self._transaction(seconds or self.settings.slow_seconds, read_only=False)

    @contextmanager
    def read_aside(self, seconds: float | None = None) -> Iterator[PostgresTx]:
        seconds, replica = seconds or self.settings.slow_seconds, self._replica
        connection = replica.acquire(self._position()) if replica else None
        if replica is None or connection is None:
            with self.read(seconds) as tx:
                yield tx
            return
        try:
            with _translated(), self._begun(connection, seconds, read_only=True, is_bare=True) as tx:
                yield tx
        except (_Retry, Unavailable):  # it died, or replaying the primary's changes cancelled the read
            replica.failed()
            raise
        finally:
            replica.release(connection)

    def _position(self) -> str:
        """How far the primary's log reaches: every change that was committed lies before it."""
        with self._transaction(None, read_only=True) as tx:
            row = tx.one("SELECT pg_current_wal_insert_lsn()::text")
        return str(row[0]) if row else ""

    @contextmanager
    def _transaction(self, seconds: float | None, *, read_only: bool) -> Iterator[PostgresTx]:
        """seconds: the deadline of its statements; None for that of the connection, which is a request's."""
        with (
            _translated(),
            self._pool.connection() as connection,
            self._begun(connection, seconds, read_only=read_only, is_bare=self._is_pooled) as tx,
        ):
            yield tx

    @contextmanager
    def _begun(
        self,
        connection: psycopg.Connection[Row],
        seconds: float | None,
        *,
        read_only: bool,
        is_bare: bool,
    ) -> Iterator[PostgresTx]:
        """A transaction on a connection. is_bare: the connection was opened without the options of a session."""
        # psycopg sends these with the next BEGIN
        level = IsolationLevel.REPEATABLE_READ if read_only else IsolationLevel.READ_COMMITTED
        connection.isolation_level, connection.read_only = level, read_only
        wait = Wait(connection, seconds or self.settings.request_seconds)
        self._deadlines.add(wait)
        try:
            wait.begin()
            with connection.transaction():
                if is_bare:
                    set_session(connection, seconds or self.settings.request_seconds)
                elif seconds is not None:
                    connection.execute(f"SET LOCAL statement_timeout = {int(min(seconds, DAY) * 1000)}")
                wait.end()
                yield PostgresTx(connection, wait)
                wait.begin()
        finally:
            self._deadlines.remove(wait)

    async def run_read(self, work: Work[T]) -> T:
        return await self._run(self._read_work, work)

    async def run_slow(self, work: Work[T]) -> T:
        return await self._run(self._slow_work, work)

    async def run_search(self, organization_id: int, work: Work[T]) -> T:
        def search() -> T:
            with self.read(min(SECONDS, self.settings.request_seconds)) as tx:
                return work(tx)

        if self._is_closed:
            raise Unavailable("The instance is stopping")
        return await self._searches.run(organization_id, search)

    async def run_write(self, work: Work[T]) -> T:
        return await self._run(self._write_work, work)

    async def _run(self, run: Callable[[Work[T]], T], work: Work[T]) -> T:
        if self._is_closed:
            raise Unavailable("The instance is stopping")
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, work)

    def _read_work(self, work: Work[T]) -> T:
        with self._transaction(None, read_only=True) as tx:
            return work(tx)

    def _slow_work(self, work: Work[T]) -> T:
        try:
            with self.read_aside() as tx:
                return work(tx)
        except (_Retry, Unavailable):
            if self._replica is None:
                raise
        with self.read() as tx:
            return work(tx)

    def _write_work(self, work: Work[T]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._transaction(None, read_only=False) as tx:
                    return work(tx)
            except _Retry:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def problem(self) -> str | None:
        return None

    def relaxed_durability(self) -> AbstractContextManager[None]:
        return nullcontext()

    def empty_log(self) -> bool:
        return True

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        # the server notices a closed connection only after a moment
        deadline = time.monotonic() + CLOSING_SECONDS
        while self._is_shared():
            if time.monotonic() > deadline:
                raise Unavailable("The instance is running: stop it first")
            time.sleep(0.05)
        yield

    def _is_shared(self) -> bool:
        with self.read() as tx:
            others = tx.one(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name LIKE 'coterie %' AND application_name <> :name",
                {"name": self._name},
            )
        return bool(others and others[0])

    def close(self) -> None:
        self._is_closed = True
        self._threads.shutdown(wait=True)
        self._searches.close()
        self._deadlines.close()
        if self._replica:
            self._replica.close()
        self._pool.close()


class _Retry(Unavailable):
    """PostgreSQL aborted this unit of work in favor of another; a retry is likely to succeed."""


@contextmanager
def _translated() -> Iterator[None]:
    """Raises the driver's errors as those of errors.py; other errors unchanged."""
    try:
        yield
    except CoterieError:
        raise
    except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
        raise _Retry("Too many concurrent changes; try again") from error
    except psycopg.errors.QueryCanceled as error:
        raise TooSlow("The request took too long and was stopped") from error
    except psycopg.errors.IntegrityError as error:
        raise Conflict("The change conflicts with existing data") from error
    except (psycopg.DataError, OverflowError, UnicodeEncodeError) as error:
        raise Invalid(Problem((), "invalid", "contains a value that cannot be stored")) from error
    except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("The database does not respond") from error
