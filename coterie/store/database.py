"""The two engines behind one name: transactions for whoever is at the edge, nothing below ever commits.

    with database.read() as tx: …        a consistent view
    with database.write() as tx: …       all of it or nothing
    await database.run_read(work)        the same for the web process, in the way that suits the engine
    await database.run_write(work)

On SQLite run_read runs inline on the event loop (a hop to a thread costs more than the query) and run_write queues
the work for the one writer thread (store/sqlite.py). On PostgreSQL both run in a thread with a pooled connection.

SQL is written once, in the subset both engines speak, with :named parameters. The few words that differ are
attributes of the transaction: tx.lock, tx.in_list(), tx.list_param().
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
    def engine(self) -> Engine:
        """Which engine this is."""

    @property
    def lock(self) -> str:
        """What a SELECT ends with to keep its rows from others until the commit; SQLite's writer is alone anyway."""

    def all(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Every row."""

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row, or None."""

    def stream(self, sql: str) -> Iterator[Row]:
        """Every row, one after another, of a result too long for the memory."""

    def run(self, sql: str, parameters: Parameters | None = None) -> int:
        """How many rows a statement changed."""

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """The same statement for each set of parameters. Rows are inserted with insert_rows."""

    def insert_rows(
        self, table: str, rows: Iterable[Parameters], *, skip_existing: bool = False, replace_on: Sequence[str] = ()
    ) -> None:
        """Inserts rows, each a mapping of the same columns; on PostgreSQL as one statement per 1,000 rows.

        skip_existing: a row that breaks a unique constraint is skipped. replace_on: the columns of a unique
        constraint; a row that breaks it replaces the values of the existing row, and the last of several wins.
        """

    def in_list(self, name: str) -> str:
        """The condition that a value is in the list bound as :name with tx.list_param()."""

    def list_param(self, values: Iterable[Any]) -> Any:
        """A list, as the engine wants it bound."""

    def savepoint(self) -> AbstractContextManager[None]:
        """A savepoint around one part: an exception inside undoes this part and goes on to the caller."""


Work = Callable[[Tx], T]


class Database(Protocol):
    """An open database. close() ends its threads and connections."""

    @property
    def settings(self) -> Settings:
        """What it was opened with."""

    @property
    def engine(self) -> Engine:
        """Which engine this is."""

    def read(self, seconds: float | None = None) -> AbstractContextManager[Tx]:
        """A consistent view that changes nothing; its deadline is that of slow work unless seconds are given."""

    def write(self, seconds: float | None = None) -> AbstractContextManager[Tx]:
        """A transaction; committed when the block ends, rolled back when it raises. Deadline as of read()."""

    async def run_read(self, work: Work[T]) -> T:
        """Quick work of the web process, under the deadline of a request."""

    async def run_slow(self, work: Work[T]) -> T:
        """Work known to be slow: in a thread, never on the loop."""

    async def run_write(self, work: Work[T]) -> T:
        """A whole unit of work; its own savepoint, so that one that raises takes only itself back."""

    def relaxed_durability(self) -> AbstractContextManager[None]:
        """Work that can go on from any of its commits, as an import can: what is committed inside is on disk when the
        block has ended, and a power cut before may take back the last of it."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Nobody else has the database open while the block runs. Refused: somebody has."""

    def close(self) -> None:
        """Finish what runs; then nothing more is accepted."""


def open_database(settings: Settings) -> Database:
    """The database the settings name. Refused: a scheme that is neither sqlite nor postgresql."""
    url = settings.database_url
    if url.startswith("sqlite:///"):
        from coterie.store.sqlite import SqliteDatabase  # lazy: only one engine's driver is ever loaded

        return SqliteDatabase(url.removeprefix("sqlite:///"), settings)
    if url.startswith(("postgresql://", "postgres://")):
        from coterie.store.postgres import PostgresDatabase  # lazy: only one engine's driver is ever loaded

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
    """The condition that a column holds one of the values, and what to bind as :name.

    A single value is compared and not made a list of: on SQLite the list costs as much as the query it is for.
    """
    known = list(values)
    if len(known) == 1:
        return f"= :{name}", known[0]
    return tx.in_list(name), tx.list_param(known)
