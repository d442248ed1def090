"""Account and settings: profile, password, sessions, tokens, deleted people."""

import re

import pytest
from client import Client
from visitor import Visitor, text_of
from world import PASSWORD, World


def test_a_profile_is_saved(alice: Visitor) -> None:
    assert alice.post("/account", first_name="Alice", last_name="", time_zone="Europe/Berlin").status == 303
    body = alice.get("/account").body.decode()
    assert 'value="Alice"' in body and 'value="Europe/Berlin"' in body
    assert alice.post("/account", first_name="x" * 201, last_name="", time_zone="UTC").status == 422
    assert alice.post("/account", first_name="", last_name="", time_zone="Mars/Olympus").status == 422


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(
    alice: Visitor, client: Client, world: World
) -> None:
    other = Visitor(client.with_token(None))
    other.sign_in(world.alice_email)
    assert alice.post("/account/password", present="wrong", password="correct horse battery").status == 422
    assert alice.post("/account/password", present=PASSWORD, password="short").status == 422
    assert other.get("/account").status == 200
    response = alice.post("/account/password", present=PASSWORD, password="correct horse battery")
    assert response.status == 303
    assert alice.get("/account").status == 200 and other.get("/account").status == 303
    assert other.sign_in(world.alice_email).status == 422
    assert other.sign_in(world.alice_email, "correct horse battery").status == 303


def test_another_session_is_ended_from_the_list(alice: Visitor, client: Client, world: World) -> None:
    other = Visitor(client.with_token(None))
    other.sign_in(world.alice_email)
    (path,) = set(re.findall(r'action="(/account/sessions/[^"]+/end)"', alice.get("/account").body.decode()))
    assert alice.post(path).status == 303
    assert other.get("/account").status == 303 and alice.get("/account").status == 200
    assert alice.post(path).status == 404


def test_nobody_ends_the_session_of_another_user(alice: Visitor, client: Client, world: World) -> None:
    with world.database.write() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.charlie.user_id})
    assert row is not None
    charlie = Visitor(client.with_token(None))
    charlie.sign_in(row[0])
    with world.database.read() as tx:
        found = tx.one("SELECT id FROM sessions WHERE user_id = :id", {"id": world.charlie.user_id})
    assert found is not None
    assert alice.post(f"/account/sessions/{found[0]}/end").status == 404
    assert charlie.get("/account").status == 200


def test_preferences_are_of_this_browser(alice: Visitor) -> None:
    alice.post("/account/preferences", theme="dark", density="compact", shortcuts="off")
    body = alice.get("/account").body.decode()
    assert 'data-theme="dark" data-density="compact" data-shortcuts="off"' in body
    alice.post("/account/preferences", theme='"><script>', density="normal", shortcuts="on")
    assert 'data-theme="dark"' in alice.get("/account").body.decode()


def test_a_token_is_shown_once(alice: Visitor, client: Client, world: World) -> None:
    settings = f"/{world.organization.id}/settings/tokens"
    response = alice.post(settings, token_name="Phone", days="30", scopes=["contacts:read"])
    (token,) = re.findall(r'id="new-token" readonly value="([^"]+)"', response.body.decode())
    assert token not in alice.get(settings).body.decode() and "Phone" in text_of(alice.get(settings))
    program = client.with_token(token)
    assert program.get(f"/api/v1/orgs/{world.organization.uuid}/contacts").status == 200
    (path,) = re.findall(
        r'action="([^"]+/revoke)">[^>]*><button[^>]*Revoke the token Phone', alice.get(settings).body.decode()
    )
    alice.post(path)
    assert program.get(f"/api/v1/orgs/{world.organization.uuid}/contacts").status == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"token_name": " ", "scopes": ["contacts:read"]},
        {"token_name": "x", "scopes": ["everything"]},
        {"token_name": "x"},
    ],
)
def test_a_token_that_is_not_valid_says_why(alice: Visitor, world: World, fields: dict[str, str]) -> None:
    response = alice.post(f"/{world.organization.id}/settings/tokens", **fields)
    assert response.status == 422


def test_deleted_people_are_listed_and_restored(alice: Visitor, world: World) -> None:
    home = f"/{world.organization.id}"
    assert "Nobody is deleted" in text_of(alice.get(f"{home}/settings/deleted"))
    alice.post(f"{home}/people/{world.marge.id}/delete")
    alice.get(f"{home}/people")
    assert "Marge Simpson" in text_of(alice.get(f"{home}/settings/deleted"))
    alice.post(f"{home}/people/{world.marge.id}/restore")
    alice.get(f"{home}/people")
    assert "Nobody is deleted" in text_of(alice.get(f"{home}/settings/deleted"))


def test_a_signed_in_visitor_of_the_start_page_goes_to_today(alice: Visitor, world: World) -> None:
    response = alice.get("/")
    response = alice.get(response.headers["location"])
    assert response.headers["location"] == f"/{world.organization.id}/today"
