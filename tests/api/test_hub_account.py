"""Our own contract: the user, passwords, tokens, members and the organization."""

import pytest
from client import Client
from world import PASSWORD, World

from coterie.actions.access_tokens import insert_token

HUB = "/api/hub/v1"
NEW_PASSWORD = "a monorail for every town"


def bob(world: World, client: Client) -> Client:
    return client.with_token(world.bob_token)


def token_with(world: World, *scopes: str) -> str:
    with world.database.write() as tx:
        return insert_token(
            tx, world.organization.id, user_id=world.alice.user_id or "", name="limited", scopes=scopes
        )[1]


def test_me_is_the_user_with_role_and_scopes(world: World, hub: Client, client: Client) -> None:
    me = hub.get(f"{HUB}/me").json
    assert (me["email"], me["role"], me["scopes"]) == (world.alice_email, "owner", ["*"])
    assert me["organization"]["uuid"] == world.organization.uuid
    assert bob(world, client).get(f"{HUB}/me").json["role"] == "member"
    changed = hub.patch(f"{HUB}/me", {"first_name": "Alice", "time_zone": "europe/berlin"}).json
    assert (changed["first_name"], changed["time_zone"]) == ("Alice", "Europe/Berlin")
    assert hub.patch(f"{HUB}/me", {"time_zone": "Springfield"}).status == 422
    assert hub.get(f"{HUB}/time_zones", search="berlin").json == {"items": ["Europe/Berlin"]}


def test_a_changed_password_ends_logins_and_no_tokens(world: World, hub: Client, client: Client) -> None:
    def login(password: str) -> int:
        body = {"user": {"email": world.alice_email, "password": password}}
        response = client.with_token(None).post("/api/v1/login", body)
        if response.status == 201:
            logins.append(response.json["token"])
        return response.status

    logins: list[str] = []
    assert login(PASSWORD) == 201
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    changed = hub.call("PUT", f"{HUB}/me/password", json_body=change)
    assert (changed.status, changed.json) == (200, {"ended_logins": 1})
    assert client.with_token(logins[0]).get(f"{HUB}/me").status == 401
    assert hub.get(f"{HUB}/me").status == 200
    assert (login(PASSWORD), login(NEW_PASSWORD)) == (401, 201)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong", NEW_PASSWORD, "current_password"), (PASSWORD, "short", "new_password"),
     (PASSWORD, "password1234", "new_password"), (PASSWORD, "", "new_password")],
)  # fmt: skip
def test_a_password_is_not_changed_for_nothing(world: World, hub: Client, current: str, new: str, field: str) -> None:
    body = {"current_password": current, "new_password": new}
    response = hub.call("PUT", f"{HUB}/me/password", json_body=body)
    assert (response.status, [each["field"] for each in response.json["errors"]]) == (422, [field])


def test_tokens_are_created_listed_and_revoked(world: World, hub: Client, client: Client) -> None:
    body = {"name": "Shop", "scopes": ["contacts:read"], "days": 30}
    created = hub.post(f"{HUB}/tokens", body)
    assert created.status == 201
    secret = client.with_token(created.json.pop("token"))
    assert secret.get(f"{HUB}/contacts").status == 200
    assert secret.post(f"{HUB}/contacts", {}).status == 403
    listed = {each["id"]: each for each in hub.get(f"{HUB}/tokens").json["items"]}
    assert listed[created.json["id"]]["scopes"] == ["contacts:read"]
    assert hub.delete(f"{HUB}/tokens/{created.json['id']}").status == 204
    assert secret.get(f"{HUB}/contacts").status == 401
    assert hub.delete(f"{HUB}/tokens/{created.json['id']}").status == 409


def test_a_token_without_a_scope_is_refused(hub: Client) -> None:
    refused = hub.post("/api/hub/v1/tokens", {"name": "Nothing", "scopes": []})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "scopes")
    assert hub.post("/api/hub/v1/tokens", {"name": "As mine"}).json["scopes"] == ["*"]


