"""These tests share a database of their own: they let a worker do whatever waits in it."""

from collections.abc import Iterator

import pytest
from client import Client
from databases import make_settings
from graph_server import GraphServer
from instagram_world import SECRET, VERIFY_TOKEN, connect
from world import World

from coterie.app import create_app
from coterie.graph import client as graph_client
from coterie.settings import Settings
from coterie.store.database import Database, open_database


@pytest.fixture(scope="session")
def settings(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    folder = tmp_path_factory.mktemp(f"instagram-{engine}")
    return make_settings(
        engine, folder, request, log_requests=False, instagram_app_secret=SECRET, instagram_verify_token=VERIFY_TOKEN
    )


# fixtures of the session that depend on `settings` are repeated here, or they would be those of all other tests


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture(scope="session")
def client(database: Database, settings: Settings) -> Iterator[Client]:
    client = Client(create_app(database, settings))
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_client, "RETRY_SECONDS", 0.01)


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
