"""Passkeys: added, used, removed; what is not a right response; instances whose address allows none."""

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from authenticator import PRESENT, Authenticator
from client import Client, Response
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace
from visitor import Visitor, text_of
from world import PASSWORD, World, make_world

from coterie.actions import passkey_challenges
from coterie.actions.passkeys import RelyingParty, add_passkey, options_to_add, use_passkey
from coterie.app import create_app
from coterie.errors import Invalid, Unauthorized
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import find_user
from coterie.store.passkeys import list_passkeys

PATH = "/account/passkeys"
ORIGIN = "http://localhost"


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def client(fresh_database: Database, fresh_settings: Settings) -> Iterator[Client]:
    """The app at an address where browsers have passkeys."""
    client = Client(create_app(fresh_database, replace(fresh_settings, base_url=ORIGIN)))
    yield client
    client.close()


@pytest.fixture
def key() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def other(client: Client) -> Visitor:
    return Visitor(client.with_token(None))


def options_in(response: Response) -> dict[str, Any]:
    found = re.findall(r'data-options="([^"]+)"', response.body.decode())
    return json.loads(unescape(found[0]))  # type: ignore[no-any-return]


def add(visitor: Visitor, key: Authenticator, **fields: str) -> Response:
    sent = {"name": "Laptop", "present": PASSWORD, "credential": key.make(options_in(visitor.get(PATH)))} | fields
    return visitor.post(PATH, **sent)


def use(visitor: Visitor, key: Authenticator, next_: str = "") -> Response:
    credential = key.use(options_in(visitor.get("/sign-in")))
    return visitor.post("/sign-in/passkey", credential=credential, next=next_)


def test_a_passkey_signs_in_without_a_password(
    alice: Visitor, other: Visitor, world: World, key: Authenticator
) -> None:
    assert add(alice, key).status == 303
    assert "Laptop" in text_of(alice.get(PATH)) and "never used" in text_of(alice.get(PATH))
    response = use(other, key, "/account")
    assert (response.status, response.headers["location"]) == (303, "/account")
    assert world.alice_email in other.get("/account").body.decode()
    assert "never used" not in text_of(alice.get(PATH))


def test_adding_and_removing_need_the_password_and_end_other_sessions(
    alice: Visitor, other: Visitor, world: World, key: Authenticator
) -> None:
    other.sign_in(world.alice_email)
    assert add(alice, key, present="wrong").status == 422
    assert other.get("/account").status == 200
    assert add(alice, key).status == 303
    assert other.get("/account").status == 303
    (path,) = re.findall(r'action="(/account/passkeys/[^"]+/remove)"', alice.get(PATH).body.decode())
    assert alice.post(path, present="wrong").status == 422
    assert alice.post(path, present=PASSWORD).status == 303
    assert alice.post(path, present=PASSWORD).status == 404
    with world.database.read() as tx:
        assert list_passkeys(tx, world.alice.user_id or "") == []


def test_a_passkey_of_another_user_is_not_removed(
    alice: Visitor, other: Visitor, world: World, key: Authenticator
) -> None:
    add(alice, key)
    with world.database.read() as tx:
        (passkey,) = list_passkeys(tx, world.alice.user_id or "")
        bob = find_user(tx, world.bob.user_id or "")
    assert bob is not None
    other.sign_in(bob.email)
    assert other.post(f"{PATH}/{passkey.id}/remove", present=PASSWORD).status == 404
    assert (
        other.post(PATH, name="Mine", present=PASSWORD, credential=key.make(options_in(other.get(PATH)))).status == 422
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": ORIGIN + ":8000"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
)
def test_a_response_for_elsewhere_or_of_nobody_is_refused(
    alice: Visitor, other: Visitor, key: Authenticator, wrong: dict[str, Any]
) -> None:
    changed = Authenticator(**{"origin": ORIGIN, **wrong})
    assert add(alice, changed).status == 422
    add(alice, key)
    for name, value in wrong.items():
        setattr(key, name, value)
    assert use(other, key).status == 422 and "coterie_session" not in other.cookies


def test_a_response_is_used_once_and_in_its_browser(
    alice: Visitor, other: Visitor, client: Client, key: Authenticator
) -> None:
    add(alice, key)
    credential = key.use(options_in(other.get("/sign-in")))
    thief = Visitor(client.with_token(None))
    assert thief.post("/sign-in/passkey", credential=credential, next="").status == 422
    cookies = dict(other.cookies)
    assert other.post("/sign-in/passkey", credential=credential, next="").status == 303
    other.cookies = cookies
    assert other.post("/sign-in/passkey", credential=credential, next="").status == 422


