"""The second factor: set-up, sign-in by code and by recovery code, limits, removal."""

import re
import time

import pytest
from client import Client, Response
from visitor import Visitor, text_of
from world import PASSWORD, World

from coterie.actions import second_factors as actions
from coterie.actions.passwords import set_password
from coterie.actions.second_factors import has_second_factor, remove_second_factor_of
from coterie.model.login_attempts import LoginAttempts
from coterie.model.second_factors import code_at
from coterie.store.failed_logins import list_failed_logins
from coterie.store.second_factors import count_recovery_codes, find_second_factor

PATH = "/account/second-factor"


@pytest.fixture(autouse=True)
def no_wrong_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_attempts", LoginAttempts())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that codes are checked at; a test moves it."""
    moment = [time.time()]
    monkeypatch.setattr("coterie.actions.second_factors.time.time", lambda: moment[0])
    return moment


def secret_of(page: Response) -> str:
    return re.findall(r'id="secret">([A-Z2-7 ]+)<', page.body.decode())[0].replace(" ", "")


def switch_on(visitor: Visitor, clock: list[float]) -> tuple[str, list[str]]:
    """(secret, recovery codes)."""
    assert visitor.post(PATH, present=PASSWORD).status == 303
    secret = secret_of(visitor.get(PATH))
    response = visitor.post(f"{PATH}/confirm", code=code_at(secret, int(clock[0]) // 30))
    assert response.status == 200 and response.headers["cache-control"] == "no-store"
    clock[0] += 30
    return secret, re.findall(r"<li><code>([^<]+)</code>", response.body.decode())


def proof_of(response: Response) -> str:
    assert response.status == 200, response.status
    return re.findall(r'name="proof" value="([^"]+)"', response.body.decode())[0]


def enter(visitor: Visitor, email: str, code: str) -> Response:
    proof = proof_of(visitor.sign_in(email))
    return visitor.post("/sign-in/code", proof=proof, code=code, next="")


@pytest.fixture
def other(client: Client) -> Visitor:
    return Visitor(client.with_token(None))


def test_a_second_factor_counts_once_a_code_was_right(
    alice: Visitor, other: Visitor, world: World, clock: list[float]
) -> None:
    assert alice.post(PATH, present="wrong").status == 422
    assert alice.post(PATH, present=PASSWORD).status == 303
    secret = secret_of(alice.get(PATH))
    assert "<svg" in alice.get(PATH).body.decode() and "style=" not in alice.get(PATH).body.decode()
    assert alice.post(f"{PATH}/confirm", code="000000").status == 422
    assert other.sign_in(world.alice_email).status == 303
    response = alice.post(f"{PATH}/confirm", code=code_at(secret, int(clock[0]) // 30))
    assert "not shown again" in text_of(response)
    assert other.get("/account").status == 303 and alice.get("/account").status == 200
    assert secret not in alice.get(PATH).body.decode()
    assert alice.post(PATH, present=PASSWORD).status == 409


def test_sign_in_asks_for_a_code_and_takes_each_once(
    alice: Visitor, other: Visitor, world: World, clock: list[float]
) -> None:
    secret, _ = switch_on(alice, clock)
    code = code_at(secret, int(clock[0]) // 30)
    assert enter(other, world.alice_email, code).status == 303
    assert other.get("/account").status == 200
    other.post("/sign-out")
    replayed = enter(other, world.alice_email, code)
    assert replayed.status == 422 and "already used" in text_of(replayed)
    clock[0] += 30
    assert enter(other, world.alice_email, code_at(secret, int(clock[0]) // 30)).status == 303


def test_the_page_after_sign_in_is_the_one_asked_for(
    alice: Visitor, other: Visitor, world: World, clock: list[float]
) -> None:
    secret, _ = switch_on(alice, clock)
    page = other.post("/sign-in", email=world.alice_email, password=PASSWORD, next="/account")
    assert 'name="next" value="/account"' in page.body.decode()
    code = code_at(secret, int(clock[0]) // 30)
    response = other.post("/sign-in/code", proof=proof_of(page), code=code, next="/account")
    assert response.headers["location"] == "/account"


def test_a_recovery_code_works_once(alice: Visitor, other: Visitor, world: World, clock: list[float]) -> None:
    _, codes = switch_on(alice, clock)
    assert len(codes) == 10
    assert enter(other, world.alice_email, codes[3].upper()).status == 303
    other.post("/sign-out")
    assert enter(other, world.alice_email, codes[3]).status == 422
    with world.database.read() as tx:
        assert count_recovery_codes(tx, world.alice.user_id or "") == 9
        stored = {row[0] for row in tx.all("SELECT code_hash FROM recovery_codes")}
    assert not stored & set(codes)


def test_new_recovery_codes_replace_the_old_ones(
    alice: Visitor, other: Visitor, world: World, clock: list[float]
) -> None:
    _, old = switch_on(alice, clock)
    assert alice.post(f"{PATH}/codes", present="wrong").status == 422
    response = alice.post(f"{PATH}/codes", present=PASSWORD)
    new = re.findall(r"<li><code>([^<]+)</code>", response.body.decode())
    assert len(new) == 10 and not set(new) & set(old)
    assert enter(other, world.alice_email, old[0]).status == 422
    assert enter(other, world.alice_email, new[0]).status == 303


def test_wrong_codes_are_limited_and_recorded(alice: Visitor, other: Visitor, world: World, clock: list[float]) -> None:
    secret, _ = switch_on(alice, clock)
    proof = proof_of(other.sign_in(world.alice_email))
    statuses = [other.post("/sign-in/code", proof=proof, code=f"{number:06}", next="").status for number in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    right = code_at(secret, int(clock[0]) // 30)
    assert other.post("/sign-in/code", proof=proof, code=right, next="").status == 429
    with world.database.read() as tx:
        emails = [failed.email for failed in list_failed_logins(tx, limit=10)]
    assert emails == [world.alice_email] * 10


@pytest.mark.parametrize("proof", ["", "x", "a.b", "é", "WyJ4IiwxXQ==.AAAA", "W10=.AA==", "bnVsbA==.AA=="])
def test_a_code_without_the_password_is_refused(other: Visitor, alice: Visitor, clock: list[float], proof: str) -> None:
    secret, _ = switch_on(alice, clock)
    response = other.post("/sign-in/code", proof=proof, code=code_at(secret, int(clock[0]) // 30), next="")
    assert response.status == 422 and "coterie_session" not in other.cookies


def test_a_proof_ends_with_time_with_the_password_and_in_another_browser(
    alice: Visitor, other: Visitor, client: Client, world: World, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = switch_on(alice, clock)
    proof, code = proof_of(other.sign_in(world.alice_email)), code_at(secret, int(clock[0]) // 30)
    thief = Visitor(client.with_token(None))
    assert thief.post("/sign-in/code", proof=proof, code=code, next="").status == 422
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr("coterie.actions.sign_in_proofs.time.time", lambda: now + 601)
        assert "too long" in text_of(other.post("/sign-in/code", proof=proof, code=code, next=""))
    with world.database.write() as tx:
        set_password(tx, world.alice_email, "another hash", via="test")
    assert other.post("/sign-in/code", proof=proof, code=code, next="").status == 422


def test_a_second_factor_is_removed_with_the_password(
    alice: Visitor, other: Visitor, world: World, clock: list[float]
) -> None:
    switch_on(alice, clock)
    assert alice.post(f"{PATH}/remove", present="wrong").status == 422
    assert alice.post(f"{PATH}/remove", present=PASSWORD).status == 303
    assert other.sign_in(world.alice_email).status == 303
    with world.database.read() as tx:
        assert count_recovery_codes(tx, world.alice.user_id or "") == 0
    assert alice.post(f"{PATH}/remove", present=PASSWORD).status == 404
    assert alice.post(f"{PATH}/codes", present=PASSWORD).status == 404
    assert alice.post(f"{PATH}/confirm", code="123456").status == 404


def test_the_operator_removes_a_second_factor(alice: Visitor, world: World, clock: list[float]) -> None:
    switch_on(alice, clock)
    with world.database.write() as tx:
        assert remove_second_factor_of(tx, world.alice_email.upper(), via="cli")
        assert not remove_second_factor_of(tx, world.alice_email, via="cli")
        assert not has_second_factor(tx, world.alice.user_id or "")
    assert alice.get("/account").status == 303


def test_programs_cannot_log_in_by_the_password_alone(
    alice: Visitor, client: Client, world: World, clock: list[float]
) -> None:
    body = {"user": {"email": world.alice_email, "password": PASSWORD}}
    nobody = client.with_token(None)
    logged_in = nobody.post("/api/v1/login", body)
    program = client.with_token(logged_in.json["token"])
    contacts = f"/api/v1/orgs/{world.organization.uuid}/contacts"
    assert program.get(contacts).status == 200
    switch_on(alice, clock)
    assert program.get(contacts).status == 401
    response = nobody.post("/api/v1/login", body)
    assert response.status == 403 and "API token" in response.body.decode()
    wrong = nobody.post("/api/v1/login", {"user": {"email": world.alice_email, "password": "wrong horse"}})
    assert wrong.status == 401


def test_the_secret_is_stored_sealed(alice: Visitor, world: World, clock: list[float]) -> None:
    secret, _ = switch_on(alice, clock)
    with world.database.read() as tx:
        factor = find_second_factor(tx, world.alice.user_id or "")
    assert factor is not None and secret not in factor.sealed_secret
    assert factor.last_step == int(clock[0]) // 30 - 1
