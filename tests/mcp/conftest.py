"""The door of assistants in this process, and as a real server for the official client."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from client import Client
from mcp.mcp_calls import Mcp
from world import World

from coterie.actions.access_tokens import insert_token
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import open_database


@pytest.fixture
def mcp(client: Client, world: World) -> Mcp:
    """Alice's assistant, which may change contacts."""
    return Mcp(client, world.alice_token)


@pytest.fixture
def reader(client: Client, world: World) -> Mcp:
    """An assistant of Alice that may only read."""
    return Mcp(client, read_only_token(world))


def read_only_token(world: World) -> str:
    with world.database.write() as tx:
        return insert_token(
            tx, world.organization.id, user_id=world.alice.user_id or "", name="reader", scopes=("contacts:read",)
        )[1]


@pytest.fixture
def server(settings: Settings, world: World) -> Iterator[str]:
    """The address of a server of the world's database, on a free port."""
    app = create_app(open_database(settings), settings)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join()
