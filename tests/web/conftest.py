"""Visitors of the pages, on both engines."""

import pytest
from client import Client
from visitor import Visitor
from world import World

from coterie.actions import logins
from coterie.model.login_attempts import LoginAttempts


@pytest.fixture(autouse=True)
def no_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own count of failed logins: all of them come from one address."""
    monkeypatch.setattr(logins, "_attempts", LoginAttempts())


@pytest.fixture
def visitor(client: Client) -> Visitor:
    """Nobody in particular."""
    return Visitor(client.with_token(None))


@pytest.fixture
def alice(visitor: Visitor, world: World) -> Visitor:
    """Alice, signed in."""
    response = visitor.sign_in(world.alice_email)
    assert response.status == 303, response.body
    return visitor
