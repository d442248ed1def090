"""Every test that takes `database`, `world` or `inro` runs on both engines. A missing engine is an error, not a skip.

`database` is shared by the tests of a process: each makes organizations of its own, which is what tenants are for.
`fresh_database` belongs to one test, for what is global (the queue, migrations, the file itself).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Client
from postgres import Server, ensure_server
from r0_client import R0
from world import World, make_world

from coterie.app import create_app
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate

ENGINES = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    # with xdist the controller starts the server its workers share
    if getattr(config.option, "numprocesses", None):
        ensure_server()


@pytest.fixture(scope="session")
def postgres() -> Server:
    return ensure_server()


def _url(engine: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder}/coterie.sqlite3"
    server: Server = request.getfixturevalue("postgres")
    return server.create_database()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def settings(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    folder = tmp_path_factory.mktemp(engine)
    return load_settings(
        {}, data=str(folder), database_url=_url(engine, folder, request), database_connections=4, log_requests=False
    )


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def fresh_settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    return load_settings({}, data=str(tmp_path), database_url=_url(engine, tmp_path, request), database_connections=4)


@pytest.fixture
def fresh_database(fresh_settings: Settings) -> Iterator[Database]:
    database = open_database(fresh_settings)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


@pytest.fixture(scope="session")
def client(database: Database, settings: Settings) -> Iterator[Client]:
    """The whole application, called in this process; every answer is checked against the contract's document."""
    client = Client(create_app(database, settings))
    yield client
    client.close()


@pytest.fixture
def inro(client: Client, world: World) -> Client:
    """The application as Alice's programs call it."""
    return client.with_token(world.alice_token)


@pytest.fixture
def r0(client: Client, world: World) -> R0:
    """R0's contract below Alice's organization, with her token."""
    return R0(client.with_token(world.alice_token), f"/api/v1/orgs/{world.organization.uuid}")
