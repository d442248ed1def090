"""Our own contract: staying in touch, and conversations that are logged."""

from datetime import UTC, datetime, timedelta

import pytest
from client import Client
from world import World

from coterie.actions.terms import create_term
from coterie.model.terms import TAGS

HUB = "/api/hub/v1"
# stands for her id
MARGE = -1


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_a_rule_a_touch_and_a_snooze_move_the_day(world: World, hub: Client) -> None:
    path = f"{HUB}/contacts/{world.marge.uuid}"
    assert hub.get(f"{path}/cadence").json == dict.fromkeys(
        ("every", "due_on", "last_touch_at", "cadence_id", "own_every", "snoozed_until")
    )
    assert hub.put(f"{path}/cadence", {"every": "3 weeks"}).json["due_on"] == day(21)
    at = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    touch = hub.post(f"{path}/touches", {"kind": "call", "text": "Long talk", "happened_at": at})
    assert touch.status == 201
    assert hub.get(f"{HUB}/touch/due").json["items"] == [
        {
            "contact_id": world.marge.id, "uuid": world.marge.uuid, "name": world.marge.name, "due_on": day(-9),
            "days_late": 9, "every": "3w", "last_touch_at": hub.get(f"{path}/touches").json["items"][0]["happened_at"],
            "cadence_id": hub.get(f"{path}/cadence").json["cadence_id"],
        }
    ]  # fmt: skip
    assert hub.put(f"{path}/snooze", {"until_on": day(5)}).json["due_on"] == day(5)
    assert hub.get(f"{HUB}/touch/due").json["items"] == []
    assert [each["days_late"] for each in hub.get(f"{HUB}/touch/due", within="1w").json["items"]] == [-5]
    assert hub.delete(f"{path}/snooze").status == 204
    assert hub.delete(f"{path}/touches/{touch.json['id']}").status == 204
    assert hub.get(f"{path}/touches").json["items"] == []
    assert hub.delete(f"{path}/cadence").status == 204
    assert hub.get(f"{path}/cadence").json["every"] is None


def test_a_conversation_with_several_contacts_resets_each(world: World, hub: Client) -> None:
    both = [world.marge.id, world.homer.uuid]
    logged = hub.post(f"{HUB}/touches", {"contact_ids": both, "kind": "meeting"})
    assert [each["contact_id"] for each in logged.json["items"]] == [world.marge.id, world.homer.id]
    assert hub.get(f"{HUB}/contacts", filter="last_touch:today").json["items"][0]["id"] == world.marge.id
    assert hub.post(f"{HUB}/touches", {"contact_ids": [world.moe.uuid], "kind": "call"}).status == 404
    assert hub.post(f"{HUB}/touches", {"contact_ids": both, "kind": "fax"}).status == 422
    future = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert hub.post(f"{HUB}/touches", {"contact_ids": both, "kind": "call", "happened_at": future}).status == 422


def test_rules_of_tags_are_made_changed_and_deleted(world: World, hub: Client) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "friends").id
    made = hub.post(f"{HUB}/cadences", {"tag_id": tag, "every": "1m"})
    assert (made.status, made.json["tag_id"], made.json["every"]) == (201, tag, "1m")
    assert hub.post(f"{HUB}/cadences", {"tag_id": tag, "every": "2m"}).status == 200
    path = f"{HUB}/cadences/{made.json['id']}"
    assert hub.patch(path, {"every": "off"}).json["every"] == "off"
    assert [each["id"] for each in hub.get(f"{HUB}/cadences").json["items"]] == [made.json["id"]]
    assert hub.delete(path).status == 204
    assert hub.get(path).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"every": "1m"}, {"every": "1m", "tag_id": "x", "folder_id": 1}, {"every": "0d", "contact_id": MARGE},
        {"every": "20y", "contact_id": MARGE},
    ],
)  # fmt: skip
def test_a_rule_has_one_target_and_an_interval(world: World, hub: Client, body: dict[str, object]) -> None:
    named = {name: world.marge.id if value == MARGE else value for name, value in body.items()}
    assert hub.post(f"{HUB}/cadences", named).status == 422


def test_the_due_are_paged_and_filtered(world: World, hub: Client) -> None:
    for contact in (world.marge, world.homer):
        hub.put(f"{HUB}/contacts/{contact.id}/cadence", {"every": "1d"})
    first = hub.get(f"{HUB}/touch/due", within="2d", limit=1).json
    second = hub.get(f"{HUB}/touch/due", within="2d", limit=1, cursor=first["next_cursor"]).json
    ids = [each["contact_id"] for page in (first, second) for each in page["items"]]
    assert ids == [world.marge.id, world.homer.id]
    assert second["next_cursor"] is None
    assert hub.get(f"{HUB}/touch/due", within="3d", limit=1, cursor=first["next_cursor"]).status == 400
    some = hub.get(f"{HUB}/touch/due", within="2d", filter=f'name:"{world.homer.name}"').json["items"]
    assert [each["contact_id"] for each in some] == [world.homer.id]
    assert hub.get(f"{HUB}/touch/due", within="soon").status == 400


def test_others_see_none_of_it(world: World, hub: Client) -> None:
    made = hub.post(f"{HUB}/cadences", {"contact_id": world.marge.uuid, "every": "1m"}).json
    stranger = hub.with_token(world.charlie_token)
    assert stranger.get(f"{HUB}/cadences").json["items"] == []
    assert stranger.get(f"{HUB}/cadences/{made['id']}").status == 404
    assert stranger.get(f"{HUB}/touch/due", within="1y").json["items"] == []
    assert stranger.put(f"{HUB}/contacts/{world.marge.uuid}/cadence", {"every": "1w"}).status == 404
