"""The door: the handshake, the signature, what is refused; nothing is read before the signature is right."""

import asyncio
import json
from typing import Any

import pytest
from client import Client
from instagram_world import (
    SECRET,
    VERIFY_TOKEN,
    comment,
    connect,
    deliver,
    message,
    messaging,
    milliseconds,
    newest,
    number,
    sign,
    waiting,
    work,
)
from world import World

from coterie.app import create_app
from coterie.model.instagram_deliveries import BYTES_MAX
from coterie.settings import Settings, load_settings
from coterie.store.database import Database
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker

PATH = "/instagram/webhook"


def handshake(client: Client, **hub: str) -> tuple[int, bytes]:
    given = {"mode": "subscribe", "challenge": "1158201444", "verify_token": VERIFY_TOKEN} | hub
    response = client.get(PATH, **{f"hub.{name}": value for name, value in given.items() if value})
    return response.status, response.body


def test_the_handshake_gives_the_bare_challenge_back(client: Client) -> None:
    response = client.get(
        PATH, **{"hub.mode": "subscribe", "hub.challenge": "0042 a<b>", "hub.verify_token": VERIFY_TOKEN}
    )
    assert (response.status, response.body) == (200, b"0042 a<b>")
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("hub", "status"),
    [
        ({"verify_token": "wrong"}, 403),
        ({"verify_token": ""}, 403),
        ({"verify_token": "ü"}, 403),
        ({"mode": "unsubscribe"}, 403),
        ({"mode": ""}, 403),
        ({"challenge": ""}, 400),
        ({"challenge": "1" * 2000}, 400),
    ],
)
def test_a_handshake_that_is_not_metas_is_refused(client: Client, hub: dict[str, str], status: int) -> None:
    assert handshake(client, **hub)[0] == status


def test_without_secrets_both_ways_say_what_is_missing(client: Client, database: Database) -> None:
    bare = Client(create_app(database, load_settings({})), loop=client._loop)
    assert handshake(bare) == (503, b"COTERIE_INSTAGRAM_VERIFY_TOKEN is not set")
    response = deliver(bare, messaging("1"))
    assert (response.status, response.body) == (503, b"COTERIE_INSTAGRAM_APP_SECRET is not set")


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "0" * 64, "sha1=" + "0" * 40, "sha256=é", sign(b"another body"),
     sign(b"{}", "another secret")],
)  # fmt: skip
def test_a_wrong_signature_is_refused_and_nothing_is_kept(
    client: Client, database: Database, account: str, world: World, signature: str
) -> None:
    delivery = messaging(account, message(account, number(), "forged"))
    response = deliver(client, delivery, **{"x-hub-signature-256": signature})
    assert response.status == 403
    assert waiting(database, world, "instagram_delivery") == []


def test_a_missing_signature_is_refused_even_when_the_old_one_is_there(client: Client) -> None:
    response = client.call("POST", PATH, body=b"{}", headers={"x-hub-signature": "sha1=abc"})
    assert response.status == 403


def test_the_signature_is_of_the_bytes_and_not_of_what_they_mean(client: Client, account: str) -> None:
    body = json.dumps(messaging(account)).encode()
    spaced = body.replace(b", ", b" , ")
    assert deliver(client, spaced, **{"x-hub-signature-256": sign(body)}).status == 403
    assert deliver(client, spaced, **{"x-hub-signature-256": sign(spaced).upper().replace("SHA", "sha")}).status == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]x", b"null", b'"entry"', b"[1]", b'{"entry": 5}', b'{"entry": {"id": "1"}}', b"\xff\xfe{}",
     b'{"entry": [{"id": "1", "x": "\x00"}]}', b"[" * 20_000, b'{"a":' * 20_000, b'{"entry": NaN}'],
)  # fmt: skip
def test_a_signed_body_that_cannot_be_read_is_a_bad_request(client: Client, body: bytes) -> None:
    assert deliver(client, body).status == 400


@pytest.mark.parametrize(
    "body",
    [b"[]", b'{"object": "instagram", "entry": []}', b'{"entry": [null, 5, {}, {"id": null}, {"id": []}]}',
     b'{"entry": [{"id": 123456789012345678901234567890123456789, "time": 1e400}]}',
     b'{"entry": [{"id": ' + b"9" * 5000 + b"}]}", b'{"entry": [{"id": "\\ud83d", "x": "\\ud83d"}]}'],
)  # fmt: skip
def test_a_signed_delivery_about_nobody_here_is_dropped(client: Client, body: bytes) -> None:
    assert deliver(client, body).status == 200


def test_a_body_beyond_the_limit_is_refused(client: Client) -> None:
    assert deliver(client, b" " * (BYTES_MAX + 1)).status == 413
    assert deliver(client, b"{}", **{"content-length": "9" * 30}).status == 413


def test_a_body_that_does_not_come_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.instagram.webhook.BODY_SECONDS_MAX", 0.05)
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": []}

    async def status_after(piece: Any) -> int:
        answered: list[Any] = []

        async def receive() -> Any:
            return piece or await asyncio.sleep(60)

        async def send(sent: Any) -> None:
            answered.append(sent)

        await client.app(scope, receive, send)
        return int(answered[0]["status"])

    for piece in (None, {"type": "http.disconnect"}):
        assert asyncio.run(status_after(piece)) == 408


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_allowed(client: Client, method: str) -> None:
    assert client.call(method, PATH).status == 405


