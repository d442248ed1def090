"""A new user, from the first start to a merged and un-merged duplicate: by keyboard alone, and by finger on a phone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from app_pages import Instance, Watched, open_page, serving
from playwright.sync_api import Browser, Locator, expect

pytestmark = pytest.mark.slow

TABLE = """Name,Telephone,Mail,Born,Shoe
Homer Simpson,(800) 555-5556,homer@example.org,1980-{birthday:%m-%d},47
Lisa Simpson,(800) 555-5557,lisa@example.org,,36
"""
CARD = """BEGIN:VCARD
VERSION:3.0
FN:Homer Thompson
NICKNAME:Max Power
TEL:(800) 555-5556
EMAIL:max.power@example.org
END:VCARD
"""
STOPS_MAX = 90
# what the keyboard is on: whether it is the element, or why a person could not see it
STOP = """(wanted) => {
  const stop = document.activeElement;
  if (stop === document.body) return "nothing has the focus";
  const box = stop.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + Math.min(box.height / 2, 20);
  const top = document.elementFromPoint(x, y);
  if (!top || !(stop.contains(top) || top.contains(stop))) return `${stop.outerHTML.slice(0, 200)} is hidden`;
  if (parseFloat(getComputedStyle(stop).outlineWidth) < 2) return `${stop.outerHTML.slice(0, 200)} has no ring`;
  return stop === wanted ? "there" : "";
}"""


class Hand(Protocol):
    """How a person uses a page."""

    def use(self, control: Locator) -> None: ...
    def write(self, field: Locator, text: str) -> None: ...
    def go(self, place: str) -> None: ...
    def search(self, text: str) -> None: ...
    def undo(self) -> None: ...


class Keys:
    """By keyboard alone: Tab to it, every stop in view and with a ring; then Enter, or the key of the help page."""

    def __init__(self, app: Watched) -> None:
        self._app, self._page = app, app.page

    def reach(self, control: Locator) -> None:
        control.wait_for()
        self._app.settle()
        for _ in range(STOPS_MAX):
            stop = control.evaluate(STOP)
            if stop == "there":
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"{control} is not reached by Tab")

    def use(self, control: Locator) -> None:
        self.reach(control)
        self._page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self._page.keyboard.type(text)

    def go(self, place: str) -> None:
        self._app.settle()
        # the second key counts only soon after the first
        self._page.keyboard.type("g" + place[0].lower())
        self._page.wait_for_url(f"**/{place.lower()}")

    def search(self, text: str) -> None:
        self._page.keyboard.press("/")
        self._page.keyboard.type(text)

    def undo(self) -> None:
        self._page.keyboard.press("z")


class Finger:
    """By touch: everything that is tapped is at least as high as a fingertip."""

    def __init__(self, app: Watched) -> None:
        self._app, self._page = app, app.page

    def use(self, control: Locator) -> None:
        control.wait_for()
        self._app.settle()
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 24 and (box["height"] >= 44 or not control.evaluate("(e) => e.matches('button')"))
        control.tap()

    def write(self, field: Locator, text: str) -> None:
        self.use(field)
        self._page.keyboard.type(text)

    def go(self, place: str) -> None:
        bar = self._page.get_by_role("navigation", name="Main on small screens")
        if place in ("Today", "People", "Imports"):
            self.use(bar.get_by_role("link", name=place))
        else:
            self.use(bar.get_by_role("link", name="More"))
            self.use(self._page.locator("main").get_by_role("link", name=place))
        self._page.wait_for_url(f"**/{place.lower()}")

    def search(self, text: str) -> None:
        self.write(self._page.get_by_role("searchbox"), text)

    def undo(self) -> None:
        self.use(self._page.locator(".toast").get_by_role("button", name="Undo"))


@pytest.mark.parametrize("by", [Keys, Finger])
def test_from_the_first_start_to_people_who_are_known(
    browser: Browser, tmp_path: Path, by: type[Keys | Finger]
) -> None:
    is_phone = by is Finger
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True} if is_phone else {}
    with serving(tmp_path / "data") as (address, set_up):
        nobody = Instance(address, "", "", state={"cookies": [], "origins": []})
        context, app = open_page(browser, nobody, **options)
        hand = by(app)
        app.visit(set_up.removeprefix(address))
        _set_up(app, hand)
        _import_a_table(app, hand, tmp_path)
        _find_and_log(app, hand)
        imported = _import_a_second_one(app, hand, tmp_path)
        _merge_and_unmerge(app, hand)
        hand.go("Today")
        expect(app.page.locator(".is-today, li", has_text="Homer Simpson").last).to_contain_text("In 3 days")
        app.check()
        app.visit(imported, axe=False)
        hand.use(app.page.get_by_role("button", name="Undo the import"))
        expect(app.page.get_by_text("Undone.")).to_be_visible()
        app.check()
        context.close()


def _set_up(app: Watched, hand: Hand) -> None:
    page = app.page
    for label, text in (("Name of your", "Springfield"), ("Your first name", "Marge"),
                        ("Your e-mail", "marge@example.org"), ("Password", "blue hair for ever")):  # fmt: skip
        hand.write(page.get_by_label(label), text)
    hand.use(page.get_by_role("button", name="Set up"))
    hand.use(page.get_by_role("link", name="Import my contacts"))


def _choose(app: Watched, hand: Hand, file: Path) -> None:
    with app.page.expect_file_chooser() as chooser:
        hand.use(app.page.locator("#file"))
    chooser.value.set_files(file)
    hand.use(app.page.get_by_role("button", name="Upload"))


def _import_a_table(app: Watched, hand: Hand, folder: Path) -> None:
    """A table, whose columns are corrected before it is applied."""
    page, table = app.page, folder / "people.csv"
    table.write_text(TABLE.format(birthday=datetime.now(UTC) + timedelta(days=3)))
    _choose(app, hand, table)
    hand.use(page.get_by_role("link", name="Columns"))
    app.check()
    hand.use(page.get_by_role("button", name="Read with these columns"))
    hand.use(page.get_by_role("button", name="Apply"))
    # the count is there while the import runs too; the page is loaded once more at its end
    page.get_by_role("button", name="Undo the import").wait_for()
    expect(page.get_by_text("2 people added")).to_be_visible()
    app.check()


def _find_and_log(app: Watched, hand: Hand) -> None:
    page = app.page
    hand.go("People")
    hand.search("lisa")
    expect(page.locator(".person-row")).to_have_count(1)
    hand.use(page.get_by_role("link", name="Lisa Simpson"))
    page.wait_for_url(re.compile(r"/people/\d+(\?.*)?$"))
    hand.use(page.locator(".verbs").get_by_role("link", name="Log"))
    hand.write(page.get_by_label("What about"), "The saxophone")
    hand.use(page.get_by_role("button", name="Log"))
    expect(page.get_by_text("The saxophone")).to_be_visible()
    app.check()


def _import_a_second_one(app: Watched, hand: Hand, folder: Path) -> str:
    """A card with the number of somebody who is known, taken as somebody new; returns the path of the import."""
    page, card = app.page, folder / "max.vcf"
    card.write_text(CARD)
    hand.go("Imports")
    _choose(app, hand, card)
    new = page.get_by_role("button", name="New person")
    hand.use(new)
    expect(new).to_have_attribute("aria-pressed", "true")
    app.check()
    hand.use(page.get_by_role("button", name="Apply"))
    page.get_by_role("button", name="Undo the import").wait_for()
    return page.url.removeprefix(app.instance.address)


def _merge_and_unmerge(app: Watched, hand: Hand) -> None:
    page = app.page
    hand.go("Duplicates")
    with page.expect_navigation():
        hand.use(page.get_by_role("button", name=re.compile("Look for duplicates|Compare everybody")))
    # the page is loaded once more when everybody was compared, and has this button then
    expect(page.get_by_role("button", name="Compare everybody again")).to_be_visible()
    pair = page.locator(".two-people a").filter(has_text="Homer Thompson")
    expect(pair).to_be_visible()
    app.check()
    hand.use(pair)
    expect(page.get_by_role("heading", level=1)).to_have_text("One person or two?")
    app.check()
    hand.use(page.get_by_role("button", name="Merge"))
    expect(page.locator(".toast")).to_contain_text("Merged into")
    app.hold_message()
    app.check()
    hand.undo()
    expect(page.locator(".toast")).to_contain_text("Undone")
    hand.go("People")
    expect(page.locator(".person-row")).to_have_count(3)
