"""The app as a person uses it: a real browser, large and small, light and dark, by keyboard, without script."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from app_pages import COLOUR_RULES, Instance, Watched, make_demo, open_page, serving, sign_in
from page_list import VISITED
from playwright.sync_api import Browser, expect
from postgres import Server

pytestmark = pytest.mark.slow

PERSON = re.compile(r"/people/\d+(\?|$)")
EVIL = "<script>alert(1)</script>\"'>" + "W" * 300 + " \u202eevil\u202c العربية 👩‍👩‍👧‍👦"


@pytest.mark.parametrize("path", VISITED)
def test_every_page_is_calm_accessible_and_alone(signed_in: Watched, path: str) -> None:
    signed_in.complaints.clear()
    signed_in.visit_everywhere(path)


def test_the_main_pages_work_on_postgresql(browser: Browser, postgres: Server, tmp_path: Path) -> None:
    url = postgres.create_database()
    demo = make_demo(tmp_path, COTERIE_DATABASE_URL=url)
    with serving(tmp_path, COTERIE_DATABASE_URL=url) as (address, _):
        context, app = open_page(browser, Instance(address, demo.email, demo.password))
        for place in ("people", "segments", "audience", "imports", "duplicates", "history", "settings", "log"):
            app.visit(f"/1/{place}", axe=False)
        app.visit("/1/people", axe=False)
        app.page.get_by_role("searchbox").fill("moe szyslak")
        expect(app.page.locator(".person-row")).to_have_count(1)
        app.settle()
        app.page.get_by_role("link", name="Moe Szyslak").click()
        app.page.wait_for_url(PERSON)
        app.page.get_by_label("Write a note").fill("Asked about the tavern")
        app.page.locator("form:has(#compose)").get_by_role("button", name="Save").click()
        expect(app.page.locator(".prose", has_text="Asked about the tavern")).to_be_visible()
        app.hold_message()
        app.settle()
        app.page.get_by_role("button", name="Undo").click()
        expect(app.page.locator(".toast").last).to_contain_text("Note was deleted")
        expect(app.page.locator(".prose", has_text="Asked about the tavern")).to_have_count(0)
        app.check(axe=False)
        context.close()
    postgres.drop_database(url)


def test_the_form_that_adds_a_part_is_readable_while_it_is_sent(signed_in: Watched) -> None:
    signed_in.visit("/1/people/1", axe=False)
    signed_in.page.get_by_role("link", name="Number, e-mail or account").click()
    form = signed_in.page.locator("form.edit")
    expect(form.get_by_role("button", name="Save")).to_be_visible()
    signed_in.check_everywhere()
    form.evaluate("form => form.classList.add('htmx-request')")
    for theme in ("dark", "light"):
        signed_in.page.emulate_media(color_scheme=theme)
        assert signed_in.violations(COLOUR_RULES) == []


def test_the_page_that_lets_an_assistant_in(app: Watched, instance: Instance) -> None:
    registered = app.page.context.request.post(
        f"{instance.address}/oauth/register",
        data={"client_name": "Claude" + "W" * 90, "redirect_uris": ["http://127.0.0.1/back"]},
    ).json()
    asked = {
        "response_type": "code", "client_id": registered["client_id"], "redirect_uri": f"{instance.address}/back",
        "code_challenge": "c" * 43, "code_challenge_method": "S256", "state": "7",
    }  # fmt: skip
    app.visit_everywhere(f"/oauth/authorize?{urlencode(asked)}")
    app.page.get_by_label("Change them").check()
    app.check_everywhere()
    app.page.get_by_role("button", name="Allow", exact=True).click()
    app.page.wait_for_url("**/back?code=*")


def test_a_window_between_phone_and_desktop_has_names_below_icons(app: Watched) -> None:
    app.resize(820)
    for path in ("/1/today", "/1/people", "/1/people/1"):
        app.visit(path)
        links = app.page.get_by_role("navigation", name="Main", exact=True).get_by_role("link")
        assert links.count() > 0
        for link in links.all():
            icon, name = link.locator("svg").bounding_box(), link.locator("> span").first.bounding_box()
            assert icon is not None and name is not None and name["y"] >= icon["y"] + icon["height"]


def test_a_field_is_edited_by_keyboard_and_undone_by_one_key(app: Watched) -> None:
    app.visit("/1/people/2", axe=False)
    page = app.page
    page.locator("#edit-nickname, #edit-employer").first.focus()
    page.keyboard.press("Enter")
    field = page.locator("form[data-edit] input:not([type=hidden])")
    expect(field).to_be_focused()
    old = field.input_value()
    app.check()
    field.fill("Somewhere else")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Somewhere else").first).to_be_visible()
    expect(page.locator("#edit-nickname, #edit-employer").first).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("was changed")
    app.hold_message()
    app.check()
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_have_count(2)
    expect(page.get_by_text("Somewhere else")).to_have_count(0)
    expect(page.locator("#sections")).to_contain_text(old)


def test_an_act_never_leaves_the_keyboard_without_a_place(app: Watched) -> None:
    app.visit("/1/people/6", axe=False)
    keys, focused = app.page.keyboard, app.page.locator(":focus")
    keys.press("t")
    expect(focused).to_have_id("new-tags")
    keys.press("Escape")
    expect(focused).to_have_id("do-tags")
    keys.press("t")
    # at once: a letter of a tag is no shortcut
    keys.type("cSeen")
    expect(focused).to_have_value("cSeen")
    focused.fill("Seen")
    keys.press("Enter")
    remove = app.page.get_by_role("button", name="Remove the tag Seen")
    expect(remove).to_be_visible()
    expect(focused).to_have_id("do-tags")
    app.check(axe=False)
    remove.press("Enter")
    expect(remove).to_have_count(0)
    expect(focused).to_have_id("do-tags")
    for key, label in (("r", "Remind"), ("a", "Date")):
        keys.press(key)
        if key == "a":
            expect(focused).to_have_text("Add")
            app.page.get_by_role("link", name=label, exact=True).press("Enter")
        expect(app.page.locator("#added form :focus")).to_be_visible()
        keys.press("Escape")
        expect(focused).to_have_text(label)


def test_after_an_error_the_first_field_that_is_not_valid_has_the_focus(app: Watched) -> None:
    page = app.page
    app.visit("/1/people/new", axe=False)
    page.get_by_label("Name").fill("Ned")
    page.get_by_label("E-mail").fill("no address")
    page.keyboard.press("Enter")
    expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#email")).to_be_focused()
    app.forgive(422)
    app.visit("/1/people/2", axe=False)
    page.locator("#edit-birthday, #new-birthday, [href$='/fields/birthday']").first.click()
    field = page.locator("form[data-edit] input:not([type=hidden])").first
    expect(field).to_be_focused()
    field.fill("yesterday")
    page.keyboard.press("Enter")
    expect(page.locator("form[data-edit] [aria-invalid=true]")).to_be_focused()
    app.forgive(422)
    app.check(axe=False)


def test_after_an_error_a_field_that_one_types_in_keeps_the_focus(app: Watched) -> None:
    page = app.page
    app.visit("/1/people/new", axe=False)
    page.get_by_label("Name").fill("Ned")
    page.get_by_label("E-mail").fill("no address")
    # as on a slow network: the script of the page comes when somebody types already
    page.route("**/js/forms.js", lambda route: (page.get_by_label("Works at").focus(), route.continue_()))
    page.keyboard.press("Enter")
    expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")
    app.settle()
    expect(page.get_by_label("Works at")).to_be_focused()
    app.forgive(422)


def test_escape_restores_what_was_there(app: Watched) -> None:
    app.visit("/1/people/3", axe=False)
    before = app.page.locator("#sections").inner_text()
    app.page.locator("[id^=edit-handles]").first.click()
    field = app.page.locator("form[data-edit] input:not([type=hidden])").first
    expect(field).to_be_focused()
    field.fill("never saved")
    app.page.keyboard.press("Escape")
    expect(app.page.locator("form[data-edit]")).to_have_count(0)
    assert app.page.locator("#sections").inner_text() == before


def test_search_answers_while_one_types_and_keeps_every_letter(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    box = app.page.get_by_role("searchbox")
    box.press_sequentially("flanders", delay=15)
    expect(app.page.get_by_role("link", name="Ned Flanders")).to_be_visible()
    expect(app.page.get_by_role("link", name="Abraham Simpson")).to_have_count(0)
    # the address is that of the last search: no other follows
    app.page.wait_for_url("**q=flanders*")
    app.settle()
    expect(box).to_have_value("flanders")
    expect(box).to_be_focused()
    app.check()
    # of several who are found, the first one
    box.press("Enter")
    expect(app.page.locator(".person-row .c-name a").first).to_be_focused()


def test_a_person_is_found_opened_and_logged_without_a_mouse(app: Watched) -> None:
    app.visit("/1/today", axe=False)
    keys = app.page.keyboard
    keys.type("gp")
    app.page.wait_for_url("**/people")
    keys.press("/")
    keys.type("moe szyslak")
    # faster than the search: the one who is found is opened
    keys.press("Enter")
    app.page.wait_for_url(PERSON)
    expect(app.page.get_by_role("heading", level=1)).to_have_text("Moe Szyslak")
    keys.press("l")
    app.page.wait_for_url("**/log?person=*")
    expect(app.page.get_by_label("What about")).to_be_focused()
    keys.type("Asked about the tavern")
    keys.press("Control+Enter")
    app.page.wait_for_url(PERSON)
    expect(app.page.get_by_text("Asked about the tavern")).to_be_visible()
    app.check()


def test_a_note_of_markup_and_a_very_long_name_break_nothing(app: Watched) -> None:
    app.resize(360)
    app.visit("/1/people/new", axe=False)
    app.page.get_by_label("Name").fill(EVIL)
    app.page.get_by_label("Works at").fill("Ä" * 300)
    app.page.get_by_role("button", name="Save", exact=True).click()
    app.page.wait_for_url(PERSON)
    app.page.get_by_label("Write a note").fill("# " + EVIL + "\n\n" + "x" * 500 + "\n\n[a](javascript:alert(1))")
    app.page.get_by_role("region", name="Timeline").get_by_role("button", name="Save").click()
    expect(app.page.locator(".prose")).to_be_visible()
    app.check_everywhere()
    app.visit_everywhere("/1/people?q=W", axe=False)
    app.visit_everywhere("/1/today", axe=False)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_menu_opens_inside_the_window(app: Watched, width: int) -> None:
    app.resize(width)
    for path in ("/1/people", "/1/settings/members"):
        app.visit(path, axe=False)
        if path == "/1/people":
            app.page.locator(".c-pick input").first.check()
            expect(app.page.get_by_text("1 selected")).to_be_visible()
        # "More" of the selection has no sheet of its own: it shows the rest of the bar
        for menu in app.page.locator(".menu:not(.selected-rest):visible").all():
            menu.locator("> summary").click()
            expect(menu.locator("> :not(summary)")).to_be_visible()
            box = menu.locator("> :not(summary)").bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width, (path, box)
            assert menu.locator("> :not(summary)").evaluate("(sheet) => getComputedStyle(sheet).position") != "static"
            app.check(axe=False)
            menu.locator("> summary").click()


def test_two_tabs_at_one_field_lose_nothing(app: Watched) -> None:
    first, second = app, app.new_tab()
    for tab in (first, second):
        tab.visit("/1/people/4/fields/nickname", axe=False)
    for tab, text in ((first, "First"), (second, "Second")):
        tab.page.get_by_role("textbox", name="Nickname").fill(text)
    first.page.get_by_role("button", name="Save").click()
    first.page.wait_for_url("**/people/4")
    second.page.locator("form[data-edit]").evaluate("(form) => form.requestSubmit()")
    expect(second.page.get_by_text("Another user has changed this since")).to_be_visible()
    expect(second.page.get_by_role("textbox", name="Nickname")).to_have_value("Second")
    second.page.close()


def test_two_tabs_at_one_field_in_place_lose_nothing(app: Watched) -> None:
    first, second = app, app.new_tab()
    for tab, text in ((first, "Here"), (second, "There")):
        tab.visit("/1/people/50", axe=False)
        tab.page.locator("#edit-real_name").click()
        tab.page.locator("form[data-edit] input:not([type=hidden])").fill(text)
    first.page.keyboard.press("Enter")
    expect(first.page.get_by_role("heading", level=1)).to_have_text("Here")
    second.page.keyboard.press("Enter")
    expect(second.page.locator("form[data-edit]")).to_contain_text("It is now: Here")
    expect(second.page.locator("form[data-edit] input:not([type=hidden])")).to_have_value("There")
    second.page.keyboard.press("Enter")
    expect(second.page.get_by_role("heading", level=1)).to_have_text("There")
    second.page.close()


def test_a_field_that_is_saved_twice_at_once_has_no_conflict_with_itself(app: Watched) -> None:
    posted: list[str] = []
    app.page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    app.visit("/1/people/5", axe=False)
    for link, value in (("Favourite number", "7.50"), ("Emergency phone", "800 555 5559"), ("Works at", "Twice & Co.")):
        app.page.locator(".add-more summary").click()
        app.page.locator(".add-more").get_by_role("link", name=link, exact=True).click()
        form = app.page.locator("#added form")
        form.locator("input:not([type=hidden])").fill(value)
        form.get_by_role("button", name="Save").dblclick()
        expect(app.page.locator(".toast").last).to_contain_text(f"{link} was changed")
        app.check(axe=False)
    assert len(posted) == 3


def test_without_script_people_are_read_searched_added_and_edited(browser: Browser, instance: Instance) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, instance)
    page.goto(f"{instance.address}/1/people")
    page.get_by_role("searchbox").fill("lisa")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**q=lisa*")
    page.get_by_role("link", name="Lisa Simpson").click()
    page.locator("#edit-real_name").click()
    page.get_by_role("textbox", name="Name").fill("Lisa Marie Simpson")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lisa Marie Simpson")
    page.get_by_label("Write a note").fill("Plays the saxophone")
    page.get_by_role("region", name="Timeline").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Plays the saxophone")).to_be_visible()
    context.close()


def test_every_stop_of_the_keyboard_is_seen_and_named(app: Watched) -> None:
    for path in ("/1/today", "/1/people/1", "/1/settings"):
        app.visit(path, axe=False)
        for number in range(120):
            app.page.keyboard.press("Tab")
            stop = app.page.evaluate(
                """() => { const stop = document.activeElement; if (stop === document.body) return null;
                const box = stop.getBoundingClientRect(); const style = getComputedStyle(stop);
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
                return { name: stop.getAttribute("aria-label") || stop.labels?.[0]?.textContent || stop.textContent,
                  seen: stop.contains(top) || top?.contains(stop), outline: parseFloat(style.outlineWidth),
                  html: stop.outerHTML.slice(0, 120) }; }"""
            )
            if stop is None:
                break
            assert stop["name"].strip() and stop["seen"] and stop["outline"] >= 2, (path, number, stop)


def test_an_import_goes_from_the_file_to_people(app: Watched) -> None:
    app.visit("/1/imports", axe=False)
    card = b"BEGIN:VCARD\nVERSION:3.0\nFN:Cecil Terwilliger\nTEL:555-0100\nEND:VCARD\n"
    # a file that misses the form must not take the page away
    for target in ("h1", "form.drop"):
        app.page.locator(target).evaluate(
            """(target, text) => { const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "cecil.vcf", { type: "text/vcard" }));
            const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
            if (target.dispatchEvent(event)) throw new Error("the browser opens the file"); }""",
            card.decode(),
        )
    expect(app.page.get_by_label("Exported file")).to_be_focused()
    app.page.get_by_role("button", name="Upload").click()
    app.page.get_by_role("button", name="Apply").wait_for()
    app.settle()
    app.page.get_by_role("button", name="Apply").click()
    app.page.get_by_text("Applied.").wait_for()
    app.check()
    app.visit("/1/people?q=cecil", axe=False)
    expect(app.page.locator(".person-row")).to_have_count(1)


def test_many_people_are_tagged_and_untagged_by_one_key(app: Watched) -> None:
    app.visit("/1/people", axe=False)
    page = app.page
    page.locator(".c-pick input").nth(1).check()
    page.locator(".c-pick input").nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    app.check()
    app.resize(360)
    for name in ("Tag", "Delete", "Clear"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    page.locator("#selected").get_by_text("More", exact=True).click()
    for name in ("Untag", "File", "Merge", "Export"):
        expect(page.locator("#selected").get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    app.check()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("#selected")).to_be_hidden()
    app.resize(1440)
    page.locator(".c-pick input").nth(1).check()
    page.locator(".c-pick input").nth(3).click(modifiers=["Shift"])
    page.get_by_label("Tag", exact=True).fill("Tried")
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("3 people tagged Tried")
    expect(page.locator(".chip", has_text="Tried").first).to_be_visible()
    app.hold_message()
    app.check()
    page.keyboard.press("z")
    expect(page.locator(".chip", has_text="Tried")).to_have_count(0)
    app.check(axe=False)
