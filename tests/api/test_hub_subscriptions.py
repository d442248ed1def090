"""Our own contract: subscriptions to address books are added, changed, run and removed by owners."""

from client import Client
from world import World

from coterie.model.subscriptions import CARD_HELD, CONFLICT, HELD, MANY, HeldRun, RemoteCard
from coterie.store.jobs import count_open_jobs
from coterie.store.remote_cards import save_remote_cards
from coterie.store.subscriptions import update_subscription

SUBSCRIPTIONS = "/api/hub/v1/subscriptions"
BODY = {"name": "Friends", "url": "https://cloud.example.org/", "username": "marge", "password": "app password"}


def add(hub: Client, **fields: object) -> str:
    made = hub.post(SUBSCRIPTIONS, {**BODY, **fields})
    assert made.status == 201, made.body
    return str(made.json["id"])


def test_a_subscription_is_added_changed_paused_and_removed(world: World, hub: Client) -> None:
    path = f"{SUBSCRIPTIONS}/{add(hub)}"
    with world.database.read() as tx:
        assert count_open_jobs(tx, world.organization.id, "sync_subscription") == 1
    shown = hub.get(path)
    assert (shown.json["state"], shown.json["direction"], shown.json["cards"]) == ("new", "mirror", {})
    assert b"app password" not in shown.body + hub.get(SUBSCRIPTIONS).body
    changed = hub.patch(path, {"direction": "two_way", "policy": "ask", "password": "new", "is_paused": True}).json
    assert (changed["direction"], changed["policy"], changed["state"]) == ("two_way", "ask", "paused")
    assert hub.patch(path, {"is_paused": False}).json["state"] == "active"
    assert hub.post(f"{path}/run").status == 202
    assert hub.delete(path).status == 204
    assert hub.get(path).status == 404


def test_what_is_not_valid_is_rejected(world: World, hub: Client) -> None:
    for fields in ({"url": "ftp://x"}, {"policy": "mine"}, {"folder_id": 999_999}, {"username": "a:b"}, {"name": " "}):
        assert hub.post(SUBSCRIPTIONS, {**BODY, **fields}).status == 422, fields
    subscription = add(hub)
    assert hub.post(SUBSCRIPTIONS, BODY).status == 422
    assert hub.post(f"{SUBSCRIPTIONS}/{subscription}/decide", {"decision": "apply"}).status == 409
    assert hub.get(f"{SUBSCRIPTIONS}/x").status == 404


def test_held_runs_and_cards_are_decided(world: World, hub: Client) -> None:
    subscription = add(hub)
    path = f"{SUBSCRIPTIONS}/{subscription}"
    with world.database.write() as tx:
        held = {"state": HELD, "held": HeldRun(MANY, removed=40, names=["Ned"])}
        update_subscription(tx, world.organization.id, subscription, held)
        card = RemoteCard("/book/ned.vcf", '"1"', "ned", "", state=CARD_HELD, reason_code=CONFLICT, reason="TITLE")
        save_remote_cards(tx, world.organization.id, subscription, [card])
    assert hub.get(path).json["held"] == {"code": "many", "removed": 40, "changed": 0, "deleted": 0, "names": ["Ned"]}
    assert hub.get(path).json["cards"] == {"held": 1}
    (shown,) = hub.get(f"{path}/cards").json["items"]
    assert (shown["href"], shown["reason_code"], shown["reason"]) == ("/book/ned.vcf", "conflict", "TITLE")
    assert hub.post(f"{path}/decide", {"decision": "maybe"}).status == 422
    assert hub.post(f"{path}/decide", {"decision": "detach"}).status == 202
    assert hub.post(f"{path}/cards/decide", {"decision": "ours", "hrefs": ["/other"]}).json == {"decided_count": 0}
    assert hub.post(f"{path}/cards/decide", {"decision": "ours"}).json == {"decided_count": 1}


def test_only_owners_see_and_change_subscriptions(world: World, hub: Client) -> None:
    path = f"{SUBSCRIPTIONS}/{add(hub)}"
    bob, charlie = hub.with_token(world.bob_token), hub.with_token(world.charlie_token)
    assert [bob.get(each).status for each in (SUBSCRIPTIONS, path, f"{path}/cards")] == [403] * 3
    assert bob.post(SUBSCRIPTIONS, BODY).status == bob.delete(path).status == bob.post(f"{path}/run").status == 403
    assert charlie.get(path).status == charlie.delete(path).status == 404
