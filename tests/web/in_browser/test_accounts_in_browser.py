"""Accounts in a real browser: second factor, passkeys with a virtual authenticator, invitations, a new password."""

import re
import time
from collections.abc import Iterator

import pytest
from app_pages import Demo, Instance, Watched, open_page, running
from playwright.sync_api import Browser, expect

from coterie.actions.password_resets import make_code
from coterie.model.second_factors import code_at
from coterie.settings import load_settings
from coterie.store.database import open_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def instance(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance of this module: its tests end sessions, and ask for a second factor."""
    with running(tmp_path_factory.mktemp("accounts") / "data", demo) as instance:
        # browsers have passkeys for a name, and none for a number
        instance.address = instance.address.replace("127.0.0.1", "localhost")
        yield instance


@pytest.fixture
def app(browser: Browser, instance: Instance) -> Iterator[Watched]:
    """A browser of each test, signed in."""
    context, watched = open_page(browser, instance)
    yield watched
    context.close()


@pytest.fixture
def visitor(browser: Browser, instance: Instance) -> Iterator[Watched]:
    """A browser in which nobody is signed in."""
    context, watched = open_page(browser, Instance(instance.address, "", "", state={"cookies": [], "origins": []}))
    yield watched
    context.close()


def prove(app: Watched, button: str) -> None:
    """Types the password into the form of a button, and sends it with Enter."""
    form = app.page.locator("form").filter(has=app.page.get_by_role("button", name=button, exact=True))
    form.wait_for()
    app.settle()
    form.get_by_label("Your password").fill(app.instance.password)
    app.page.keyboard.press("Enter")


def test_a_second_factor_from_set_up_to_sign_in_and_removal(app: Watched, visitor: Watched, instance: Instance) -> None:
    page = app.page
    app.visit("/account", axe=False)
    page.get_by_role("link", name="Second factor").click()
    prove(app, "Set up")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    app.check_everywhere()
    expect(page.get_by_label("Code that the app shows")).to_be_focused()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(code_at(secret, int(time.time()) // 30))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your recovery codes")).to_be_visible()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    app.check_everywhere()
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    app.check_everywhere()

    other = visitor.page
    visitor.visit("/sign-in", axe=False)
    other.get_by_label("E-mail").fill(instance.email)
    other.get_by_label("Password").fill(instance.password)
    other.keyboard.press("Enter")
    code = other.get_by_label("Code of your authenticator app")
    expect(code).to_be_focused()
    visitor.check_everywhere()
    code.fill("000000")
    other.keyboard.press("Enter")
    expect(other.get_by_text("The code is wrong")).to_be_visible()
    visitor.forgive(422)
    visitor.check_everywhere()
    code.fill(codes[0])
    other.keyboard.press("Enter")
    other.wait_for_url("**/today")

    prove(app, "Remove the second factor")
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    app.check()


def test_a_passkey_is_made_and_signs_in(app: Watched, browser: Browser, instance: Instance) -> None:
    page = app.page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    app.visit("/account/passkeys", axe=False)
    page.get_by_label("Name").fill("Kitchen laptop")
    prove(app, "Add a passkey")
    expect(page.get_by_text("Kitchen laptop added")).to_be_visible()
    app.check_everywhere()
    page.context.clear_cookies()
    # the device agrees at once to what the browser offers in the field of the e-mail address
    page.goto(f"{instance.address}/sign-in", wait_until="commit")
    page.wait_for_url("**/today")
    page.context.clear_cookies()
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false;")
    app.visit("/sign-in", axe=False)
    expect(page.get_by_label("E-mail")).to_have_attribute("autocomplete", "username webauthn")
    app.check_everywhere()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/today")
    app.visit("/account/passkeys", axe=False)
    page.get_by_text("Remove", exact=False).first.click()
    app.check_everywhere()
    prove(app, "Remove it")
    expect(page.get_by_text("You have none yet")).to_be_visible()
    # every other session has ended, also the one that the tests share
    instance.state = None


def test_the_password_of_a_new_device_fits_its_box(app: Watched) -> None:
    app.visit("/1/settings/devices", axe=False)
    app.page.get_by_role("textbox", name="Name").fill("Marge's phone")
    app.page.get_by_role("button", name="Add", exact=True).click()
    expect(app.page.get_by_label("Password")).to_be_focused()
    app.check_everywhere()


def test_somebody_is_invited_and_joins(app: Watched, visitor: Watched) -> None:
    page = app.page
    app.visit("/1/settings/invitations", axe=False)
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Copy it now")
    expect(link).to_be_focused()
    app.check_everywhere()
    visitor.visit(re.sub(r"https?://[^/]+", "", link.input_value()), axe=False)
    visitor.check_everywhere()
    other = visitor.page
    other.get_by_label("Your first name").fill("Ned")
    other.get_by_label("Your e-mail address").fill("ned@example.org")
    other.get_by_label("Password").fill("okily dokily")
    other.keyboard.press("Enter")
    other.wait_for_url("**/today")
    visitor.visit("/account", axe=False)
    visitor.check_everywhere()


def test_a_member_opens_a_link_and_joins_by_a_button(app: Watched) -> None:
    app.visit("/1/settings/invitations", axe=False)
    app.page.get_by_role("button", name="Make a link").click()
    app.page.goto(app.page.get_by_label("Copy it now").input_value())
    expect(app.page).to_have_url(re.compile("/today$"))


def test_a_forgotten_password_without_mail_and_the_page_behind_a_link(visitor: Watched, instance: Instance) -> None:
    visitor.visit("/sign-in", axe=False)
    visitor.page.get_by_role("link", name="Forgot your password?").click()
    visitor.page.wait_for_url("**/forgot-password")
    visitor.check_everywhere()
    database = open_database(load_settings({}, data=str(instance.folder)))
    try:
        with database.write() as tx:
            made = make_code(tx, instance.email)
    finally:
        database.close()
    assert made is not None
    visitor.visit(f"/reset-password?code={made[1]}", axe=False)
    visitor.check_everywhere()
