"""The pages as a person sees them: a real browser against a real server, large and small, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_pages import WIDTHS, Instance, Watched, open_page, serving
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow
# of each contract an operation of two nouns, open, and an error
FEW_OPERATIONS = """() => {
  for (const article of document.querySelectorAll("article"))
    for (const section of [...article.querySelectorAll("section")].slice(2, -1)) section.remove();
  for (const list of document.querySelectorAll(".reference section, .errors, .operations")) {
    const [first, ...others] = list.querySelectorAll(":scope > .operation, :scope > .response, :scope > li");
    for (const each of others) each.remove();
    if (first?.matches("details")) first.open = true;
  }
  // a link that is half below the header at the top is too small for axe
  window.scrollTo(0, 0);
}"""


def nobody(address: str) -> Instance:
    """An instance, for a browser in which nobody is signed in."""
    return Instance(address, "", "", state={"cookies": [], "origins": []})


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty instance."""
    with serving(tmp_path_factory.mktemp("pages")) as (address, _):
        yield address


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Watched]:
    """A window in which nobody is signed in."""
    context, watched = open_page(browser, nobody(address))
    yield watched
    context.close()


def test_the_start_page_of_an_empty_instance_says_how_to_set_it_up(visitor: Watched) -> None:
    visitor.visit_everywhere("/")
    page = visitor.page
    for width in WIDTHS:
        visitor.resize(width)
        expect(page.get_by_text("not set up yet")).to_be_visible()
        expect(page.get_by_text("coterie bootstrap")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile("reference", re.I)).first).to_be_visible()
    page.get_by_role("link", name=re.compile("reference", re.I)).first.click()
    expect(page).to_have_url(re.compile("/reference$"))


def test_the_pages_of_a_new_owner_and_the_removal_of_the_demo_world(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as (address, set_up):
        context, app = open_page(browser, nobody(address))
        page = app.page
        app.visit_everywhere(set_up.removeprefix(address))
        for label, text in (("Name of your", "Evergreen Terrace"), ("Your first name", "Marge"),
                            ("Your e-mail", "marge@example.org"), ("Password", "blue hair for ever")):  # fmt: skip
            page.get_by_label(label).fill(text)
        page.get_by_label("Show what I type").check()
        expect(page.get_by_label("Password")).to_have_attribute("type", "text")
        page.get_by_role("button", name="Set up").click()
        page.wait_for_url("**/1/welcome")
        app.check_everywhere()
        # nobody is in the book: both pages offer to look around
        for path in ("/1/today", "/1/people"):
            app.visit_everywhere(path)
            expect(page.get_by_role("button", name="Look around")).to_be_visible()
        page.get_by_role("button", name="Look around").click()
        page.wait_for_url("**/2/today")
        app.visit_everywhere("/2/settings/organization")
        page.get_by_role("button", name="Remove Springfield").click()
        page.wait_for_url("**/1/today")
        expect(page.locator(".toast")).to_contain_text("Springfield was removed")
        app.check_everywhere()
        context.close()


def test_the_reference_shows_an_operation_with_its_curl_line(visitor: Watched) -> None:
    visitor.visit_everywhere("/reference", axe=False)
    operation = visitor.page.locator("details", has_text="/api/v1/contacts/search").first
    operation.locator("summary").first.click()
    for width in WIDTHS:
        visitor.resize(width)
        expect(operation.get_by_text(re.compile("curl")).first).to_be_visible()
    # of 400 operations that look the same, axe reads some: all of them would take minutes
    visitor.page.evaluate(FEW_OPERATIONS)
    visitor.check_everywhere()


def test_each_page_is_styled_by_its_own_server(visitor: Watched) -> None:
    visitor.visit("/", axe=False)
    for dark in (False, True):
        visitor.page.emulate_media(color_scheme="dark" if dark else "light")
        background = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")


def test_an_open_menu_stays_where_it_is_while_a_slow_phone_reads_the_page(app: Watched) -> None:
    app.resize(360)
    app.page.context.new_cdp_session(app.page).send("Emulation.setCPUThrottlingRate", {"rate": 8})
    app.visit("/1/people?field=tag&filter=name:a%20-tag:x", axe=False)


def test_the_folder_of_pages_holds_no_foreign_address() -> None:
    folder = Path(__file__).parents[3] / "coterie" / "web"
    texts = [path.read_text("utf-8") for kind in ("*.html", "*.css", "*.js") for path in folder.rglob(kind)]
    assert texts
    assert not any(re.search(r"(src|href)=\"https?://|url\(\s*['\"]?https?://|@import", text) for text in texts)
