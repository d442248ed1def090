"""Visitors of the pages, on both engines, and a browser with an instance of the demo world."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_pages import Demo, Instance, Watched, make_demo, open_page, running
from browser import launched
from client import Client
from playwright.sync_api import Browser
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser, with a context for each page. It ends with its module: its driver has the thread's loop."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo world, made once; each instance has a copy."""
    return make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the instance of a module."""
    return tmp_path_factory.mktemp("instance") / "data"


@pytest.fixture(scope="module")
def instance(demo: Demo, folder: Path) -> Iterator[Instance]:
    """An instance with the demo world, which the tests of a module share."""
    with running(folder, demo) as instance:
        yield instance


@pytest.fixture
def app(browser: Browser, instance: Instance) -> Iterator[Watched]:
    """A large window of the instance, signed in."""
    context, watched = open_page(browser, instance)
    yield watched
    context.close()


@pytest.fixture
def alice(visitor: Visitor, world: World) -> Visitor:
    """Alice, signed in."""
    response = visitor.sign_in(world.alice_email)
    assert response.status == 303, response.body
    return visitor
