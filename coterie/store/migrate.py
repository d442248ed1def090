"""Migrations: numbered plain-SQL files, forward only, applied at start in one transaction.

migrations/0001_schema.sql is for both engines; 0002_search.sqlite.sql and 0002_search.postgresql.sql are one migration,
a file for each engine. Words that the engines spell differently are replaced here, so that the files are plain SQL.
A test compares the resulting tables, columns and keys of both engines.

Guarantees. All missing migrations are applied, or none. A file never changes after it was applied: the database stores
its digest, and a start with another file fails.
"""

import logging
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import NamedTuple

import msgspec

from coterie.errors import Unavailable
from coterie.model import times
from coterie.model.relationships import CATALOGUE
from coterie.store.database import Database, Tx
from coterie.store.migrations.filter_words import fill_words
from coterie.store.migrations.import_state import convert_imports
from coterie.store.migrations.name_keys import recompute_name_keys
from coterie.store.migrations.shown_names import fill_shown_keys
from coterie.store.migrations.term_keys import recompute_term_keys
from coterie.store.statistics import save_statistics

log = logging.getLogger(__name__)
_SPELLING = {
    "sqlite": {"CLUSTERED": "WITHOUT ROWID", " NULLSFIRST": ""},
    "postgresql": {"CLUSTERED": "", " NULLSFIRST": " NULLS FIRST", "TEXT": 'TEXT COLLATE "C"'},
}
# number of a migration -> its Python part, which runs after its SQL
_PYTHON_PARTS: dict[int, Callable[[Tx], None]] = {
    4: convert_imports,
    7: recompute_term_keys,
    11: recompute_name_keys,
    23: fill_words,
    58: fill_shown_keys,
}
_NAME = re.compile(r"(\d{4})_\w+(?:\.(sqlite|postgresql))?\.sql")

# effectively no deadline: a migration of a large book takes minutes, and one that is stopped halfway starts from the
# beginning the next time
SECONDS = 86_400.0
# the migration that added the digests
_DIGESTS = 10


class Migration(NamedTuple):
    """One file. sql: its text in the spelling of this engine. digest: the SHA-256 of the file, in hexadecimal."""

    number: int
    name: str
    sql: str
    digest: str = ""


def migrations_for(engine: str) -> list[Migration]:
    """The migrations of one engine, in order."""
    migrations = []
    for file in resources.files("coterie.store.migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match and match[2] in (None, engine):
            sql = text = file.read_text("utf-8")
            for word, spelled in _SPELLING[engine].items():
                sql = re.sub(rf"(?<!\w){word}\b" if word[0] != " " else word + r"\b", spelled, sql)
            migrations.append(Migration(int(match[1]), file.name, sql, sha256(text.encode()).hexdigest()))
    return sorted(migrations)


@lru_cache
def latest(engine: str) -> int:
    """The number of the newest migration of this version of the code."""
    return migrations_for(engine)[-1].number


def migrate(database: Database) -> list[str]:
    """Applies missing migrations; returns the names of their files. Several processes may do so at once.

    Raises Unavailable if a newer version of Coterie has migrated the database, or if the file of an applied migration
    has changed.
    """
    with database.write(seconds=SECONDS) as tx:
        return migrate_in(tx)


def migrate_in(tx: Tx, until: int | None = None) -> list[str]:
    """migrate() in a transaction of the caller. until: the number of the last migration to apply."""
    if tx.engine == "postgresql":
        tx.all("SELECT pg_advisory_xact_lock(6815744)")
    tx.run(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    )
    done = {number for (number,) in tx.all("SELECT number FROM schema_migrations")}
    migrations = migrations_for(tx.engine)
    if newer := done - {migration.number for migration in migrations}:
        raise Unavailable(
            f"A newer version of Coterie has migrated the database (migration {max(newer):04}): upgrade this one"
        )
    if _DIGESTS in done:
        _check_digests(tx, migrations)
    missing = [each for each in migrations if each.number not in done and each.number <= (until or each.number)]
    if missing and done:
        # a large book takes minutes, and until then there is no other line
        log.info("migrating", extra={"migrations": [migration.name for migration in missing]})
    for migration in missing:
        _apply(tx, migration)
    if missing:
        save_statistics(tx)
        if until is None or until >= _DIGESTS:
            _save_digests(tx, migrations)
    _save_catalogue(tx)
    return [migration.name for migration in missing]


def _apply(tx: Tx, migration: Migration) -> None:
    tx.run(migration.sql)
    if migration.number in _PYTHON_PARTS:
        _PYTHON_PARTS[migration.number](tx)
    tx.run(
        "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, :name, :now)",
        {"number": migration.number, "name": migration.name, "now": times.now()},
    )


def _check_digests(tx: Tx, migrations: Sequence[Migration]) -> None:
    digests: dict[int, str] = dict(tx.all("SELECT number, digest FROM schema_migrations WHERE digest IS NOT NULL"))
    for migration in migrations:
        if digests.get(migration.number, migration.digest) != migration.digest:
            raise Unavailable(
                f"{migration.name} differs from the file that has migrated the database: install a released version"
            )


def _save_digests(tx: Tx, migrations: Sequence[Migration]) -> None:
    """Stores the digests of applied migrations that have none, including those applied before digests existed."""
    tx.execute_many(
        "UPDATE schema_migrations SET digest = :digest WHERE number = :number AND digest IS NULL",
        [{"number": migration.number, "digest": migration.digest} for migration in migrations],
    )


def is_current(tx: Tx) -> bool:
    """Whether all migrations are applied."""
    row = tx.one("SELECT max(number) FROM schema_migrations")
    return row is not None and row[0] == latest(tx.engine)


def _save_catalogue(tx: Tx) -> None:
    """Stores the relationship types of this version of the code."""
    stored = {row[0]: row[1:] for row in tx.all("SELECT id, name, inverse_type_id FROM relationship_types")}
    missing = [type_ for type_ in CATALOGUE if stored.get(type_.id) != (type_.name, type_.inverse_type_id)]
    tx.insert_rows("relationship_types", map(msgspec.structs.asdict, missing), replace_on=("id",))
