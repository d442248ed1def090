"""Login, logout, users, organizations."""

from typing import Any
from uuid import uuid4

import pytest
from client import Client, Response
from r0_client import ENCODINGS, R0
from world import PASSWORD, World

from coterie.actions.access_tokens import insert_token
from coterie.actions.logins import LOGINS_MAX
from coterie.actions.logins import log_in as log_in_again
from coterie.model import times
from coterie.model.login_attempts import PAIR_MAX
from coterie.model.organizations import MEMBER
from coterie.store.organizations import insert_membership

API = "/api/v1"


def log_in(r0: R0, email: str, password: str = PASSWORD, encoding: str = "json") -> Response:
    return r0.post(f"{API}/login", {"user": {"email": email, "password": password}}, encoding)


def as_bearer(r0: R0, response: Response) -> R0:
    assert response.status == 201, response.body
    return R0(r0.client.with_token(response.json["token"]), r0.base)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_password_is_exchanged_for_a_token_that_works(r0: R0, world: World, encoding: str) -> None:
    nobody = R0(r0.client.with_token(None), r0.base)
    response = log_in(nobody, world.alice_email, encoding=encoding)
    assert len(response.json["token"]) == 44
    assert response.json["user"]["id"] == world.alice.user_id
    assert response.json["organization"]["id"] == world.organization.uuid
    assert as_bearer(r0, response).get("/contacts").status == 200
    assert log_in(nobody, world.alice_email.upper()).status == 201


def test_logging_out_ends_the_token_and_no_other(r0: R0, world: World) -> None:
    first, second = (as_bearer(r0, log_in(r0, world.alice_email)) for _ in range(2))
    assert first.delete(f"{API}/logout").status == 204
    assert first.get("/contacts").status == 401
    assert first.delete(f"{API}/logout").status == 401
    assert second.get("/contacts").status == 200
    assert R0(r0.client.with_token(None), r0.base).delete(f"{API}/logout").status == 401


def test_of_many_logins_the_oldest_end(world: World, r0: R0) -> None:
    assert world.alice.user_id
    with world.database.write() as tx:
        tokens = [log_in_again(tx, world.alice.user_id, "test")[0] for _ in range(LOGINS_MAX + 1)]
    statuses = [R0(r0.client.with_token(token), r0.base).get("/contacts").status for token in (*tokens[:2], tokens[-1])]
    assert statuses == [401, 200, 200]
    assert r0.get("/contacts").status == 200


def test_a_token_does_only_what_its_scopes_allow(r0: R0, world: World) -> None:
    assert world.alice.user_id
    with world.database.write() as tx:
        _, token = insert_token(
            tx, world.organization.id, user_id=world.alice.user_id, name="reader", scopes=("contacts:read",)
        )
    reader = R0(r0.client.with_token(token), r0.base)
    assert reader.get("/contacts").status == 200
    new = {"contact": {"first_name": "Bart", "relationship_type": 1}}
    for response in (reader.post("/contacts", new), reader.get(f"{API}/orgs"), reader.get("/addresses"),
                   reader.delete(f"/contacts/{world.marge.uuid}")):  # fmt: skip
        assert (response.status, list(response.json)) == (403, ["error"])
    assert reader.delete(f"{API}/logout").status == 204
    assert reader.get("/contacts").status == 401


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(r0: R0, world: World) -> None:
    wrong = log_in(r0, world.alice_email, "wrong horse")
    unknown = log_in(r0, f"nobody-{uuid4().hex}@example.org")
    strange = log_in(r0, "not an address")
    assert wrong.status == unknown.status == strange.status == 401
    assert wrong.json == unknown.json == strange.json == {"error": "The e-mail address or the password is wrong"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["user"]),
        ({"user": {}}, ["email", "password"]),
        ({"user": {"email": "a@example.org", "password": "x" * 201}}, ["password"]),
        ({"user": {"email": "a@example.org", "password": "a\0b"}}, ["password"]),
        ({"user": {"email": ["a"], "password": None}}, ["email", "password"]),
    ],
)
def test_credentials_that_are_none_are_refused_by_name(r0: R0, body: Any, fields: list[str]) -> None:
    response = r0.post(f"{API}/login", body)
    assert (response.status, list(response.json["errors"])) == (422, fields)


