"""Two engines with one interface. The edge opens transactions; nothing below it ever commits.

    with database.read() as tx: …        a consistent snapshot
    with database.write() as tx: …       all or nothing
    await database.run_read(work)        the same on an event loop, as it suits the engine
    await database.run_write(work)

On SQLite run_read runs inline on the event loop (a hop to a thread costs more than the query) and run_write queues
the work for the one writer thread (store/sqlite/database.py). On PostgreSQL both run in a thread with a pooled
connection.

SQL is written once, in the subset of both engines, with :named parameters. The differences are attributes of the
transaction: tx.lock, tx.in_list(), tx.list_param().
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, TypeVar

from coterie.errors import Unavailable
from coterie.settings import Settings

T = TypeVar("T")
Engine = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]
Parameters = Mapping[str, Any]


class Tx(Protocol):
    """One open transaction."""

    @property
    def engine(self) -> Engine: ...

    @property
    def units(self) -> dict[int, int]:
        """organization id -> the first event that this unit of work has recorded."""

    @property
    def lock(self) -> str:
        """The end of a SELECT that locks its rows until the commit; empty on SQLite, which has one writer."""

    def all(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """All rows."""

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row, or None."""

    def stream(self, sql: str) -> Iterator[Row]:
        """All rows, one at a time, of a result that does not fit into memory."""

    def run(self, sql: str, parameters: Parameters | None = None) -> int:
        """Runs a statement; returns the number of rows it changed."""

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """Runs a statement once for each set of parameters. To insert rows, use insert_rows."""

    def insert_rows(
        self, table: str, rows: Iterable[Parameters], *, skip_existing: bool = False, replace_on: Sequence[str] = ()
    ) -> None:
        """Inserts rows, each a mapping of the same columns; on PostgreSQL as one statement per 1,000 rows.

        skip_existing: a row that breaks a unique constraint is skipped. replace_on: the columns of a unique
        constraint; a row that breaks it replaces the values of the existing row, and the last of several wins.
        """

    def insert_values(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        skip_existing: bool = False,
        replace_on: Sequence[str] = (),
    ) -> None:
        """insert_rows of rows that are the values of these columns: for many rows, which are not made into mappings."""

    def in_list(self, name: str) -> str:
        """The condition that a value is in the list bound as :name with list_param()."""

    def list_param(self, values: Iterable[Any]) -> Any:
        """A list as a parameter for in_list()."""

    def is_waited_for(self) -> bool:
        """Whether another writer waits for this transaction to end. Long work asks now and then, and ends it early."""

    def savepoint(self) -> AbstractContextManager[None]:
        """A savepoint around a block: an exception inside rolls the block back and propagates."""


Work = Callable[[Tx], T]


class Database(Protocol):
    """An open database: begins transactions."""

    @property
    def settings(self) -> Settings: ...

    @property
    def engine(self) -> Engine: ...

    def read(self, seconds: float | None = None) -> AbstractContextManager[Tx]:
        """A consistent read-only snapshot. seconds: the deadline of its statements, by default that of slow work."""

    def read_aside(self, seconds: float | None = None) -> AbstractContextManager[Tx]:
        """read() on the replica, if there is one, so that long reads do not burden the primary. It sees all changes
        that were committed before it began."""

    def write(self, seconds: float | None = None) -> AbstractContextManager[Tx]:
        """A transaction: committed at the end of the block, rolled back if it raises. seconds: as for read()."""

    async def run_read(self, work: Work[T]) -> T:
        """Quick work of the web process, with the deadline of a request."""

    async def run_slow(self, work: Work[T]) -> T:
        """Slow work, in a thread and never on the event loop."""

    async def run_search(self, organization_id: int, work: Work[T]) -> T:
        """A search: in one of a few threads, a few at a time for an organization, with a deadline of 2 seconds."""

    async def run_write(self, work: Work[T]) -> T:
        """A unit of work with its own savepoint: one that raises rolls back only itself."""

    def problem(self) -> str | None:
        """Why the database cannot be written, as a message for operators; None if no reason is known."""

    def relaxed_durability(self) -> AbstractContextManager[None]:
        """For work of this thread that can resume from any of its commits, such as an import. They are on disk at the
        end of the block; a power cut before that may lose the latest."""

    def empty_log(self) -> bool:
        """Cuts the write-ahead log of SQLite, which holds deleted values until it is written over. False if a reader
        prevents it. PostgreSQL recycles its own."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Excludes other processes from the database during the block. Raises Unavailable if one has it open."""

    def close(self) -> None:
        """Finishes running work, then ends all threads and connections. New work raises Unavailable."""


def open_database(settings: Settings, *, maps_file: bool = True) -> Database:
    """Opens the database of database_url. maps_file: as store/sqlite/connection.Connection; of no use to PostgreSQL.

    Raises Unavailable if it cannot, or if the scheme is unknown.
    """
    url = settings.database_url
    if url.startswith("sqlite:///"):
        from coterie.store.sqlite.database import SqliteDatabase  # lazy: only one engine's driver is ever loaded

        return SqliteDatabase(url.removeprefix("sqlite:///"), settings, maps_file=maps_file)
    if url.startswith(("postgresql://", "postgres://")):
        from coterie.store.postgres.database import PostgresDatabase  # lazy: only one engine's driver is ever loaded

        return PostgresDatabase(url, settings)
    raise Unavailable("COTERIE_DATABASE_URL must begin with sqlite:/// or postgresql://")


def insert_statement(
    table: str, columns: Sequence[str], source: str, *, skip_existing: bool, replace_on: Sequence[str]
) -> str:
    """The INSERT of insert_rows; source: where its rows come from, such as VALUES (…)."""
    conflict = " ON CONFLICT DO NOTHING" if skip_existing else ""
    if replace_on:
        others = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in replace_on)
        conflict = f" ON CONFLICT ({', '.join(replace_on)}) DO UPDATE SET {others}"
    return f"INSERT INTO {table} ({', '.join(columns)}) {source}{conflict}"


def matching(tx: Tx, name: str, values: Iterable[Any]) -> tuple[str, Any]:
    """The condition that a column has one of the values, and the parameter to bind as :name.

    A single value is compared with =: on SQLite a list costs as much as the rest of the query.
    """
    candidates = list(values)
    if len(candidates) == 1:
        return f"= :{name}", candidates[0]
    return tx.in_list(name), tx.list_param(candidates)
