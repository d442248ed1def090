"""Mails about the ways a user signs in, sent by the worker over a real SMTP server on loopback."""

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape

import msgspec
import pytest
from authenticator import Authenticator
from client import Client
from msgspec.structs import replace
from smtp_server import Inbox, free_port, serving
from visitor import Visitor
from world import PASSWORD, World

from coterie.actions import second_factors
from coterie.actions.accounts import MAIL_JOB, MAILED_OTHERWISE
from coterie.app import create_app
from coterie.model.login_attempts import LoginAttempts
from coterie.model.second_factors import code_at
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.jobs import enqueue
from coterie.worker.loop import Worker

ORIGIN = "http://localhost"
FACTOR, PASSKEYS = "/account/second-factor", "/account/passkeys"


class Mailbox:
    """Alice's mails: the worker sends what waits, and each is read once."""

    def __init__(self, inbox: Inbox, database: Database, settings: Settings, owner: str) -> None:
        self.inbox, self.worker, self.owner = inbox, Worker(database, settings), owner

    def read(self) -> list[EmailMessage]:
        while self.worker.run_one():
            pass
        mails, self.inbox.messages = self.inbox.messages, []
        assert all(recipients == [self.owner] for recipients, _ in mails)
        return [mail for _, mail in mails]

    def sentences(self) -> list[str]:
        """The first line of each mail without the time."""
        texts = [mail.get_content() for mail in self.read()]
        assert all(f"UTC, {ORIGIN}." in text and "ask the operator" in text for text in texts)
        return [text.split(" This was done on ")[0] for text in texts]


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def mailing(fresh_settings: Settings, port: int) -> Settings:
    server = f"smtp://127.0.0.1:{port}"
    return replace(fresh_settings, smtp_url=server, smtp_from="coterie@springfield.example", base_url=ORIGIN)


@pytest.fixture
def client(fresh_database: Database, mailing: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(second_factors, "_attempts", LoginAttempts())
    client = Client(create_app(fresh_database, mailing))
    yield client
    client.close()


@pytest.fixture
def mails(fresh_database: Database, mailing: Settings, port: int, world: World) -> Iterator[Mailbox]:
    inbox = Inbox()
    with serving(inbox, port):
        yield Mailbox(inbox, fresh_database, mailing, world.alice_email)


def switch_on(visitor: Visitor) -> list[str]:
    """Sets a second factor up; returns the recovery codes."""
    assert visitor.post(FACTOR, present=PASSWORD).status == 303
    (secret,) = re.findall(r'id="secret">([A-Z2-7 ]+)<', visitor.get(FACTOR).body.decode())
    code = code_at(secret.replace(" ", ""), int(time.time()) // 30)
    response = visitor.post(f"{FACTOR}/confirm", code=code)
    assert response.status == 200
    return re.findall(r"<li><code>([^<]+)</code>", response.body.decode())


def test_a_second_factor_is_mailed_when_it_is_added_renewed_used_and_removed(
    alice: Visitor, client: Client, world: World, mails: Mailbox
) -> None:
    codes = switch_on(alice)
    assert mails.sentences() == ["A second factor was added to your account. Sign-in now asks for a code."]
    other = Visitor(client.with_token(None))
    asked = other.sign_in(world.alice_email)
    (proof,) = re.findall(r'name="proof" value="([^"]+)"', asked.body.decode())
    assert other.post("/sign-in/code", proof=proof, code="wrong-codes", next="").status == 422
    assert mails.sentences() == []
    assert other.post("/sign-in/code", proof=proof, code=codes[2], next="").status == 303
    assert mails.sentences() == ["A recovery code was used to sign in. Remaining codes: 9."]
    assert alice.post(f"{FACTOR}/codes", present=PASSWORD).status == 200
    assert mails.sentences() == ["Your recovery codes were replaced. The previous codes no longer work."]
    assert alice.post(f"{FACTOR}/remove", present="wrong").status == 422
    assert alice.post(f"{FACTOR}/remove", present=PASSWORD).status == 303
    assert mails.sentences() == ["The second factor of your account was removed. Sign-in no longer asks for a code."]


def test_a_passkey_is_mailed_with_its_name_when_it_is_added_and_removed(alice: Visitor, mails: Mailbox) -> None:
    (options,) = re.findall(r'data-options="([^"]+)"', alice.get(PASSKEYS).body.decode())
    credential = Authenticator(ORIGIN).make(msgspec.json.decode(unescape(options)))
    assert alice.post(PASSKEYS, name="Käte’s {key}", present=PASSWORD, credential=credential).status == 303
    assert mails.sentences() == ["A passkey was added to your account: Käte’s {key}."]
    (path,) = re.findall(rf'action="({PASSKEYS}/[^"]+/remove)"', alice.get(PASSKEYS).body.decode())
    assert alice.post(path, present=PASSWORD).status == 303
    assert mails.sentences() == ["A passkey of your account was removed: Käte’s {key}."]


def test_a_changed_password_is_mailed(alice: Visitor, mails: Mailbox) -> None:
    assert alice.post("/account/password", present=PASSWORD, password="correct horse battery").status == 303
    (mail,) = mails.read()
    assert mail["Subject"] == "Your Coterie account was changed"
    assert mail.get_content().startswith("Your password was changed, and all sessions were ended. This was done on 2")


def test_a_change_that_an_older_version_enqueued_is_mailed(world: World, mails: Mailbox) -> None:
    arguments = {"email": world.alice_email, "kind": "user.passkeys_changed", "happened_at": "2026-01-01T10:00:00Z"}
    with world.database.write() as tx:
        enqueue(tx, world.organization.id, MAIL_JOB, arguments)
    assert mails.sentences() == [MAILED_OTHERWISE]