def test_every_shape_of_an_envelope_is_read(inro: Client, database: Database, settings: Settings, account: str) -> None:
    """messaging, changes with a comment, field and value flat, changes with a message, all in an outer array."""
    people = [number() for _ in range(4)]
    in_changes = message(account, people[3], "in changes") | {"timestamp": str(milliseconds() // 1000)}
    entries = [
        messaging(account, message(account, people[0], "in messaging"))["entry"][0],
        {"id": account, "time": 1_520_622_968, "changes": [
            {"field": "comments", "value": comment(people[1], "lisa", "in a change")}]},
        {"id": account, "time": 1_569_262_486_134, "field": "comments",
         "value": comment(people[2], "milhouse", "flat")},
        {"id": account, "time": 1_569_262_486_134, "changes": [{"field": "messages", "value": in_changes}]},
    ]  # fmt: skip
    delivery = [{"object": "instagram", "entry": entries}]
    assert deliver(inro, delivery).status == 200
    work(database, settings)
    listed = inro.get("/api/v1/contacts", order_column="id", order_direction="desc", per_page=4).json
    said = {entry["content"] for found in listed for entry in found["last_messages"]}
    assert said == {"in messaging", "in changes"}
    comments = {
        found["username"]: (entry["text"], entry["received_at"]) for found in listed for entry in found["last_comments"]
    }
    assert comments == {
        "lisa": ("in a change", "2018-03-09T19:16:08.000000Z"),
        "milhouse": ("flat", "2019-09-23T18:14:46.134000Z"),
    }


def test_a_delivery_for_several_accounts_reaches_each_organization(
    inro: Client, client: Client, database: Database, settings: Settings, world: World, account: str
) -> None:
    second = connect(database, settings, world)
    entries = [
        messaging(one, message(one, number(), f"to {one}"))["entry"][0] for one in (account, second, "17840000000009")
    ]
    assert deliver(client, {"object": "instagram", "entry": entries}).status == 200
    assert len(waiting(database, world, "instagram_delivery")) == 2
    work(database, settings)
    listed = inro.get("/api/v1/contacts", order_column="id", order_direction="desc", per_page=2).json
    assert {found["last_messages"][0]["content"] for found in listed} == {f"to {account}", f"to {second}"}


def test_what_another_organization_got_is_not_here(
    inro: Client, client: Client, database: Database, settings: Settings, world: World, account: str
) -> None:
    before = client.with_token(world.charlie_token).get("/api/v1/contacts").json
    deliver(client, messaging(account, message(account, number(), "for Alice")))
    work(database, settings)
    assert newest(inro)["last_messages"][0]["content"] == "for Alice"
    assert client.with_token(world.charlie_token).get("/api/v1/contacts").json == before


def test_hostile_values_cost_only_themselves(
    inro: Client, database: Database, settings: Settings, account: str
) -> None:
    person = number()
    mid = "x" * 390
    odd = [
        message(account, person, "nul \0 inside", mid=mid),
        message(account, person, "lone \ud83d surrogate", milliseconds() + 1),
        message(account, person, "‏rtl עברית ‮" + "🤷🏽‍♀️" * 10, milliseconds() + 2),
        message(account, person, "too long an id", mid="y" * 401),
        message(account, "p" * 401, "too long a person"),
        message(account, person, {"a": 1}, milliseconds() + 3),  # type: ignore[arg-type]
        message(account, person, "far future", 10**17),
        {"sender": 5, "recipient": [], "timestamp": {}, "message": "no"},
        {"sender": {"id": 10**30}, "recipient": {"id": account}, "timestamp": -1, "message": {"mid": "n", "text": "x"}},
    ]
    body = json.dumps(messaging(account, *odd)).encode()
    assert deliver(inro, body).status == 200
    work(database, settings)
    listed = inro.get("/api/v1/contacts", order_column="id", order_direction="desc", per_page=2).json
    said = {entry["content"] for found in listed for entry in found["last_messages"]}
    assert said == {"nul  inside", "lone \ufffd surrogate", "‏rtl עברית ‮" + "🤷🏽‍♀️" * 10, None, "far future", "x"}


def test_a_thousand_messages_come_in_one_delivery(
    inro: Client, database: Database, settings: Settings, account: str, world: World
) -> None:
    people = [number() for _ in range(1000)]
    delivery = messaging(account, *[message(account, person, f"I am {person}") for person in people])
    assert deliver(inro, delivery).status == 200
    assert deliver(inro, delivery).status == 200
    before = int(inro.get("/api/v1/contacts").headers["x-total"])
    worker = Worker(database, settings, HANDLERS, schedule=())
    # what people wrote goes before the profiles that wait
    assert worker.run_one() and worker.run_one()
    assert int(inro.get("/api/v1/contacts").headers["x-total"]) == before + 1000
    assert len(waiting(database, world, "instagram_profile")) == 1000
    assert newest(inro)["last_messages"][0]["content"] == f"I am {max(people)}"
    with database.write() as tx:  # nobody is to wait for a thousand profiles
        tx.run("DELETE FROM jobs WHERE name = 'instagram_profile'")


def test_the_secret_is_not_what_a_browser_could_send(client: Client) -> None:
    assert client.get(PATH).status == 403
    assert SECRET not in client.get(PATH).body.decode()
