"""One browser for all tests of this folder, and one instance of the demo world for those that leave it as it was."""

from collections.abc import Iterator

import pytest
from app_pages import Demo, Instance, Watched, make_demo, open_page, running
from browser import launched
from playwright.sync_api import Browser


# with scope "package" it ends before the first test of another folder: its driver has the thread's event loop
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real browser."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo world, made once; each instance has a copy."""
    return make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="package")
def shared_instance(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running(tmp_path_factory.mktemp("instance") / "data", demo) as instance:
        yield instance


@pytest.fixture(scope="module")
def instance(shared_instance: Instance) -> Instance:
    """An instance with the demo world, which modules share. A module that disturbs others has its own."""
    return shared_instance


@pytest.fixture(scope="module")
def signed_in(browser: Browser, instance: Instance) -> Iterator[Watched]:
    """A window that is signed in, for the tests of a module: opening one takes longer than most tests."""
    context, watched = open_page(browser, instance)
    yield watched
    context.close()


@pytest.fixture
def app(signed_in: Watched) -> Iterator[Watched]:
    """A large tab of the instance, signed in."""
    watched = signed_in.new_tab()
    yield watched
    watched.page.close()
