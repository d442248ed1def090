"""Real servers, and an instance that may call them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from remote.books import allowing
from remote.scripted import Scripted
from remote.servers import Server, radicale, xandikos
from world import World, make_world

from coterie.settings import Settings
from coterie.store.database import open_database


@pytest.fixture(params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A book on a real server, of each kind."""
    with {"radicale": radicale, "xandikos": xandikos}[request.param](tmp_path / "server") as running:
        yield running


@pytest.fixture
def subscriber(settings: Settings) -> Iterator[World]:
    """A small world whose instance may call loopback."""
    database = open_database(allowing(settings))
    yield make_world(database)
    database.close()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A book on a server that misbehaves on request."""
    server = Scripted()
    yield server
    server.close()
