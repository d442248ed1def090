"""The list of people in a browser: hundreds of rows, by wheel, by keyboard, there and back."""

import re
from collections.abc import Iterator

import pytest
from app_pages import Demo, Instance, Watched, open_page, running, sign_in
from playwright.sync_api import Browser, Route, expect

from coterie.actions.callers import caller_for
from coterie.actions.contacts import create_contact
from coterie.settings import load_settings
from coterie.store.database import open_database

pytestmark = pytest.mark.slow

COUNT = 700
# htmx starts by a timer without a delay: it waits until the test says so
LATE = """const { setTimeout } = window;
window.setTimeout = (act, delay, ...more) =>
  delay === undefined ? addEventListener("late", act, { once: true }) : setTimeout(act, delay, ...more);"""
PERSON = re.compile(r"/people/\d+(\?|$)")


@pytest.fixture(scope="module")
def instance(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The demo world, and 700 people whose names come last."""
    with running(tmp_path_factory.mktemp("people") / "data", demo) as instance:
        database = open_database(load_settings({}, data=str(instance.folder)))
        with database.write() as tx:
            caller = caller_for(tx, 1, user_id=None, via="cli")
            for number in range(COUNT):
                create_contact(tx, caller, {"real_name": f"Zed {number:03}"})
        database.close()
        yield instance


def scroll_to(app: Watched, share: float) -> int:
    """Scrolls to a part of the list; returns the number of its first row in view once the page knows it."""
    before = app.page.url
    app.page.evaluate(f"window.scrollTo(0, document.documentElement.scrollHeight * {share})")
    expect(app.page).not_to_have_url(before)
    app.settle()
    return int(app.page.url.rpartition("=")[2])


def open_filter(app: Watched) -> None:
    """Opens the menu of filters by keyboard, on a page that is at rest."""
    app.settle()
    app.page.get_by_text("Filter", exact=True).press("Enter")
    expect(app.page.get_by_label("As one line")).to_be_visible()


def test_the_list_is_as_long_as_it_is_and_few_rows_are_in_the_document(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    rows = app.page.locator(".person-row")
    expect(rows).to_have_count(120)
    # three windows of 60 rows, none of them the last one
    for share in (0.5, 0.2, 0.8):
        first = scroll_to(app, share)
        expect(app.page.locator(f"[aria-rowindex='{first + 8}']")).to_be_in_viewport()
        expect(rows).to_have_count(180)
    scroll_to(app, 1)
    expect(app.page.get_by_role("link", name=f"Zed {COUNT - 1}")).to_be_visible()
    assert app.page.evaluate("window.shift") < 0.02
    app.check()


def test_a_printed_list_is_as_long_as_its_rows(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    app.page.emulate_media(media="print")
    height, rows = app.page.locator(".people-list").evaluate(
        "list => [list.offsetHeight, list.querySelectorAll('.person-row')]"
        ".map(each => each.length ? [...each].reduce((sum, row) => sum + row.offsetHeight, 0) : each)"
    )
    assert rows <= height < rows + 200
    expect(app.page.get_by_role("searchbox")).to_be_hidden()
    expect(app.page.locator(".c-pick input").first).to_be_hidden()
    app.page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [1440, 360])
def test_text_of_twice_the_size_is_not_cut(app: Watched, width: int) -> None:
    app.resize(width)
    app.visit("/1/people", axe=False)
    app.page.evaluate("document.documentElement.style.fontSize = '200%'; dispatchEvent(new Event('resize'))")
    cut = app.page.locator(".bottom, .bottom a, .avatar, .person-row").evaluate_all(
        "all => all.filter(each => each.scrollHeight > each.clientHeight + 1 || each.matches('.bottom a, .avatar')"
        " && each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML.slice(0, 90))"
    )
    assert cut == []
    if width == 360:
        second = app.page.locator(".person-row").filter(has_text="@").first
        name, line = second.locator(".c-name").bounding_box(), second.locator(":scope > :nth-child(3)").bounding_box()
        assert name and line and name["y"] + name["height"] <= line["y"] + 1
    app.check(axe=False)


@pytest.mark.parametrize("width", [1440, 360])
def test_back_and_reload_show_the_same_rows(browser: Browser, instance: Instance, width: int) -> None:
    context, app = open_page(browser, instance, viewport={"width": width, "height": 800})
    app.visit("/1/people", axe=False)
    number = scroll_to(app, 0.6)
    link = app.page.locator(f"[aria-rowindex='{number + 8}'] .c-name a")
    # a row outside the window is not rendered: it has a text, but none that is shown
    name = link.text_content()
    assert name
    link.click()
    app.page.wait_for_url(PERSON)
    app.page.go_back()
    expect(app.page.get_by_role("link", name=name)).to_be_in_viewport()
    app.page.reload()
    expect(app.page.get_by_role("link", name=name)).to_be_in_viewport()
    assert app.page.evaluate("window.shift") < 0.02
    app.check()
    context.close()


def test_the_cursor_goes_anywhere_and_the_list_is_one_stop(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    keys = app.page.keyboard
    app.page.get_by_role("heading", level=1).click()
    for _ in range(3):
        keys.press("j")
    focused = app.page.locator(".person-row a:focus")
    expect(focused).to_be_in_viewport()
    keys.press("End")
    expect(focused).to_have_text(f"Zed {COUNT - 1}")
    keys.press("k")
    expect(focused).to_have_text(f"Zed {COUNT - 2}")
    expect(app.page.locator(".person-row :is(a, input):not([tabindex='-1'])")).to_have_count(2)
    app.settle()
    keys.press("Enter")
    app.page.wait_for_url(PERSON)
    app.page.go_back()
    app.page.wait_for_url("**/people?*")
    keys.press("j")
    expect(focused).to_be_in_viewport()


def test_a_search_is_in_the_address(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    app.page.get_by_role("searchbox").fill("zed 07")
    app.page.wait_for_url("**q=zed*")
    app.settle()
    app.page.reload()
    expect(app.page.get_by_role("searchbox")).to_have_value("zed 07")
    expect(app.page.get_by_role("link", name="Zed 070")).to_be_visible()


def test_what_is_typed_before_the_page_has_started_is_searched(app: Watched) -> None:
    page = app.new_tab().page
    page.add_init_script(LATE)
    page.goto(f"{app.instance.address}/1/people")
    page.keyboard.type("/zed 07")
    page.evaluate("dispatchEvent(new Event('late'))")
    page.wait_for_url("**q=zed*")
    page.goto(f"{app.instance.address}/1/today")
    page.keyboard.press("Control+k")
    page.evaluate("dispatchEvent(new Event('late'))")
    expect(page.get_by_role("option").first).to_be_visible()
    page.close()


def test_columns_are_chosen(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    app.page.get_by_text("Columns", exact=True).click()
    app.check()
    app.page.get_by_role("checkbox", name="Work").uncheck()
    app.page.get_by_role("checkbox", name="Birthday").check()
    app.page.get_by_role("button", name="Show these").click()
    heads = app.page.get_by_role("columnheader")
    expect(heads).to_have_text(["Select", "Name", "Reach", "Tags", "Birthday", "Changed"])
    app.check()


def test_a_filter_is_built_and_saved_by_keyboard(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    keys = app.page.keyboard
    open_filter(app)
    app.page.get_by_label("Only people whose").select_option("last_touch")
    expect(app.page.get_by_label("Comparison")).to_contain_text("longer ago than")
    app.check()
    app.page.get_by_label("Only people whose").select_option("name")
    expect(app.page.get_by_label("Comparison")).to_contain_text("does not contain")
    app.settle()
    app.page.get_by_label("Value", exact=True).focus()
    keys.type("homer")
    keys.press("Enter")
    chip = app.page.get_by_role("link", name="Remove the filter Name contains homer")
    expect(chip).to_be_visible()
    open_filter(app)
    app.page.get_by_label("Save as a segment").focus()
    keys.type("Homers")
    keys.press("Enter")
    expect(app.page.get_by_role("link", name="Remove the filter Segment is Homers")).to_be_visible()
    app.check()
    app.visit("/1/segments")
    app.page.get_by_role("link", name="Edit Homers").click()
    app.page.wait_for_url(re.compile(r"/segments/\d+$"))
    app.check()
    app.page.go_back()
    app.page.get_by_role("link", name="Homers", exact=True).click()
    expect(app.page.locator(".person-row")).to_have_count(1)


def test_found_filtered_saved_selected_tagged_and_undone_without_a_mouse(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    keys = app.page.keyboard
    # a list that was just swapped in, before any event says so
    app.page.evaluate("let list = document.querySelector('.people-list'); list.replaceWith(list.cloneNode(true))")
    keys.press("j")
    expect(app.page.locator(".person-row .c-name a").first).to_be_focused()
    keys.press("/")
    keys.type("zed")
    app.page.wait_for_url("**q=zed")
    expect(app.page.locator(".people-count")).to_contain_text("700")
    keys.press("Enter")
    expect(app.page.locator(".person-row .c-name a").first).to_be_focused()
    open_filter(app)
    app.page.get_by_label("As one line").focus()
    keys.type("name:zed")
    keys.press("Enter")
    app.page.wait_for_url("**filter=name*")
    open_filter(app)
    app.page.get_by_label("Save as a segment").focus()
    keys.type("All Zeds")
    keys.press("Enter")
    app.page.wait_for_url("**segment*")
    app.settle()
    keys.type("jjx*a")
    expect(app.page.get_by_text("700 selected")).to_be_visible()
    keys.press("x")
    expect(app.page.get_by_text("699 selected")).to_be_visible()
    app.check()
    keys.press("t")
    expect(app.page.locator("#selected-tag")).to_be_focused()
    keys.type("Reached")
    keys.press("Enter")
    expect(app.page.locator(".toast").last).to_contain_text("699 people changed")
    expect(app.page.locator(".person-row a:focus")).to_be_in_viewport()
    app.hold_message()
    expect(app.page.locator(".person-row .chip", has_text="Reached").first).to_be_visible()
    app.settle()
    keys.press("z")
    expect(app.page.locator(".toast").last).to_contain_text("700 changes undone")
    expect(app.page.locator(".person-row .chip", has_text="Reached")).to_have_count(0)
    app.check(axe=False)


def test_the_palette_goes_anywhere_by_keyboard(app: Watched) -> None:
    app.visit("/1/today", axe=False)
    keys = app.page.keyboard
    keys.press("Control+k")
    expect(app.page.get_by_role("combobox", name="People, pages and actions")).to_be_focused()
    expect(app.page.get_by_role("option").first).to_be_visible()
    app.check()
    keys.type("moe szy")
    expect(app.page.get_by_role("option").first).to_contain_text("Moe Szyslak")
    app.settle()
    keys.press("Enter")
    app.page.wait_for_url(re.compile(r"/people/\d+$"))
    app.page.get_by_role("link", name="Find").first.click()
    keys.type("audience")
    expect(app.page.get_by_role("option", name="Audience", exact=True)).to_be_visible()
    keys.press("Escape")
    expect(app.page.get_by_role("dialog")).to_have_count(0)
    app.check(axe=False)


def test_a_lost_connection_loses_no_text(browser: Browser, instance: Instance) -> None:
    context, app = open_page(browser, instance)
    app.visit("/1/people/5/fields/nickname", axe=False)
    app.visit("/1/people/new", axe=False)
    context.set_offline(True)
    app.page.get_by_label("Name", exact=True).fill("Written in a tunnel")
    app.page.get_by_role("button", name="Save", exact=True).click()
    expect(app.page.get_by_text("No connection.")).to_be_visible()
    expect(app.page.get_by_label("Name", exact=True)).to_have_value("Written in a tunnel")
    # the page tries again all the time, and the browser notes each attempt
    app.settle()
    assert app.violations() == []
    context.set_offline(False)
    app.page.wait_for_url(PERSON)
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Written in a tunnel")
    context.close()


@pytest.mark.parametrize("status", [404, 413, 429, 500])
def test_an_error_page_on_the_way_replaces_nothing(app: Watched, status: int) -> None:
    page, error = app.page, re.compile(f"error {status}")
    app.visit("/1/people/3", axe=False)
    page.locator("#edit-real_name").click()
    page.route("**/fields/real_name", lambda route: route.fulfill(status=status, body="<p>A proxy</p>"))
    field = page.locator("form[data-edit] input:not([type=hidden])")
    field.fill("Bart Bouvier")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(error)
    expect(field).to_have_value("Bart Bouvier")
    page.unroute("**/fields/real_name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bart Bouvier")
    expect(page.get_by_role("alert")).to_be_empty()
    app.forgive(status)
    app.visit("/1/people", axe=False)
    page.route("**/people/rows?*", lambda route: route.fulfill(status=status, body="<p>A proxy</p>"))
    page.get_by_role("searchbox").fill("flanders")
    expect(page.get_by_role("alert")).to_contain_text(error)
    app.forgive(status)
    app.check()
    page.unroute("**/people/rows?*")
    page.get_by_role("searchbox").fill("ned flanders")
    expect(page.locator(".person-row")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_empty()


def test_an_error_of_the_server_is_shown_where_one_edits(app: Watched) -> None:
    app.visit("/1/people/4", axe=False)
    app.page.locator("#edit-real_name").click()
    headers = {"HX-Retarget": "#alarm", "HX-Reswap": "innerHTML"}
    body = '<div class="notice is-danger"><strong>Something went wrong on our side.</strong></div>'
    app.page.route("**/fields/real_name", lambda route: route.fulfill(status=500, headers=headers, body=body))
    field = app.page.locator("form[data-edit] input:not([type=hidden])")
    field.fill("Maggie Bouvier")
    app.page.keyboard.press("Enter")
    expect(app.page.get_by_role("alert")).to_contain_text("Something went wrong on our side")
    expect(field).to_have_value("Maggie Bouvier")
    app.forgive(500)


def test_a_session_that_ends_while_one_types_loses_no_text(browser: Browser, instance: Instance) -> None:
    context, app = open_page(browser, instance)
    app.visit("/1/people/6", axe=False)
    note = app.page.get_by_label("Write a note")
    note.fill("Forty words that nobody wants to type again")
    context.clear_cookies()
    app.page.locator("form:has(#compose)").get_by_role("button", name="Save").click()
    dialog = app.page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    # the post, and the question whether the session is over
    app.forgive(403)
    app.forgive(401)
    app.check()
    with context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, instance)
    opened.value.close()
    app.page.bring_to_front()
    dialog.get_by_role("button", name="Continue").click()
    expect(app.page.get_by_text("Forty words that nobody wants to type again")).to_be_visible()
    expect(dialog).to_have_count(0)
    context.close()


def test_a_text_is_there_again_after_a_reload_until_it_is_saved(app: Watched) -> None:
    app.visit("/1/people/7", axe=False)
    app.page.get_by_label("Write a note").fill("A draft of more than twenty letters")
    app.page.reload()
    expect(app.page.get_by_label("Write a note")).to_have_value("A draft of more than twenty letters")
    app.page.locator("form:has(#compose)").get_by_role("button", name="Save").click()
    expect(app.page.locator(".prose", has_text="A draft of more")).to_be_visible()
    app.settle()
    app.page.reload()
    expect(app.page.get_by_label("Write a note")).to_have_value("")


def test_what_is_typed_before_the_script_of_a_page_is_not_ignored(app: Watched) -> None:
    page, held = app.page, list[Route]()
    page.route("**/htmx-*.js", lambda route: held.append(route))

    def open_slowly(path: str) -> None:
        held.clear()
        page.goto(app.instance.address + path, wait_until="commit")

    def let_script_come() -> None:
        with page.expect_response("**/htmx-*.js"):
            for each in held:
                each.continue_()

    open_slowly("/1/people")
    page.get_by_role("searchbox").fill("flanders")
    let_script_come()
    expect(page.get_by_role("link", name="Abraham Simpson")).to_have_count(0)
    expect(page.get_by_role("link", name="Ned Flanders")).to_be_visible()
    open_slowly("/1/people")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Only people whose").select_option("birthday")
    let_script_come()
    expect(page.locator("#condition .hint")).not_to_contain_text("Tag")
    open_slowly("/1/log")
    page.get_by_label("With whom").fill("flanders")
    let_script_come()
    expect(page.locator("datalist option[value*=Flanders]").first).to_be_attached()
    open_slowly("/1/people/new")
    page.get_by_label("Name").fill("Ned Flanders")
    let_script_come()
    expect(page.locator("#similar")).to_contain_text("Ned Flanders")
