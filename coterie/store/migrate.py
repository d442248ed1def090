"""Migrations: numbered plain-SQL files, forward only, applied at start in one transaction.

migrations/0001_schema.sql is for both engines; 0002_search.sqlite.sql and 0002_search.postgresql.sql are one migration,
a file for each engine. Words that the engines spell differently are replaced here, so that a file reads as plain SQL.
A test compares the resulting tables, columns and keys of both engines.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import resources

import msgspec

from coterie.errors import Unavailable
from coterie.model import times
from coterie.model.relationships import CATALOGUE
from coterie.store.database import Database, Tx
from coterie.store.migrations.import_state import convert_imports
from coterie.store.migrations.term_keys import recompute_term_keys
from coterie.store.statistics import save_statistics

_SPELLING = {
    "sqlite": {"CLUSTERED": "WITHOUT ROWID", " NULLSFIRST": ""},
    "postgresql": {"CLUSTERED": "", " NULLSFIRST": " NULLS FIRST", "TEXT": 'TEXT COLLATE "C"'},
}
# number of a migration -> its Python part, which runs after its SQL
_PYTHON_PARTS: dict[int, Callable[[Tx], None]] = {4: convert_imports, 7: recompute_term_keys}
_NAME = re.compile(r"(\d{4})_\w+(?:\.(sqlite|postgresql))?\.sql")


def migrations_for(engine: str) -> list[tuple[int, str, str]]:
    """(number, file name, SQL text) of each migration of one engine, in order."""
    migrations = []
    for file in resources.files("coterie.store.migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match and match[2] in (None, engine):
            text = file.read_text("utf-8")
            for word, spelled in _SPELLING[engine].items():
                text = re.sub(rf"(?<!\w){word}\b" if word[0] != " " else word + r"\b", spelled, text)
            migrations.append((int(match[1]), file.name, text))
    return sorted(migrations)


@lru_cache
def latest(engine: str) -> int:
    """The number of the newest migration of this version of the code."""
    return migrations_for(engine)[-1][0]


def migrate(database: Database) -> list[str]:
    """Applies missing migrations; returns the names of their files. Several processes may do so at once.

    Raises Unavailable if a newer version of Coterie has migrated the database.
    """
    with database.write() as tx:
        return migrate_in(tx)


def migrate_in(tx: Tx, until: int | None = None) -> list[str]:
    """migrate() in a transaction of the caller. until: the number of the last migration to apply."""
    applied = []
    if tx.engine == "postgresql":
        tx.all("SELECT pg_advisory_xact_lock(6815744)")
    tx.run(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    )
    done = {number for (number,) in tx.all("SELECT number FROM schema_migrations")}
    migrations = migrations_for(tx.engine)
    if newer := done - {number for number, _, _ in migrations}:
        raise Unavailable(
            f"A newer version of Coterie has migrated the database (migration {max(newer):04}): upgrade this one"
        )
    for number, name, text in migrations:
        if number not in done and number <= (until or number):
            tx.run(text)
            if number in _PYTHON_PARTS:
                _PYTHON_PARTS[number](tx)
            tx.run(
                "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, :name, :now)",
                {"number": number, "name": name, "now": times.now()},
            )
            applied.append(name)
    if applied:
        save_statistics(tx)
    _save_catalogue(tx)
    return applied


def is_current(tx: Tx) -> bool:
    """Whether all migrations are applied."""
    row = tx.one("SELECT max(number) FROM schema_migrations")
    return row is not None and row[0] == latest(tx.engine)


def _save_catalogue(tx: Tx) -> None:
    """Stores the relationship types of this version of the code."""
    stored = {row[0]: row[1:] for row in tx.all("SELECT id, name, inverse_type_id FROM relationship_types")}
    missing = [type_ for type_ in CATALOGUE if stored.get(type_.id) != (type_.name, type_.inverse_type_id)]
    tx.insert_rows("relationship_types", map(msgspec.structs.asdict, missing), replace_on=("id",))
