"""Every row of an instance out of its database, and back into one, of either engine.

Rows leave as JSON arrays in the words both engines share, so that what was saved on SQLite can be brought back on
PostgreSQL and the other way round. What a neutral migration file makes is saved; tables of one engine (search) hold
nothing that cannot be made again, and are made again.
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
    """The saved tables in the order in which they can be filled: each follows those it refers to.

    until: the number of the last migration to take into account. also_derived: with those of one engine.
    """
    found: list[str] = []
    for number, file, text in migrations_for(engine):
        if (until is not None and number > until) or not (also_derived or file.count(".") == 1):
            continue
        for match in _STATEMENT.finditer(text):
            if match["created"]:
                found.append(match["created"])
            elif match["old"]:
                found[found.index(match["old"])] = match["new"]
            else:
                found.remove(match["dropped"])
    return found


def columns(tx: Tx, table: str) -> dict[str, bool]:
    """The columns of a table in order; whether each is true or false."""
    if tx.engine == "sqlite":
        rows = tx.all("SELECT name, type = 'BOOLEAN' FROM pragma_table_info(:table)", {"table": table})
    else:
        rows = tx.all(
            "SELECT column_name::text, data_type = 'boolean' FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = :table ORDER BY ordinal_position",
            {"table": table},
        )
    return {name: bool(is_boolean) for name, is_boolean in rows}


def rows_of(tx: Tx, table: str) -> Iterator[list[Any]]:
    """Every row of a table, its columns in order."""
    known = columns(tx, table)
    flags = [position for position, is_boolean in enumerate(known.values()) if is_boolean]
    for row in tx.stream(f"SELECT {', '.join(known)} FROM {table}"):
        values = list(row)
        for position in flags:
            values[position] = None if values[position] is None else bool(values[position])
        yield values


def insert_rows(tx: Tx, table: str, names: list[str], rows: Iterable[list[Any]]) -> int:
    """Put rows into a table, names being those of their values; how many. Refused: a column it does not have."""
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
    """The number of the newest migration of the database; None where there is no instance in it."""
    if not columns(tx, MIGRATIONS):
        return None
    row = tx.one(f"SELECT max(number) FROM {MIGRATIONS}")
    return row[0] if row else None


def drop_tables(tx: Tx) -> None:
    """Remove every table of an instance, whatever is in it; nothing else is touched."""
    present = tables(tx.engine, until=migration_of(tx), also_derived=True)
    for table in [*reversed(present), MIGRATIONS]:
        tx.run(f"DROP TABLE IF EXISTS {table}")


def delete_rows(tx: Tx) -> None:
    """Empty what starting an instance fills by itself."""
    for table in reversed(tables(tx.engine, until=migration_of(tx))):
        tx.run(f"DELETE FROM {table}")