def test_a_challenge_ends_after_five_minutes(
    alice: Visitor, other: Visitor, key: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(alice, key)
    credential, now = key.use(options_in(other.get("/sign-in"))), time.time()
    monkeypatch.setattr(passkey_challenges.time, "time", lambda: now + 301)
    assert other.post("/sign-in/passkey", credential=credential, next="").status == 422


def test_a_challenge_to_add_does_not_sign_in(alice: Visitor, other: Visitor, key: Authenticator) -> None:
    options = options_in(alice.get(PATH))
    add(alice, key)
    options["rpId"] = options["rp"]["id"]
    assert alice.post("/sign-in/passkey", credential=key.use(options), next="").status == 422


def test_an_authenticator_that_was_copied_is_refused(alice: Visitor, other: Visitor, key: Authenticator) -> None:
    key.count = 5
    add(alice, key)
    assert use(other, key).status == 303
    other.post("/sign-out")
    key.count -= 1
    assert use(other, key).status == 422
    key.count += 2
    assert use(other, key).status == 303


def test_a_wrong_signature_or_user_is_refused(alice: Visitor, other: Visitor, key: Authenticator) -> None:
    add(alice, key)
    assert use(other, Authenticator(ORIGIN, id=key.id, user=key.user)).status == 422
    assert use(other, Authenticator(ORIGIN, id=key.id, key=key.key, user=b"somebody else")).status == 422
    assert use(other, Authenticator(ORIGIN)).status == 422
    assert use(other, key).status == 303


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_passkey_has_a_name(alice: Visitor, key: Authenticator, name: str) -> None:
    assert add(alice, key, name=name).status == 422
    assert "You have none yet" in text_of(alice.get(PATH))


def test_a_passkey_is_registered_once(alice: Visitor, key: Authenticator) -> None:
    assert add(alice, key).status == 303
    assert [each["id"] for each in options_in(alice.get(PATH))["excludeCredentials"]]
    response = add(alice, key)
    assert response.status == 422 and "already registered" in text_of(response)


def test_passkeys_have_a_limit(alice: Visitor, key: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.actions.passkeys.PASSKEYS_MAX", 1)
    assert add(alice, key).status == 303
    assert add(alice, Authenticator(ORIGIN)).status == 413


def test_a_passkey_needs_no_code_of_the_second_factor(alice: Visitor, other: Visitor, key: Authenticator) -> None:
    add(alice, key)
    assert "Sign in with a passkey" in text_of(other.get("/sign-in"))
    assert use(other, key).headers["location"].endswith("/today")


@pytest.mark.parametrize("address", ["http://192.168.1.5:8000", "http://crm.example.org", "http://[::1]:8000"])
def test_an_address_without_passkeys_says_so(fresh_database: Database, fresh_settings: Settings, address: str) -> None:
    client = Client(create_app(fresh_database, replace(fresh_settings, base_url=address)))
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(make_world(fresh_database).alice_email)
    page = visitor.get(PATH)
    assert "data-passkey=" not in page.body.decode() and "https://" in text_of(page)
    client.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.text(max_size=20) | st.just("AAAA"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
fields = st.sampled_from(
    ["id", "rawId", "type", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
)


@examples(max_examples=60, deadline=None)
@given(field=fields, value=json_values, text=st.text(max_size=30))
def test_responses_that_are_not_well_formed_are_refused(
    fuzzed: tuple[World, RelyingParty, dict[str, Any]], field: str, value: Any, text: str
) -> None:
    world, party, made = fuzzed
    body = json.loads(json.dumps(made))
    (body if field in body else body["response"])[field] = value
    with world.database.write() as tx:
        user = find_user(tx, world.alice.user_id or "")
        assert user is not None
        for response in (json.dumps(body), text, json.dumps(value)):
            with pytest.raises(Unauthorized):
                use_passkey(tx, party, response)
            try:
                add_passkey(tx, party, user, name="x", response=response, session_id="", via="test")
            except Invalid:
                continue
            # these the browser may write as it likes
            assert field in ("id", "type", "authenticatorData", "signature", "userHandle")
            tx.run("DELETE FROM passkeys")
            tx.run("DELETE FROM used_challenges")


@pytest.fixture(scope="module")
def fuzzed(database: Database, settings_folder: Any) -> tuple[World, RelyingParty, dict[str, Any]]:

    world = make_world(database)
    party = RelyingParty(settings_folder, ORIGIN, "browser")
    with database.read() as tx:
        user = find_user(tx, world.alice.user_id or "")
        assert user is not None
        made = json.loads(Authenticator(ORIGIN).make(options_to_add(tx, party, user)))
    return world, party, made


@pytest.fixture(scope="module")
def settings_folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("keys")
