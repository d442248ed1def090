"""Without a mouse: a file is imported, its person found, merged with another, un-merged, and the import undone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_pages import Instance, Watched, open_page, running
from browser import launched
from playwright.sync_api import Browser, Locator, expect

pytestmark = pytest.mark.slow

CARD = """BEGIN:VCARD
VERSION:3.0
FN:Homer Thompson
NICKNAME:Max Power
TEL:(800) 555-5556
EMAIL:max.power@example.org
END:VCARD
"""
SECONDS = 30_000


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running(tmp_path_factory.mktemp("story")) as instance:
        yield instance


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def press(app: Watched, control: Locator) -> None:
    """Presses a link or button by its key."""
    control.focus()
    app.page.keyboard.press("Enter")


def go(app: Watched, keys: str) -> None:
    """Goes to a place by two letters."""
    app.page.locator("body").press(keys[0])
    app.page.keyboard.press(keys[1])


@pytest.mark.parametrize("width", [1440, 360])
def test_import_find_merge_unmerge_undo(browser: Browser, instance: Instance, tmp_path: Path, width: int) -> None:
    context, app = open_page(browser, instance, viewport={"width": width, "height": 800})
    page, card = app.page, tmp_path / "max.vcf"
    card.write_text(CARD)

    app.visit("/1/today", axe=False)
    go(app, "gi")
    page.wait_for_url("**/imports")
    with page.expect_file_chooser() as chooser:
        press(app, page.locator("#file"))
    chooser.value.set_files(card)
    press(app, page.get_by_role("button", name="Upload"))
    new = page.get_by_role("button", name="Somebody new")
    expect(new).to_be_visible(timeout=SECONDS)
    app.check()
    press(app, new)
    expect(new).to_have_attribute("aria-pressed", "true")
    press(app, page.get_by_role("button", name="Apply"))
    undo_import = page.get_by_role("button", name="Undo the import")
    expect(undo_import).to_be_visible(timeout=SECONDS)
    imported = page.url

    app.visit("/1/people", axe=False)
    page.locator("body").press("/")
    page.keyboard.type("max power")
    expect(page.locator(".person-row")).to_have_count(1, timeout=SECONDS)
    press(app, page.locator(".person-row a").first)
    page.wait_for_url(re.compile(r"/people/\d+(\?.*)?$"))
    person = page.url

    go(app, "gd")
    press(app, page.get_by_role("button", name=re.compile("Look for duplicates|Compare everybody")))
    pair = page.locator(".two-people a").filter(has_text="Homer Thompson").first
    expect(pair).to_be_visible(timeout=SECONDS)
    app.check()
    press(app, pair)
    expect(page.get_by_role("heading", level=1)).to_have_text("One person or two?")
    app.check()
    page.locator("body").press("m")
    expect(page.locator(".toast")).to_contain_text("Merged into")
    app.check()
    page.locator("body").press("z")
    expect(page.locator(".toast")).to_contain_text("Undone", timeout=SECONDS)
    app.visit(person.removeprefix(instance.address), axe=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Homer Thompson")

    app.visit(imported.removeprefix(instance.address), axe=False)
    press(app, undo_import)
    expect(page.get_by_text("Undone.")).to_be_visible(timeout=SECONDS)
    assert page.request.get(person).status == 404
    context.close()
