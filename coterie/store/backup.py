"""Reads all rows of an instance out of a database of one engine, and inserts them into one of either engine.

Rows are JSON arrays of the types both engines share, so a backup of SQLite can be restored on PostgreSQL and the other
way round. A backup has the tables of the migrations for both engines; tables of one engine (search) are derived from
them and are rebuilt.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from coterie.store.database import Tx
from coterie.store.migrate import migrations_for

ROWS_AT_ONCE = 1000
MIGRATIONS = "schema_migrations"
_STATEMENT = re.compile(
    r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(?P<created>\w+)"
    r"|ALTER TABLE (?P<old>\w+) RENAME TO (?P<new>\w+)"
    r"|DROP TABLE (?:IF EXISTS )?(?P<dropped>\w+)"
)


def tables(engine: str, *, until: int | None = None, also_derived: bool = False) -> list[str]:
    """The tables of a backup in an order in which they can be filled: each follows those it refers to.

    until: the number of the last migration to consider. also_derived: include the tables of one engine.
    """
    names: list[str] = []
    for migration in migrations_for(engine):
        is_of_one_engine = migration.name.count(".") > 1
        if (until is not None and migration.number > until) or (is_of_one_engine and not also_derived):
            continue
        for match in _STATEMENT.finditer(migration.sql):
            if match["created"]:
                names.append(match["created"])
            elif match["old"]:
                names[names.index(match["old"])] = match["new"]
            else:
                names.remove(match["dropped"])
    return names


def columns(tx: Tx, table: str) -> dict[str, bool]:
    """The columns of a table in order -> whether the column is a boolean."""
    if tx.engine == "sqlite":
        rows = tx.all("SELECT name, type = 'BOOLEAN' FROM pragma_table_info(:table)", {"table": table})
    else:
        rows = tx.all(
            "SELECT column_name::text, data_type = 'boolean' FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = :table ORDER BY ordinal_position",
            {"table": table},
        )
    return {name: bool(is_boolean) for name, is_boolean in rows}


def list_attached_files(tx: Tx) -> set[str]:
    """The digests of the files of all attachments."""
    return {digest for (digest,) in tx.all("SELECT DISTINCT digest FROM attachments")}


def rows_of(tx: Tx, table: str) -> Iterator[list[Any]]:
    """All rows of a table, their columns in order."""
    is_boolean_of = columns(tx, table)
    flags = [position for position, is_boolean in enumerate(is_boolean_of.values()) if is_boolean]
    for row in tx.stream(f"SELECT {', '.join(is_boolean_of)} FROM {table}"):
        values = list(row)
        for position in flags:
            values[position] = None if values[position] is None else bool(values[position])
        yield values


def insert_rows(tx: Tx, table: str, names: list[str], rows: Iterable[list[Any]]) -> int:
    """Inserts rows, lists of the values of the columns `names`; returns their number.

    Raises ValueError if a column is unknown.
    """
    unknown = set(names) - set(columns(tx, table))
    if unknown or not names:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    count = 0
    for batch in _batches(rows):
        tx.insert_rows(table, [dict(zip(names, row, strict=True)) for row in batch])
        count += len(batch)
    return count


def _batches(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def migration_of(tx: Tx) -> int | None:
    """The number of the newest migration of the database; None if it has no instance."""
    if not columns(tx, MIGRATIONS):
        return None
    row = tx.one(f"SELECT max(number) FROM {MIGRATIONS}")
    return row[0] if row else None


def drop_tables(tx: Tx) -> None:
    """Drops the tables of an instance and no others."""
    present = tables(tx.engine, until=migration_of(tx), also_derived=True)
    for table in [*reversed(present), MIGRATIONS]:
        tx.run(f"DROP TABLE IF EXISTS {table}")


def delete_rows(tx: Tx) -> None:
    """Deletes the rows that the start of an instance inserts."""
    for table in reversed(tables(tx.engine, until=migration_of(tx))):
        tx.run(f"DELETE FROM {table}")
