"""Our own contract: devices and calendar feeds are listed, added and revoked."""

import base64

from client import Client
from world import World

from coterie.actions.access_tokens import insert_token

HUB = "/api/hub/v1"
DEVICES, FEEDS = f"{HUB}/devices", f"{HUB}/calendar_feeds"


def limited(world: World, client: Client, *scopes: str) -> Client:
    with world.database.write() as tx:
        user_id = world.alice.user_id or ""
        return client.with_token(insert_token(tx, world.organization.id, user_id=user_id, name="x", scopes=scopes)[1])


def sync(client: Client, user: str, password: str) -> int:
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"authorization": f"Basic {login}", "depth": "0"}
    return client.call("PROPFIND", "/dav/", headers=headers).status


def test_a_device_is_added_syncs_and_is_revoked(world: World, hub: Client) -> None:
    made = hub.post(DEVICES, {"name": "iPhone"})
    assert made.status == 201, made.body
    device = made.json
    assert device["url"].endswith("/dav/") and device["state"] == "active"
    assert sync(hub, device["user"], device["password"]) == 207
    (listed,) = hub.get(DEVICES).json["items"]
    assert listed["id"] == device["id"] and "password" not in listed
    assert hub.delete(f"{DEVICES}/{device['id']}").status == 204
    assert hub.delete(f"{DEVICES}/{device['id']}").status == 409
    assert sync(hub, device["user"], device["password"]) == 401
    assert hub.get(DEVICES).json["items"][0]["state"] == "revoked"


def test_a_member_sees_and_revokes_only_their_own_devices(world: World, hub: Client) -> None:
    bob, made = hub.with_token(world.bob_token), hub.post(DEVICES, {"name": "iPhone"}).json
    own = bob.post(DEVICES, {"name": "Pixel"}).json
    assert [each["id"] for each in bob.get(DEVICES).json["items"]] == [own["id"]]
    assert {each["id"] for each in hub.get(DEVICES).json["items"]} == {made["id"], own["id"]}
    assert bob.delete(f"{DEVICES}/{made['id']}").status == 404
    assert hub.delete(f"{DEVICES}/{own['id']}").status == 204
    assert hub.with_token(world.charlie_token).delete(f"{DEVICES}/{made['id']}").status == 404


def test_a_token_gives_a_device_no_more_than_it_may_do(world: World, client: Client) -> None:
    both = ("organization:read", "organization:write")
    assert limited(world, client, *both).post(DEVICES, {"name": "x"}).status == 403
    reader = limited(world, client, *both, "contacts:read")
    assert reader.post(DEVICES, {"name": "x"}).status == 403
    assert reader.post(DEVICES, {"name": "x", "is_read_only": True}).status == 201
    assert limited(world, client, *both).post(FEEDS, {}).status == 403


def test_a_calendar_feed_is_created_read_and_revoked(world: World, hub: Client) -> None:
    made = hub.post(FEEDS, {"contents": ["birthdays"]})
    assert made.status == 201, made.body
    path = "/calendar/" + made.json["url"].rpartition("/calendar/")[2]
    assert hub.with_token(None).call("GET", path).body.startswith(b"BEGIN:VCALENDAR")
    (listed,) = hub.get(FEEDS).json["items"]
    assert (listed["id"], listed["contents"], "url" in listed) == (made.json["id"], ["birthdays"], False)
    bob = hub.with_token(world.bob_token)
    assert bob.get(FEEDS).json["items"] == [] and bob.delete(f"{FEEDS}/{listed['id']}").status == 404
    assert hub.delete(f"{FEEDS}/{listed['id']}").status == 204
    assert hub.with_token(None).call("GET", path).status == 404
    assert hub.post(FEEDS, {}).json["contents"] == ["birthdays", "dates", "reminders", "in_touch"]
    assert hub.post(FEEDS, {"contents": ["tides"]}).status == 422
