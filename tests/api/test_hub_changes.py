"""The feed of changes: a mirror that only reads it equals the book, whatever happens by whatever door."""

import random
from pathlib import Path
from typing import Any

import pytest
from client import Client
from copied_worlds import worlds_in
from doors import Doors
from everything import add_everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from merging import check_book
from verbs import steps
from world import World

from coterie.model import times
from coterie.settings import Settings
from coterie.worker.schedule import expire_tombstones

CONTACTS = "/api/hub/v1/contacts"
CHANGES = f"{CONTACTS}/changes"


class Mirror:
    """The contacts of the feed by uuid. step reads one page, follow all there are."""

    def __init__(self, client: Client, limit: int = 3, **query: Any) -> None:
        self.client, self.limit, self.query = client, limit, query
        self.contacts: dict[str, Any] = {}
        self.cursor: str | None = None

    def step(self) -> bool:
        query: dict[str, Any] = {"include": "all", "limit": self.limit, **self.query}
        page = self.client.get(CHANGES, **query | ({"cursor": self.cursor} if self.cursor else {})).json
        for contact in page["items"]:
            self.contacts[contact["uuid"]] = contact
        for removed in page["removed"]:
            self.contacts.pop(removed["uuid"], None)
        self.cursor = page["next_cursor"]
        return bool(page["has_more"])

    def follow(self) -> None:
        while self.step():
            pass


def book(client: Client, **more: Any) -> dict[str, Any]:
    """Every contact, as the list shows them. more: parameters such as filter."""
    found, query = {}, {"include": "all", "limit": 200, **more}
    while True:
        page = client.get(CONTACTS, **query).json
        found |= {contact["uuid"]: contact for contact in page["items"]}
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_a_mirror_follows_every_verb_of_every_noun(world: World, hub: Client, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    mirror, generator = Mirror(hub), random.Random(1)
    for name, work in steps(world, tmp_path):
        with world.database.write() as tx:
            work(tx)
        if generator.random() < 0.4:
            mirror.step()
        if generator.random() < 0.2:
            mirror.follow()
            assert mirror.contacts == book(hub), name
    mirror.follow()
    assert mirror.contacts == book(hub)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=st.lists(st.tuples(st.integers(0, 22), st.integers(0, 5), st.integers(1, 4)), max_size=25))
def test_a_mirror_equals_the_book_after_any_actions_by_any_door(
    database: Any, client: Client, actions: list[tuple[int, int, int]]
) -> None:
    doors = Doors(worlds_in(database).next(), client)
    mirror = Mirror(doors.client)
    for kind, target, limit in actions:
        doors.act(kind, target)
        mirror.limit = limit
        mirror.step()
    mirror.follow()
    assert mirror.contacts == book(doors.client)
    with doors.world.database.read() as tx:
        check_book(doors.world, tx)


def test_each_action_of_each_door_comes_to_the_mirror(world: World, client: Client) -> None:
    doors = Doors(world, client)
    mirror, changed = Mirror(doors.client), set()
    for target in (1, 0, 2):
        for kind, act in enumerate(doors.acts):
            before = book(doors.client)
            doors.act(kind, target)
            mirror.follow()
            after = book(doors.client)
            assert mirror.contacts == after, act
            if after != before:
                changed.add(kind)
    assert changed == set(range(len(doors.acts))), "an action changed nothing"


def test_the_feed_begins_with_every_contact_and_goes_on_with_changes(world: World, hub: Client) -> None:
    first = hub.get(CHANGES).json
    assert [each["id"] for each in first["items"]] == [world.marge.id, world.homer.id]
    assert (first["removed"], first["has_more"]) == ([], False)
    empty = hub.get(CHANGES, cursor=first["next_cursor"]).json
    assert (empty["items"], empty["removed"], empty["has_more"]) == ([], [], False)
    hub.patch(f"{CONTACTS}/{world.homer.id}", {"nickname": "Homie"})
    hub.patch(f"{CONTACTS}/{world.homer.id}", {"nickname": "Max"})
    hub.delete(f"{CONTACTS}/{world.marge.id}")
    page = hub.get(CHANGES, cursor=empty["next_cursor"]).json
    assert [each["nickname"] for each in page["items"]] == ["Max"]
    assert [(each["id"], each["reason"]) for each in page["removed"]] == [(world.marge.id, "deleted")]
    hub.call("DELETE", f"{CONTACTS}/{world.marge.id}", query={"erase": "true"}, headers={"if-match": "*"})
    page = hub.get(CHANGES, cursor=page["next_cursor"]).json
    assert [(each["uuid"], each["reason"]) for each in page["removed"]] == [(world.marge.uuid, "erased")]
    assert hub.get(CHANGES).json["removed"] == []


def test_a_cursor_older_than_an_expired_tombstone_is_410_and_a_new_one_begins_again(
    world: World, hub: Client, settings: Settings
) -> None:
    begun = hub.get(CHANGES).json["next_cursor"]
    hub.call("DELETE", f"{CONTACTS}/{world.marge.id}", query={"erase": "true"}, headers={"if-match": "*"})
    seen = hub.get(CHANGES, cursor=begun).json["next_cursor"]
    expire_tombstones(world.database, settings)
    assert hub.get(CHANGES, cursor=begun).status == 200
    with world.database.write() as tx:
        old = times.after(times.now(), -366 * 86_400)
        tx.run(
            "UPDATE contact_tombstones SET created_at = :old WHERE organization_id = :id",
            {"old": old, "id": world.organization.id},
        )
    expire_tombstones(world.database, settings)
    problem = hub.get(CHANGES, cursor=begun)
    assert (problem.status, problem.json["type"]) == (410, "/api/hub/v1/problems/cursor-expired")
    assert hub.get(CHANGES, cursor=seen).status == 200
    again = hub.get(CHANGES).json
    assert [each["id"] for each in again["items"]] == [world.homer.id]
    assert hub.get(CHANGES, cursor=again["next_cursor"]).status == 200


@pytest.mark.parametrize("query", [{"fields": "name"}, {"include": "all"}])
def test_a_cursor_is_valid_for_the_same_fields_only(hub: Client, query: dict[str, str]) -> None:
    cursor = hub.get(CHANGES).json["next_cursor"]
    assert hub.get(CHANGES, cursor=cursor, **query).status == 400
    assert hub.get(CONTACTS, cursor=cursor).status == 400


def test_another_organization_cannot_use_the_cursor(world: World, hub: Client, client: Client) -> None:
    cursor = hub.get(CHANGES).json["next_cursor"]
    assert client.with_token(world.charlie_token).get(CHANGES, cursor=cursor).status == 400