def test_a_token_never_gives_more_than_it_has(world: World, client: Client) -> None:
    limited = client.with_token(token_with(world, "organization:read", "organization:write"))
    assert limited.post(f"{HUB}/tokens", {"name": "x", "scopes": ["contacts:read"]}).status == 403
    assert limited.post(f"{HUB}/tokens", {"name": "x"}).json["scopes"] == ["organization:read", "organization:write"]


def test_a_member_sees_and_revokes_their_own_tokens_only(world: World, hub: Client, client: Client) -> None:
    his = bob(world, client)
    (own,) = his.get(f"{HUB}/tokens").json["items"]
    alices = [each for each in hub.get(f"{HUB}/tokens").json["items"] if each["id"] != own["id"]]
    assert his.delete(f"{HUB}/tokens/{alices[0]['id']}").status == 404
    assert client.with_token(world.charlie_token).delete(f"{HUB}/tokens/{own['id']}").status == 404
    assert hub.delete(f"{HUB}/tokens/{own['id']}").status == 204
    assert his.get(f"{HUB}/me").status == 401


def test_owners_add_and_remove_members(world: World, hub: Client, client: Client) -> None:
    email = f"new-{world.organization.uuid}@example.org"
    added = hub.post(f"{HUB}/members", {"email": email, "password": NEW_PASSWORD})
    assert (added.status, added.json["role"]) == (201, "member")
    assert hub.post(f"{HUB}/members", {"email": email}).status == 409
    assert [each["role"] for each in hub.get(f"{HUB}/members").json["items"]] == ["owner", "member", "member"]
    body = {"user": {"email": email, "password": NEW_PASSWORD}}
    theirs = client.with_token(client.with_token(None).post("/api/v1/login", body).json["token"])
    assert theirs.get(f"{HUB}/contacts").status == 200
    assert hub.delete(f"{HUB}/members/{added.json['user_id']}").status == 204
    assert theirs.get(f"{HUB}/contacts").status == 401
    assert hub.delete(f"{HUB}/members/{added.json['user_id']}").status == 404
    assert hub.delete(f"{HUB}/members/{world.alice.user_id}").status == 409


def test_members_may_not_do_what_owners_may_but_they_may_leave(world: World, client: Client) -> None:
    his = bob(world, client)
    assert his.post(f"{HUB}/members", {"email": "x@example.org", "password": NEW_PASSWORD}).status == 403
    assert his.delete(f"{HUB}/members/{world.alice.user_id}").status == 403
    assert his.patch(f"{HUB}/organization", {"name": "Bob's"}).status == 403
    assert his.get(f"{HUB}/organization").status == 200
    assert his.delete(f"{HUB}/members/{world.bob.user_id}").status == 204
    assert his.get(f"{HUB}/me").status == 401


def test_the_organization_is_changed(world: World, hub: Client) -> None:
    body = {"name": "Evergreen", "country": "Germany", "time_zone": "Europe/Berlin"}
    changed = hub.patch(f"{HUB}/organization", body).json
    assert (changed["name"], changed["country"], changed["time_zone"]) == ("Evergreen", "DE", "Europe/Berlin")
    assert hub.patch(f"{HUB}/organization", {"country": None}).json["country"] is None
    for wrong in ({"country": "Atlantis"}, {"time_zone": "x"}, {"name": " "}, {"nmae": "x"}):
        assert hub.patch(f"{HUB}/organization", wrong).status == 422


@pytest.mark.parametrize(
    "body",
    [{"email": "nothing"}, {"email": "x@example.org"}, {"email": "x@example.org", "password": "short"},
     {"email": "x@example.org", "password": NEW_PASSWORD, "role": "king"}, {}],
)  # fmt: skip
def test_an_invalid_member_is_a_problem(hub: Client, body: dict[str, str]) -> None:
    assert hub.post(f"{HUB}/members", body).status == 422
