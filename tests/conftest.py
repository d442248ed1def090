"""Databases and clients for all tests. A test that takes `database`, `world` or `inro` runs on both engines.

`database` is shared by the tests of a process; each test makes organizations of its own, as tenants do.
`fresh_database` belongs to one test, for what is global: the job queue, migrations, the file itself.
A missing engine is an error, not a skip.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Client
from databases import make_settings
from postgres import Server, ensure_server
from r0_client import R0
from world import World, make_world

from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database, open_database

ENGINES = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    _use_memory()
    # under xdist the controller starts the server that its workers share
    if getattr(config.option, "numprocesses", None):
        ensure_server()


def _use_memory() -> None:
    """Puts temporary folders into memory if there is enough: no test is about the disk, and fsync takes most time."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


@pytest.fixture(scope="session")
def postgres() -> Server:
    return ensure_server()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def settings(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    return make_settings(engine, tmp_path_factory.mktemp(engine), request, log_requests=False)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture
def fresh_settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """An instance that was never started: its database is empty, unless the test takes `fresh_database` too."""
    return make_settings(engine, tmp_path, request, is_migrated="fresh_database" in request.fixturenames)


@pytest.fixture
def fresh_database(fresh_settings: Settings) -> Iterator[Database]:
    database = open_database(fresh_settings)
    yield database
    database.close()


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture(scope="session")
def client(database: Database, settings: Settings) -> Iterator[Client]:
    """The whole application, called in this process; every response is checked against the contract's document."""
    client = Client(create_app(database, settings))
    yield client
    client.close()


@pytest.fixture
def inro(client: Client, world: World) -> Client:
    """The application as Alice's programs call it."""
    return client.with_token(world.alice_token)


@pytest.fixture
def r0(client: Client, world: World) -> R0:
    """R0's contract for Alice's organization, with her token."""
    return R0(client.with_token(world.alice_token), f"/api/v1/orgs/{world.organization.uuid}")
