"""The instance a process is about: its settings and its database. No command line here, which children do without."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coterie.errors import Unavailable
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate


def prepare(data: str | None = None, **overrides: Any) -> Settings:
    """The settings, with the data folder made: only its owner may look into it. Refused: a folder that cannot be."""
    settings = load_settings(data=data, **overrides)
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(f"the data folder {settings.data}: {error.strerror}") from None
    return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The migrated database, closed in the end."""
    database = open_database(settings)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
