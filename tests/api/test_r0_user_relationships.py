"""What contacts are to the calling user, through R0."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.model.ids import new_id
from coterie.model.relationships import type_id

PATH = "/user_relationships"
MOTHER, PARENT, FRIEND = map(type_id, ("Mother", "Parent", "Friend"))
DELETED = {"include[]": "deleted"}


@pytest.fixture
def bob(client: Client, world: World) -> R0:
    return R0(client.with_token(world.bob_token), f"/api/v1/orgs/{world.organization.uuid}")


def body(world: World, **fields: Any) -> Any:
    return {"user_relationship": {"contact_id": world.marge.uuid, "relationship_id": MOTHER, **fields}}


def make(r0: R0, world: World, encoding: str = "json", **fields: Any) -> Any:
    response = r0.post(PATH, body(world, **fields), encoding)
    assert response.status == 201, response.body
    return response.json


def listed(r0: R0, **query: Any) -> list[Any]:
    response = r0.get(PATH, **query).json
    assert response["count"] == len(response["user_relationships"])
    found: list[Any] = response["user_relationships"]
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_verb_in_each_form(r0: R0, world: World, encoding: str) -> None:
    made = make(r0, world, encoding, anniversary_date="2020-07-22")
    assert (made["user_id"], made["contact_id"]) == (world.alice.user_id, world.marge.uuid)
    assert (made["name"], made["anniversary_date"]) == ("Mother", "2020-07-22")
    path = f"{PATH}/{made['id']}"
    assert listed(r0) == [r0.get(path).json] == [made]
    change = {"user_relationship": {"anniversary_date": "--07-22", "relationship_id": PARENT}}
    changed = r0.patch(path, change, encoding).json
    assert (changed["name"], changed["anniversary_date"]) == ("Parent", "--07-22")
    gone = r0.send("DELETE", path, {"soft_delete": True}, encoding)
    assert gone.status == 200
    assert r0.delete(path).json == gone.json == r0.get(path).json
    assert (listed(r0), listed(r0, **DELETED)) == ([], [gone.json])
    assert r0.patch(path, change, encoding).status == 404
    assert r0.patch(path, {"user_relationship": {"deleted": False}}, encoding).json["deleted_at"] is None
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert (r0.get(path).status, listed(r0, **DELETED)) == (404, [])


def test_each_user_has_their_own(r0: R0, bob: R0, world: World) -> None:
    path = f"{PATH}/{make(r0, world)['id']}"
    assert listed(bob, **DELETED) == []
    change = {"user_relationship": {"anniversary_date": "2020-01-01"}}
    assert bob.get(path).status == bob.delete(path).status == bob.patch(path, change).status == 404
    assert make(bob, world)["user_id"] == world.bob.user_id
    assert len(listed(r0)) == 1


def test_one_made_twice_is_refused_until_the_first_is_deleted(r0: R0, world: World) -> None:
    first = make(r0, world)["id"]
    other = make(r0, world, relationship_id=FRIEND)["id"]
    for response in (
        r0.post(PATH, body(world)),
        r0.post(PATH, body(world, relationship_id=PARENT)),
        r0.patch(f"{PATH}/{other}", {"user_relationship": {"relationship_id": PARENT}}),
    ):
        assert (response.status, list(response.json["errors"])) == (422, ["relationship_id"])
    r0.delete(f"{PATH}/{first}")
    make(r0, world)
    refused = r0.patch(f"{PATH}/{first}", {"user_relationship": {"deleted": False}})
    assert (refused.status, list(refused.json["errors"])) == (422, ["relationship_id"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact_id", "FOREIGN"), ("contact_id", "DELETED"), ("contact_id", "NOBODY"), ("contact_id", "x"),
        ("contact_id", ""), ("contact_id", None), ("relationship_id", "NOBODY"), ("relationship_id", "x"),
        ("relationship_id", ""), ("relationship_id", None), ("anniversary_date", "2023-02-30"),
        ("anniversary_date", ["2020-01-01"]),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_named(r0: R0, world: World, field: str, value: Any) -> None:
    r0.delete(f"/contacts/{world.homer.uuid}")
    known = {"FOREIGN": world.moe.uuid, "DELETED": world.homer.uuid, "NOBODY": new_id()}
    sent = body(world, **{field: known.get(value, value) if isinstance(value, str) else value})
    refused = r0.post(PATH, sent)
    assert (refused.status, list(refused.json["errors"])) == (422, [field])
    assert listed(r0, **DELETED) == []


def test_they_come_and_go_with_the_contact(r0: R0, world: World) -> None:
    made = make(r0, world)
    r0.delete(f"/contacts/{world.marge.uuid}")
    assert (listed(r0), listed(r0, **DELETED)) == ([], [made])
    r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"deleted": False}})
    assert listed(r0) == [made]
    r0.delete(f"/contacts/{world.marge.uuid}", soft_delete="false")
    assert listed(r0, **DELETED) == []


def test_the_list_has_pages(r0: R0, world: World) -> None:
    for name in ("Mother", "Friend", "Neighbour", "Colleague", "Classmate"):
        make(r0, world, relationship_id=type_id(name))
    page = r0.get("/user-relationships", page=2, limit=2).json
    assert [each["name"] for each in page["user_relationships"]] == ["Neighbour", "Colleague"]
    assert (page["count"], page["first"]) == (5, 3)


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    path = f"{PATH}/{make(r0, world)['id']}"
    assert theirs.get(path).status == theirs.delete(path).status == r0.get(f"{PATH}/x").status == 404
