"""A disk without space: the caller learns that the instance is unavailable, and what was there stays."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from client import Client
from r0_client import R0
from test_r0_imports import FILE, names, upload
from world import World

from coterie.app import create_app
from coterie.settings import Settings


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def r0(world: World, fresh_settings: Settings) -> Iterator[R0]:
    client = Client(create_app(world.database, fresh_settings))
    yield R0(client.with_token(world.alice_token), f"/api/v1/orgs/{world.organization.uuid}")
    client.close()


@contextmanager
def file_size_limit(byte_count: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes, as on a disk without space."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_upload_that_cannot_be_stored_is_answered_503(r0: R0) -> None:
    with file_size_limit(256 * 1024):
        response = upload(r0, FILE + "x" * 1_000_000)
    assert (response.status, response.json) == (503, {"error": "The disk is full or not writable"})
    assert upload(r0, FILE).status == 200
    assert "Marge Simpson" in names(r0)
