"""Visitors of the pages, on both engines."""

import pytest
from client import Client
from visitor import Visitor
from world import World

from coterie.actions import logins
from coterie.actions.sessions import sign_in
from coterie.model.login_attempts import LoginAttempts
from coterie.web.cookies import SESSION
from coterie.web.page import VIA


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
    """Alice, signed in: her session is as the page makes it (test_sessions.py), which takes two requests."""
    with world.database.write() as tx:
        visitor.cookies[SESSION], _ = sign_in(tx, world.alice.user_id or "", "", VIA)
    return visitor
