"""Real servers, and an instance that may call them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from copied_worlds import worlds_in
from remote.books import allowing
from remote.scripted import Scripted
from remote.servers import Server, radicale, xandikos
from world import World

from coterie.settings import Settings
from coterie.store.database import Database, open_database


@pytest.fixture(params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A book on a real server, of each kind."""
    with {"radicale": radicale, "xandikos": xandikos}[request.param](tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="session")
def calling_database(settings: Settings) -> Iterator[Database]:
    """The shared database, of an instance that may call loopback."""
    database = open_database(allowing(settings))
    yield database
    database.close()


@pytest.fixture
def subscriber(calling_database: Database) -> World:
    """A small world whose instance may call loopback."""
    return worlds_in(calling_database).next()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A book on a server that misbehaves on request."""
    server = Scripted()
    yield server
    server.close()
