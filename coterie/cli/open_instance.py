"""Opens the instance a process works on: its settings, its data folder, its database.

Imports no command-line library, because the child processes do without one.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from coterie.errors import Unavailable
from coterie.settings import Settings, load_settings
from coterie.store.backup import migration_of
from coterie.store.database import Database, open_database
from coterie.store.migrate import latest, migrate

SQLITE = "sqlite:///"
# in a data folder whose database is PostgreSQL
MARK = "postgresql"


def prepare_data_folder(data: str | None = None, **overrides: Any) -> Settings:
    """Loads the settings and creates the data folder, readable by its owner only.

    Raises Unavailable if the folder cannot be created, or as require_engine does.
    """
    settings = load_settings(data=data, **overrides)
    require_engine(settings)
    _create_folder(settings)
    return settings


def _create_folder(settings: Settings) -> None:
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"cannot create the data folder {settings.data}: {error.strerror}") from None


def require_engine(settings: Settings) -> None:
    """Raises Unavailable if the settings have SQLite and the data folder belongs to an instance on PostgreSQL.

    A shell or a cron job often lacks the settings of the service. Its command would create a second instance, save a
    stale database as the backup, or replace the files and the key of the instance that runs.
    """
    mark = settings.data_folder / MARK
    if settings.database_url.startswith(SQLITE) and mark.exists():
        raise Unavailable(
            f"the instance in {settings.data} is on PostgreSQL, and COTERIE_DATABASE_URL is not: set it as the service"
            f" has it, or delete {mark} to go back to SQLite"
        )


def remember_engine(database: Database) -> None:
    """Marks the data folder of an instance on PostgreSQL, for require_engine."""
    if database.engine == "postgresql":
        with suppress(OSError):  # a full disk; the next start tries again
            (database.settings.data_folder / MARK).touch(mode=0o600)


@contextmanager
def open_migrated(settings: Settings, *, maps_file: bool = True) -> Iterator[Database]:
    """The database, created if necessary and migrated to this version; closed when the block ends.

    maps_file: as open_database.
    """
    database = open_database(settings, maps_file=maps_file)
    try:
        migrate(database)
        remember_engine(database)
        yield database
    finally:
        database.close()


@contextmanager
def open_instance(data: str | None) -> Iterator[Database]:
    """The database of an existing instance, migrated to this version; closed when the block ends.

    Creates nothing. Raises Unavailable if there is no instance.
    """
    with open_unmigrated(load_settings(data=data)) as database:
        _create_folder(database.settings)
        migrate(database)
        yield database


@contextmanager
def open_unmigrated(settings: Settings) -> Iterator[Database]:
    """The database of an existing instance as it is. Creates nothing. Raises Unavailable if there is no instance,
    or as require_engine does."""
    require_engine(settings)
    _require_file(settings)
    # as the worker: mapped, an import would take 160 MB more without being faster
    database = open_database(settings, maps_file=False)
    try:
        with database.read() as tx:
            is_empty = migration_of(tx) is None
        if is_empty:
            raise Unavailable("there is no instance in this database; `coterie bootstrap` creates one")
        yield database
    finally:
        database.close()


@contextmanager
def open_current(settings: Settings) -> Iterator[Database]:
    """The database of an existing instance, which the command must not change: it is not migrated.

    Raises Unavailable if there is no instance, or if it is of another version.
    """
    with open_unmigrated(settings) as database:
        with database.read() as tx:
            number = migration_of(tx)
        if number != latest(database.engine):
            raise Unavailable(
                "the database is from another version of Coterie: use that version, or upgrade it with `coterie serve`"
                " first"
            )
        yield database


def _require_file(settings: Settings) -> None:
    """Raises Unavailable if the database is an SQLite file that does not exist. PostgreSQL is not asked."""
    if not settings.database_url.startswith(SQLITE):
        return
    path = Path(settings.database_url.removeprefix(SQLITE))
    if not path.is_file():
        raise Unavailable(
            f"there is no instance in {path.parent}: choose another folder with --data or COTERIE_DATA, or create one"
            " with `coterie bootstrap`"
        )
