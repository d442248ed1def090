"""Devices of the small world."""

import pytest
from carddav.dav_client import Dav, new_device
from client import Client
from world import World


@pytest.fixture
def dav(client: Client, world: World) -> Dav:
    """Alice's phone."""
    return new_device(client, world.database, world.alice)


@pytest.fixture
def bobs(client: Client, world: World) -> Dav:
    """Bob's phone, in Alice's organization."""
    return new_device(client, world.database, world.bob)


@pytest.fixture
def charlies(client: Client, world: World) -> Dav:
    """A phone of another organization."""
    return new_device(client, world.database, world.charlie)
