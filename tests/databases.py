"""Databases for tests. A migrated one is a copy: migrating takes half a second, copying a tenth of that."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from postgres import Server, name_in

from coterie.settings import Settings, load_settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate

MIGRATED = "migrated"
# the templates that this process knows to exist
_prepared: list[str] = []


def make_settings(
    engine: str, folder: Path, request: pytest.FixtureRequest, *, is_migrated: bool = True, **options: Any
) -> Settings:
    """The settings of an instance in the folder, over a database of its own."""
    url = _sqlite_url(folder)
    if engine == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        if is_migrated and not _prepared:
            server.prepare_template(MIGRATED, lambda url: _migrate(folder, url))
            _prepared.append(MIGRATED)
        url = server.create_database(MIGRATED) if is_migrated else server.create_database()
    elif is_migrated:
        shutil.copy(_migrated_file(request), folder)
    return load_settings({}, data=str(folder), database_url=url, database_connections=4, **options)


def copy_instance(settings: Settings, folder: Path, request: pytest.FixtureRequest) -> Settings:
    """The settings of a copy in the folder, database and files. No process may have the original open."""
    shutil.copytree(settings.data_folder, folder, dirs_exist_ok=True)
    url = _sqlite_url(folder)
    if settings.database_url.startswith("postgresql"):
        server: Server = request.getfixturevalue("postgres")
        url = server.create_database(name_in(settings.database_url))
    return msgspec.structs.replace(settings, data=str(folder), database_url=url)


def _migrated_file(request: pytest.FixtureRequest) -> Path:
    """The file to copy; each process of the test run makes one."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    folder = factory.getbasetemp() / MIGRATED
    if not folder.exists():
        folder.mkdir()
        _migrate(folder, _sqlite_url(folder))
    return folder / "coterie.sqlite3"


def _migrate(folder: Path, url: str) -> None:
    database = open_database(load_settings({}, data=str(folder), database_url=url))
    migrate(database)
    database.close()


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/coterie.sqlite3"
