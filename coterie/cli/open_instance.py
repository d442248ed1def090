"""Opens the instance a process works on: its settings, its data folder, its database.

Imports no command-line library, because the child processes do without one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coterie.errors import Unavailable
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate


def prepare_data_folder(data: str | None = None, **overrides: Any) -> Settings:
    """Loads the settings and creates the data folder, readable by its owner only.

    Raises Unavailable if the folder cannot be created.
    """
    settings = load_settings(data=data, **overrides)
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"cannot create the data folder {settings.data}: {error.strerror}") from None
    return settings


@contextmanager
def open_migrated(settings: Settings) -> Iterator[Database]:
    """The database, migrated to this version; closed when the block ends."""
    database = open_database(settings)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
