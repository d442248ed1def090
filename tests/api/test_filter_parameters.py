"""filter and segment_id in the lists of Inrō's and R0's contracts."""

from typing import Any

import pytest
from client import Client
from r0_client import R0
from world import World

from coterie.actions.segments import create_segment
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.model.terms import TAGS

Doors = dict[str, Any]


@pytest.fixture
def segment_id(world: World) -> int:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        put_on_contact(tx, world.alice, TAGS, world.marge.id, tag.id)
        return create_segment(tx, world.alice, "Friends", "tag:friends").id


@pytest.mark.parametrize(
    ("filter_", "who"),
    [
        ("tag:friends", ["marge"]),
        ("-tag:friends", ["homer"]),
        ('{"not": {"field": "tag", "value": "Friends"}}', ["homer"]),
        ("email:@example.org", ["homer", "marge"]),
        ("phone:*", ["marge"]),
        ("phone:none tag:friends", []),
        ("  ", ["homer", "marge"]),
    ],
)
def test_a_filter_limits_every_list(
    inro: Client, r0: R0, world: World, segment_id: int, filter_: str, who: list[str]
) -> None:
    names = {world.marge.id: "marge", world.homer.id: "homer", world.marge.uuid: "marge", world.homer.uuid: "homer"}
    for path, more in (("/contacts", {}), ("/contacts/search", {}), ("/contacts/search", {"query": "simpson"})):
        response = inro.get(f"/api/v1{path}", filter=filter_, **more)
        assert response.status == 200, response.body
        assert sorted(names[each["id"]] for each in response.json) == who
        assert response.headers["x-total"] == str(len(who))
    for more in ({}, {"search": "simpson"}):
        body = r0.get("/contacts", filter=filter_, **more).json
        assert sorted(names[each["id"]] for each in body["contacts"]) == who
        assert body["count"] == len(who)


def test_a_segment_and_a_filter_are_joined_and_order_and_pages_stay(
    inro: Client, r0: R0, world: World, segment_id: int
) -> None:
    assert [each["id"] for each in inro.get("/api/v1/contacts", segment_id=segment_id).json] == [world.marge.id]
    assert inro.get("/api/v1/contacts", segment_id=segment_id, filter="phone:none").json == []
    assert r0.get("/contacts", segment_id=segment_id).json["count"] == 1
    page = {"filter": "email:*", "order_column": "name", "order_direction": "desc", "per_page": 1}
    response = inro.get("/api/v1/contacts", **page)
    assert ([each["id"] for each in response.json], response.headers["x-total"]) == ([world.marge.id], "2")
    response = inro.get("/api/v1/contacts", **page, page=2)
    assert [each["id"] for each in response.json] == [world.homer.id]
    assert inro.get("/api/v1/contacts", **page, page=3).json == []


def test_errors_name_the_position_and_what_mends_it(inro: Client, r0: R0, world: World, segment_id: int) -> None:
    response = inro.get("/api/v1/contacts", filter="phone:* tga:x")
    assert response.status == 400
    assert response.json == {"error": "filter is invalid: at position 9: 'tga' is not a field: did you mean tag?"}
    response = r0.get("/contacts", filter="tag:nobody")
    assert response.status == 422
    assert response.json["errors"] == {"filter": ["is invalid: at position 5: there is no tag 'nobody'"]}
    assert inro.get("/api/v1/contacts", segment_id=99).status == 404
    assert inro.get("/api/v1/contacts", segment_id=2**70).status in (400, 404)
    assert r0.get("/contacts", segment_id="x").status == 422
    with world.database.write() as tx:
        (tag,) = tx.all("SELECT id FROM tags WHERE organization_id = :o", {"o": world.alice.organization_id})
        delete_term(tx, world.alice, TAGS, tag[0])
    response = inro.get("/api/v1/contacts", segment_id=segment_id)
    assert response.status == 400
    assert response.json["error"].startswith(
        "segment_id is invalid: the segment 'Friends' is broken: the tag 'Friends' (#"
    )


@pytest.mark.parametrize(
    "filter_",
    ["(" * 10_000, "-" * 10_000, '{"not":' * 10_000, "a" * 100_000, '{"all": []}', "{", "((((((((a b", "\u0300" * 5000,
     "'", '"', "a:b:c", "created:>99999y", "created:9999", "created:0000", "phone:" + ",".join("1" * 200), "\x00",
     "OR OR", ": :", "property.:x", '{"field": {}}', '{"field": "tag", "value": [[]]}', '{"any": {"field": "tag"}}',
     '{"field": "followers", "op": "gt", "value": 1e400}', "tag:#", "folder:#99999999999999999999", "a\u202eb:c"],
)  # fmt: skip
def test_bad_filters_are_refused_or_run_and_never_fail(inro: Client, r0: R0, filter_: str) -> None:
    for response in (inro.get("/api/v1/contacts", filter=filter_), r0.get("/contacts", filter=filter_)):
        assert response.status in (200, 400, 414, 422), response.body
        assert len(response.body) < 2_000
