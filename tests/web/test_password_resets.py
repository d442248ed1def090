"""A new password by mail, mailed invitations, and a new e-mail address: with a real SMTP server on loopback."""

import re
from collections.abc import Iterator

import pytest
from client import Client
from msgspec.structs import replace
from smtp_server import Inbox, free_port, serving
from visitor import Visitor, text_of
from world import PASSWORD, World

from coterie.actions import password_resets as actions
from coterie.actions.passwords import hash_password, set_password
from coterie.app import create_app
from coterie.model import times
from coterie.model.login_attempts import LoginAttempts
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker.loop import Worker

NEW = "correct horse battery"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    inbox, port = Inbox(), free_port()
    with serving(inbox, port):
        yield inbox, port


@pytest.fixture
def mailing(fresh_settings: Settings, inbox: tuple[Inbox, int]) -> Settings:
    return replace(
        fresh_settings,
        smtp_url=f"smtp://127.0.0.1:{inbox[1]}",
        smtp_from="Coterie <coterie@springfield.example>",
        base_url="http://crm.example.org",
    )


@pytest.fixture
def home(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def browser(fresh_database: Database, mailing: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    monkeypatch.setattr(actions, "_requests", LoginAttempts())
    client = Client(create_app(fresh_database, mailing))
    yield Visitor(client.with_token(None))
    client.close()


def work(database: Database, settings: Settings) -> None:
    """Runs every job that may start now."""
    worker = Worker(database, settings)
    while worker.run_one():
        pass


def links(inbox: Inbox) -> list[str]:
    """The links of the mails, without their host."""
    found = []
    for _, message in inbox.messages:
        text = message.get_content()
        assert "http://crm.example.org/" in text
        found += re.findall(r"http://crm\.example\.org(/\S+)", text)
    return found


def test_a_forgotten_password_is_replaced_by_mail(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    other = Visitor(browser.client)
    other.sign_in(home.alice_email)
    assert "forgot-password" in browser.get("/sign-in").body.decode()
    assert browser.post("/forgot-password", email=f" {home.alice_email.upper()}").status == 200
    work(home.database, mailing)
    ((recipients, _),) = inbox[0].messages
    (link,) = links(inbox[0])
    assert recipients == [home.alice_email]
    assert home.alice_email in browser.get(link).body.decode()
    code = link.partition("code=")[2]
    assert browser.post("/reset-password", code=code, password="short").status == 422
    assert browser.post("/reset-password", code=code, password=NEW).headers["location"] == "/sign-in"
    assert "Your password was changed" in text_of(browser.get("/sign-in"))
    assert other.get("/account").status == 303
    assert browser.sign_in(home.alice_email).status == 422 and browser.sign_in(home.alice_email, NEW).status == 303
    assert browser.get(link).status == 404
    assert browser.post("/reset-password", code=code, password=NEW + "!").status == 404


def test_a_request_never_tells_whether_an_address_has_an_account(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    def jobs() -> int:
        with home.database.read() as tx:
            return int(tx.all("SELECT count(*) FROM jobs")[0][0])

    seen = []
    for email in (home.alice_email, "nobody@example.org", "no address"):
        before, response = jobs(), browser.post("/forgot-password", email=email)
        seen.append((response.status, text_of(response), jobs() - before))
    assert len(set(seen)) == 1 and seen[0][2] == 1
    work(home.database, mailing)
    assert [recipients for recipients, _ in inbox[0].messages] == [[home.alice_email]]


def test_a_link_is_replaced_by_a_newer_one_and_ends_after_an_hour(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    for _ in range(2):
        browser.post("/forgot-password", email=home.alice_email)
        work(home.database, mailing)
    old, new = links(inbox[0])
    assert browser.get(old).status == 404 and browser.get(new).status == 200
    with home.database.write() as tx:
        tx.run("UPDATE password_resets SET created_at = :at", {"at": times.after(times.now(), -3601)})
    assert browser.get(new).status == 404


def test_nothing_that_is_stored_opens_the_account(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    browser.post("/forgot-password", email=home.alice_email)
    work(home.database, mailing)
    code = links(inbox[0])[0].partition("code=")[2]
    with home.database.read() as tx:
        stored = [*tx.all("SELECT token_hash FROM password_resets"), *tx.all("SELECT arguments FROM jobs")]
    assert not any(code in row[0] for row in stored)


def test_requests_are_limited(browser: Visitor, home: World) -> None:
    statuses = [browser.post("/forgot-password", email=home.alice_email).status for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_a_mail_that_may_have_been_sent_is_not_sent_again(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    browser.post("/forgot-password", email=home.alice_email)
    inbox[0].cut = True
    work(home.database, mailing)
    (link,) = links(inbox[0])
    with home.database.write() as tx:
        tx.run("UPDATE jobs SET state = 'waiting', run_at = '2026-01-01T00:00:00.000000Z'")
    work(home.database, mailing)
    assert len(inbox[0].messages) == 1 and browser.get(link).status == 200


@pytest.mark.parametrize("settings", [{"smtp_url": "", "smtp_from": ""}, {"base_url": ""}])
def test_an_instance_without_mail_or_address_names_the_command(
    fresh_database: Database, mailing: Settings, settings: dict[str, str]
) -> None:
    client = Client(create_app(fresh_database, replace(mailing, **settings)))
    visitor = Visitor(client.with_token(None))
    assert "coterie password" in text_of(visitor.get("/forgot-password"))
    assert visitor.post("/forgot-password", email="a@example.org").status == 404
    client.close()


def test_an_invitation_is_mailed(browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]) -> None:
    browser.sign_in(home.alice_email)
    page = f"/{home.organization.id}/settings/invitations"
    assert browser.post(page, role="member", email="no address").status == 422
    response = browser.post(page, role="member", email="ned@example.org")
    work(home.database, mailing)
    ((recipients, message),) = inbox[0].messages
    (link,) = links(inbox[0])
    assert recipients == ["ned@example.org"] and home.organization.name in str(message["Subject"])
    assert link in response.body.decode()
    with home.database.read() as tx:
        assert link.partition("code=")[2] not in tx.all("SELECT arguments FROM jobs")[0][0]
    assert 'value="ned@example.org"' in Visitor(browser.client).get(link).body.decode()


def test_a_revoked_invitation_is_not_mailed(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    browser.sign_in(home.alice_email)
    page = f"/{home.organization.id}/settings/invitations"
    browser.post(page, role="member", email="ned@example.org")
    (path,) = re.findall(r'action="([^"]+/revoke)"', browser.get(page).body.decode())
    browser.post(path)
    work(home.database, mailing)
    assert inbox[0].messages == []


def test_a_new_address_needs_the_password_and_ends_other_sessions_and_links(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    other = Visitor(browser.client)
    other.sign_in(home.alice_email)
    browser.post("/forgot-password", email=home.alice_email)
    work(home.database, mailing)
    browser.sign_in(home.alice_email)
    for fields in (
        {"email": "new@example.org", "present": "wrong"},
        {"email": "no address", "present": PASSWORD},
        {"email": "", "present": PASSWORD},
    ):
        assert browser.post("/account/email", **fields).status == 422
    assert other.get("/account").status == 200
    assert browser.post("/account/email", email=" New@Example.org", present=PASSWORD).status == 303
    assert browser.get("/account").status == 200 and other.get("/account").status == 303
    assert other.get(links(inbox[0])[0]).status == 404
    assert other.sign_in(home.alice_email).status == 422 and other.sign_in("new@example.org").status == 303


def test_an_address_of_another_account_is_taken(browser: Visitor, home: World) -> None:
    with home.database.read() as tx:
        bob = tx.all("SELECT email FROM users WHERE id = :id", {"id": home.bob.user_id})[0][0]
    browser.sign_in(home.alice_email)
    response = browser.post("/account/email", email=bob.upper(), present=PASSWORD)
    assert response.status == 422 and "already in use" in text_of(response)


def test_all_other_sessions_end_at_once(browser: Visitor, home: World) -> None:
    others = [Visitor(browser.client) for _ in range(3)]
    for visitor in (browser, *others):
        visitor.sign_in(home.alice_email)
    assert "Sign out everywhere else" in text_of(browser.get("/account"))
    assert browser.post("/account/sessions/end").status == 303
    assert browser.get("/account").status == 200
    assert [visitor.get("/account").status for visitor in others] == [303] * 3
    assert "Sign out everywhere else" not in text_of(browser.get("/account"))


def test_the_old_address_is_told_of_a_new_one_and_the_user_of_a_new_password(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    browser.sign_in(home.alice_email)
    assert browser.post("/account/password", present=PASSWORD, password=NEW).status == 303
    work(home.database, mailing)
    assert browser.post("/account/email", email="new@example.org", present=NEW).status == 303
    work(home.database, mailing)
    assert [recipients for recipients, _ in inbox[0].messages] == [[home.alice_email]] * 2
    password, email = (message.get_content() for _, message in inbox[0].messages)
    assert "Your password was changed" in password and "Your e-mail address was changed" in email
    assert "http://crm.example.org" in email and "new@example.org" not in email


@pytest.mark.parametrize("via", ["cli", "reset"])
def test_the_user_is_told_of_a_password_that_was_set_elsewhere(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int], via: str
) -> None:
    if via == "cli":
        with home.database.write() as tx:
            set_password(tx, home.alice_email, hash_password(NEW), via="cli")
    else:
        browser.post("/forgot-password", email=home.alice_email)
        work(home.database, mailing)
        code = links(inbox[0])[0].partition("code=")[2]
        assert browser.post("/reset-password", code=code, password=NEW).status == 303
    work(home.database, mailing)
    recipients, message = inbox[0].messages[-1]
    assert recipients == [home.alice_email] and "Your password was changed" in message.get_content()


def test_without_mail_a_changed_account_sends_none(
    browser: Visitor, home: World, mailing: Settings, inbox: tuple[Inbox, int]
) -> None:
    browser.sign_in(home.alice_email)
    browser.post("/account/email", email="new@example.org", present=PASSWORD)
    work(home.database, replace(mailing, smtp_url="", smtp_from=""))
    with home.database.read() as tx:
        assert tx.all("SELECT DISTINCT state FROM jobs") == [("done",)]
    assert inbox[0].messages == []
