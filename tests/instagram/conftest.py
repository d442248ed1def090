"""These tests share a database of their own: they let a worker do whatever waits in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Client
from graph_server import GraphServer
from instagram_world import SECRET, VERIFY_TOKEN, connect
from world import World

from coterie.app import create_app
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate


@pytest.fixture(scope="session")
def settings(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    folder: Path = tmp_path_factory.mktemp(f"instagram-{engine}")
    url = f"sqlite:///{folder}/coterie.sqlite3"
    if engine == "postgresql":
        url = request.getfixturevalue("postgres").create_database()
    return load_settings(
        {},
        data=str(folder),
        database_url=url,
        database_connections=4,
        log_requests=False,
        instagram_app_secret=SECRET,
        instagram_verify_token=VERIFY_TOKEN,
    )


# what depends on the settings of the session must be here too, or it would be the one other tests have made


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def client(database: Database, settings: Settings) -> Iterator[Client]:
    client = Client(create_app(database, settings))
    yield client
    client.close()


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    """A stand-in for the Graph API of which nobody asked anything yet."""
    server = GraphServer()
    yield server
    server.close()


@pytest.fixture
def account(database: Database, settings: Settings, world: World, graph: GraphServer) -> str:
    """An Instagram account of Alice's organization; its Graph is the stand-in."""
    return connect(database, settings, world, graph.url)
