"""The pages as a person sees them: a real browser against a real server, large and small, light and dark."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import launched
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty instance."""
    folder = tmp_path_factory.mktemp("pages")
    environment = {**os.environ, "COTERIE_DATA": str(folder)}
    command = [sys.executable, "-m", "coterie", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if found := re.search(r'"url":"([^"]+)"', line):
                yield found[1]
                break
        server.terminate()
        server.stderr.read()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in ("light", "dark")], ids="-".join)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page that notes every request it makes and every complaint of the browser."""
    size, scheme = request.param
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    yield page
    context.close()


def visit(page: Page, address: str) -> None:
    """Open a page; it may ask only its own server, and the browser may have nothing to complain about."""
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    response = page.goto(address)
    assert response is not None and response.ok
    origin = "/".join(address.split("/")[:3])
    assert [url for url in requests if not url.startswith((origin, "data:"))] == []
    assert complaints == []
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"the page scrolls {width} pixels sideways"


def test_the_start_page_of_an_empty_instance_says_how_to_set_it_up(page: Page, address: str) -> None:
    visit(page, address)
    expect(page.get_by_text("not set up yet")).to_be_visible()
    expect(page.get_by_text("coterie bootstrap")).to_be_visible()
    page.get_by_role("link", name=re.compile("reference", re.I)).first.click()
    expect(page).to_have_url(re.compile("/reference$"))


def test_the_reference_shows_an_operation_with_its_curl_line(page: Page, address: str) -> None:
    visit(page, address + "/reference")
    operation = page.locator("details", has_text="/api/v1/contacts/search").first
    operation.locator("summary").first.click()
    expect(operation.get_by_text(re.compile("curl")).first).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_each_page_is_styled_by_its_own_server(page: Page, address: str) -> None:
    visit(page, address)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")


def test_the_folder_of_pages_holds_no_foreign_address() -> None:
    folder = Path(__file__).parents[2] / "coterie" / "web"
    texts = [path.read_text("utf-8") for kind in ("*.html", "*.css", "*.js") for path in folder.rglob(kind)]
    assert texts
    assert not any(re.search(r"(src|href)=\"https?://|url\(\s*['\"]?https?://|@import", text) for text in texts)