def test_a_failed_login_is_logged_with_its_source_and_without_its_address(
    r0: R0, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(r0, world.alice_email, "wrong horse")
    (record,) = [each for each in caplog.records if each.name == "coterie.actions.logins"]
    assert (record.levelname, record.getMessage(), vars(record)["source"]) == ("WARNING", "login failed", "loopback")
    assert len(vars(record)["address_digest"]) == 16
    assert world.alice_email not in str(vars(record))


def test_after_ten_failures_even_the_right_password_has_to_wait(r0: R0, world: World) -> None:
    for _ in range(PAIR_MAX):
        assert log_in(r0, world.alice_email, "wrong horse").status == 401
    response = log_in(r0, world.alice_email)
    assert response.status == 429
    assert 0 < int(response.headers["retry-after"]) <= 901
    assert log_in(r0, f"somebody-else-{uuid4().hex}@example.org").status == 401


def test_a_login_spans_the_organizations_of_its_user(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        assert world.alice.user_id
        insert_membership(tx, world.charlie.organization_id, world.alice.user_id, MEMBER, times.now())
    spanning = as_bearer(r0, log_in(r0, world.alice_email))
    listed = spanning.get(f"{API}/orgs").json
    assert (listed["count"], [each["name"] for each in listed["organizations"]]) == (
        2,
        ["Evergreen Terrace", "Moe's Tavern"],
    )
    theirs = f"{API}/orgs/{world.charlie.organization_uuid}"
    assert spanning.get(f"{theirs}/contacts/{world.moe.uuid}").json["first_name"] == "Moe"
    assert spanning.get(f"/contacts/{world.moe.uuid}").status == 404
    second = spanning.get(f"{API}/orgs", limit=1, page=2).json
    assert (second["count"], second["first"], [each["name"] for each in second["organizations"]]) == (
        2, 2, ["Moe's Tavern"],
    )  # fmt: skip
    # the token of the organization alone does not reach the other one
    assert [each["name"] for each in r0.get(f"{API}/orgs").json["organizations"]] == ["Evergreen Terrace"]
    assert r0.get(f"{theirs}/contacts").status == 404


def test_self_is_the_caller_and_so_is_the_callers_id(r0: R0, world: World) -> None:
    me = r0.get(f"{API}/users/self")
    assert (me.status, me.json["id"], me.json["email"]) == (200, world.alice.user_id, world.alice_email)
    assert r0.get(f"{API}/users/{world.alice.user_id}").json == me.json
    assert r0.get("/users/self").json == me.json
    assert [each["notif_name"] for each in me.json["notifications"]] == ["product_updates", "reminders"]


def test_others_are_seen_within_the_organization_only(r0: R0, world: World) -> None:
    bob = r0.get(f"/users/{world.bob.user_id}")
    assert (bob.status, bob.json["first_name"], bob.json["notifications"]) == (200, "Bob", [])
    assert r0.get(f"{API}/users/{world.bob.user_id}").status == 404
    assert r0.get(f"/users/{world.charlie.user_id}").status == 404
    assert r0.patch(f"{API}/users/{world.bob.user_id}", {"user": {"first_name": "Rob"}}).status == 404
    for bad in ("x", "00000000-0000-0000-0000-000000000000"):
        assert r0.get(f"/users/{bad}").status == r0.get(f"{API}/users/{bad}").status == 404


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_and_notifications_change_one_by_one(r0: R0, encoding: str) -> None:
    path = f"{API}/users/self"
    before = r0.get(path).json
    updates, reminders = (each["notif_id"] for each in before["notifications"])

    def change(**fields: Any) -> Any:
        response = r0.patch(path, {"user": fields}, encoding)
        assert response.status == 200, response.body
        assert r0.get(path).json == response.json
        return response.json

    assert change(first_name="Alïce 🦊")["first_name"] == "Alïce 🦊"
    after = change(last_name="Liddell", notifications=[{"notif_id": updates, "notif_status": "disabled"}])
    assert (after["first_name"], after["last_name"]) == ("Alïce 🦊", "Liddell")
    assert [each["notif_status"] for each in after["notifications"]] == ["disabled", "active"]
    after = change(
        notifications=[
            {"notif_id": updates.upper(), "notif_status": "enabled"},
            {"notif_id": reminders, "notif_status": "disabled"},
        ]
    )
    assert [each["notif_status"] for each in after["notifications"]] == ["active", "disabled"]
    assert change(last_name="")["last_name"] is None


def test_bad_changes_of_a_user_are_refused_by_name_and_nothing_is_written(r0: R0, world: World, client: Client) -> None:
    path = f"{API}/users/self"
    before = r0.get(path).json
    bob = R0(client.with_token(world.bob_token), r0.base).get(path).json
    foreign = bob["notifications"][0]["notif_id"]
    for fields, names in (
        ({"first_name": "x" * 201}, ["first_name"]),
        ({"first_name": "Al", "notifications": [{"notif_id": foreign, "notif_status": "active"}]},
         ["notifications[0][notif_id]"]),
        ({"notifications": [{"notif_id": "x", "notif_status": "asleep"}]}, ["notifications[0][notif_status]"]),
        ({"notifications": [{}]}, ["notifications[0][notif_id]", "notifications[0][notif_status]"]),
        ({"notifications": "all"}, ["notifications"]),
    ):  # fmt: skip
        response = r0.patch(path, {"user": fields})
        assert (response.status, list(response.json["errors"])) == (422, names)
    assert r0.get(path).json == before
