"""Our own contract: lists of small items go on with a cursor, however many there are."""

from typing import Any

import pytest
from client import Client
from world import World

from coterie.actions.access_tokens import insert_token
from coterie.actions.devices import add_device
from coterie.actions.members import add_member
from coterie.actions.subscriptions import add_subscription
from coterie.model.organizations import MEMBER
from coterie.model.subscriptions import CARD_HELD, RemoteCard, Subscription
from coterie.store.database import Tx
from coterie.store.remote_cards import save_remote_cards

HUB = "/api/hub/v1"
COUNT = 5


def add_devices(tx: Tx, world: World) -> str:
    for number in range(COUNT):
        add_device(tx, world.alice, user_id=world.alice.user_id or "", name=f"Phone {number}")
        add_device(tx, world.bob, user_id=world.bob.user_id or "", name=f"Phone {number}")
    return "devices"


def add_tokens(tx: Tx, world: World) -> str:
    for caller in (world.alice, world.bob) * COUNT:
        insert_token(tx, world.organization.id, user_id=caller.user_id or "", name="x", scopes=("*",))
    return "tokens"


def add_members(tx: Tx, world: World) -> str:
    for number in range(COUNT):
        add_member(tx, world.alice, f"{number}.{world.organization.uuid}@example.org", role=MEMBER, password_hash="x")
    return "members"


def add_held_cards(tx: Tx, world: World) -> str:
    new = Subscription(id="", user_id=None, name="x", url="https://x.example/", username="u", password_sealed="s")
    subscription = add_subscription(tx, world.alice, new)
    cards = [RemoteCard(f"/{number}.vcf", None, None, "", state=CARD_HELD) for number in range(COUNT)]
    save_remote_cards(tx, world.organization.id, subscription.id, cards)
    return f"subscriptions/{subscription.id}/cards"


LISTS = pytest.mark.parametrize("add", [add_devices, add_tokens, add_members, add_held_cards])


def walk(client: Client, path: str, limit: int) -> list[Any]:
    """The items of all pages."""
    items: list[Any] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = client.get(f"{HUB}/{path}", **query).json
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


def ids(items: list[Any]) -> list[Any]:
    return [item.get("id") or item.get("href") or item["user_id"] for item in items]


@LISTS
def test_all_pages_are_the_list(world: World, hub: Client, add: Any) -> None:
    with world.database.write() as tx:
        path = add(tx, world)
    whole = hub.get(f"{HUB}/{path}").json
    assert whole["next_cursor"] is None
    assert len(whole["items"]) >= COUNT
    for limit in (1, 2, COUNT, len(whole["items"]), 100):
        assert ids(walk(hub, path, limit)) == ids(whole["items"])


@LISTS
def test_a_cursor_is_of_its_list_and_organization(world: World, client: Client, hub: Client, add: Any) -> None:
    with world.database.write() as tx:
        path = add(tx, world)
    cursor = hub.get(f"{HUB}/{path}", limit=1).json["next_cursor"]
    other = "tokens" if path != "tokens" else "devices"
    assert hub.get(f"{HUB}/{other}", cursor=cursor).status == 400
    assert client.with_token(world.charlie_token).get(f"{HUB}/{other}", cursor=cursor).status == 400
    for query in ({"cursor": "x"}, {"limit": 0}, {"limit": 1_001}):
        assert hub.get(f"{HUB}/{path}", **query).status == 400


@pytest.mark.parametrize("add", [add_devices, add_tokens])
def test_a_member_pages_through_their_own_only(world: World, hub: Client, add: Any) -> None:
    with world.database.write() as tx:
        path = add(tx, world)
    own = walk(hub.with_token(world.bob_token), path, 2)
    assert len(own) >= COUNT
    assert {each["user_id"] for each in own} == {world.bob.user_id}
