"""Signing in and out, sessions that end, forged forms, other organizations' pages."""

import pytest
from client import Client
from msgspec.structs import replace
from visitor import Visitor, text_of
from world import PASSWORD, World

from coterie.actions.members import remove_member
from coterie.actions.passwords import set_password
from coterie.app import create_app
from coterie.model import times
from coterie.settings import Settings
from coterie.store.database import Database


def home(world: World) -> str:
    return f"/{world.organization.id}"


def test_a_right_password_leads_to_today(visitor: Visitor, world: World) -> None:
    response = visitor.sign_in(world.alice_email)
    assert (response.status, response.headers["location"]) == (303, f"{home(world)}/today")
    assert visitor.get(f"{home(world)}/today").status == 200


def test_wrong_addresses_and_passwords_get_the_same_page(visitor: Visitor, world: World) -> None:
    texts = {
        text_of(visitor.sign_in(email, password)).replace(email, "")
        for email, password in [(world.alice_email, "wrong horse"), ("nobody@example.org", PASSWORD)]
    }
    assert len(texts) == 1 and "address or the password is wrong" in texts.pop()
    assert "coterie_session" not in visitor.cookies


def test_sign_in_goes_on_to_the_page_that_was_asked_for(visitor: Visitor, world: World) -> None:
    asked = f"{home(world)}/people?q=marge"
    response = visitor.get(asked)
    assert response.status == 303
    form = visitor.get(response.headers["location"])
    assert asked in text_of(form) or asked in form.body.decode()
    response = visitor.post("/sign-in", email=world.alice_email, password=PASSWORD, next=asked)
    assert response.headers["location"] == asked


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", ""])
def test_sign_in_never_leads_to_another_host(visitor: Visitor, world: World, elsewhere: str) -> None:
    response = visitor.post("/sign-in", email=world.alice_email, password=PASSWORD, next=elsewhere)
    assert response.headers["location"] == f"{home(world)}/today"


def test_signing_out_ends_the_session(alice: Visitor, world: World) -> None:
    cookies = dict(alice.cookies)
    response = alice.post("/sign-out")
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert "coterie_session" not in alice.cookies
    alice.cookies = cookies
    assert alice.get(f"{home(world)}/today").status == 303


def test_the_cookie_is_not_readable_by_scripts_nor_stored(alice: Visitor, visitor: Visitor, world: World) -> None:
    response = visitor.sign_in(world.alice_email)
    (cookie,) = [value for value in response.set_cookies if value.startswith("coterie_session")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    with world.database.read() as tx:
        stored = {row[0] for row in tx.all("SELECT token_hash FROM sessions")}
    assert visitor.cookies["coterie_session"] not in stored


def test_over_https_the_cookie_is_of_this_host_alone(fresh_database: Database, fresh_settings: Settings) -> None:
    client = Client(create_app(fresh_database, replace(fresh_settings, base_url="https://crm.example.org")))
    response = client.get("/sign-in")
    (cookie,) = response.set_cookies
    assert cookie.startswith("__Host-coterie_visitor=") and "; Secure" in cookie and "Path=/;" in cookie
    client.close()


def test_a_session_ends_after_its_days_and_when_it_is_idle(alice: Visitor, world: World, settings: Settings) -> None:
    page = f"{home(world)}/today"
    for column, days in (("last_used_at", settings.login_idle_days), ("created_at", settings.login_days)):
        for seconds, status in ((60, 200), (-60, 303)):
            at = times.after(times.now(), seconds - days * 86_400)
            with world.database.write() as tx:
                tx.run(
                    f"UPDATE sessions SET {column} = :at WHERE user_id = :user_id",
                    {"at": at, "user_id": world.alice.user_id},
                )
            assert alice.get(page).status == status, column
        with world.database.write() as tx:
            tx.run(
                f"UPDATE sessions SET {column} = :at WHERE user_id = :user_id",
                {"at": times.now(), "user_id": world.alice.user_id},
            )


def test_a_new_password_ends_sessions(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        set_password(tx, world.alice_email, "another hash", via="test")
    assert alice.get(f"{home(world)}/today").status == 303


def test_pages_of_other_organizations_do_not_exist(alice: Visitor, world: World) -> None:
    theirs = world.charlie.organization_id
    for path in (f"/{theirs}/today", f"/{theirs}/people", f"/{theirs}/people/{world.moe.id}", "/999999999/today"):
        assert alice.get(path).status == 404
    assert alice.get(f"/{'9' * 400}/today").status == 404


def test_a_removed_member_loses_the_pages_at_once(visitor: Visitor, world: World) -> None:
    with world.database.write() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row is not None
    visitor.sign_in(row[0])
    assert visitor.get(f"{home(world)}/people").status == 200
    with world.database.write() as tx:
        remove_member(tx, world.alice, row[0])
    assert visitor.get(f"{home(world)}/people").status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(alice: Visitor, headers: dict[str, str]) -> None:
    assert alice.post("/sign-out", headers).status == 403
    assert "coterie_session" in alice.cookies


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "x" * 10_000])
def test_a_form_without_its_token_is_refused(alice: Visitor, token: str) -> None:
    assert alice.post("/sign-out", form_token=token).status == 403


def test_the_token_of_another_session_is_refused(alice: Visitor, client: Client, world: World) -> None:
    other = Visitor(client.with_token(None))
    other.sign_in(world.alice_email)
    assert alice.post("/sign-out", form_token=other.token).status == 403


def test_nothing_is_changed_by_get(alice: Visitor) -> None:
    assert alice.get("/sign-out").status == 405


def test_too_many_wrong_passwords_have_to_wait(visitor: Visitor, world: World) -> None:
    statuses = [visitor.sign_in(world.alice_email, f"wrong {number}").status for number in range(12)]
    assert statuses[0] == 422 and statuses[-1] == 429
    assert visitor.sign_in(world.alice_email).status == 429


def test_every_page_has_the_strict_policy(alice: Visitor, world: World) -> None:
    for path in ("/sign-in", f"{home(world)}/today", f"{home(world)}/people", "/1/none", f"{home(world)}/people/none"):
        policy = alice.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in alice.get("/sign-in").headers["content-security-policy"]
