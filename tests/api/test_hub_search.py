"""Our own contract: search with hits, filters and segments."""

import pytest
from client import Client
from crowds import add_people
from world import World

CONTACTS = "/api/hub/v1/contacts"
SEGMENTS = "/api/hub/v1/segments"


def names(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["name"] for each in page["items"]]


@pytest.mark.parametrize(
    ("text", "field"),
    [("marge", "name"), ("Margie Simpsen", "name"), ("555 5555", "phone"), ("marge@example", "email")],
)
def test_a_search_says_why_each_contact_was_found(world: World, hub: Client, text: str, field: str) -> None:
    page = hub.get(CONTACTS, q=text, count="true").json
    assert names(page)[0] == "Marge Simpson"
    assert page["total"] >= 1
    hit = page["hits"][0]
    assert (hit["contact_id"], hit["bits"] > 0) == (world.marge.id, True)
    if text in ("marge", "555 5555"):
        assert hit["piece"]


def test_pages_of_a_search_and_of_a_filter_have_every_match_once(hub: Client) -> None:
    for number in range(7):
        hub.post(CONTACTS, {"real_name": f"Ned {number}", "tags": ["neighbour"] if number % 2 else []})
    for query, expected in (({"q": "ned"}, 7), ({"filter": "tag:neighbour"}, 3), ({"q": "ned", "filter": "tag:*"}, 3)):
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = hub.get(CONTACTS, limit=2, **query, **cursor).json
            found += names(page)
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(found) == len(set(found)) == expected
        assert hub.get(CONTACTS, count="true", **query).json["total"] == expected


def test_a_filter_is_a_line_or_json_and_keeps_the_order(hub: Client) -> None:
    for query in (
        {"filter": "simpson -name:homer"},
        {"filter": '{"field": "name", "op": "contains", "value": "marge"}'},
    ):
        assert names(hub.get(CONTACTS, **query).json) == ["Marge Simpson"]
    assert names(hub.get(CONTACTS, filter="simpson", order="-name").json) == ["Marge Simpson", "Homer Simpson"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "((("},
        {"filter": "shoe_size:9"},
        {"filter": "tag:nothing"},
        {"filter": "x" * 3000},
        {"segment_id": "x"},
        {"q": "a", "order": "name"},
        {"q": "a", "deleted": "yes"},
        {"filter": "a", "deleted": "any"},
        {"q": "x" * 501},
    ],
)
def test_a_wrong_query_is_a_problem(hub: Client, query: dict[str, str]) -> None:
    response = hub.get(CONTACTS, **query)
    assert (response.status, response.json["errors"][0]["in"]) == (400, "query"), response.body


@pytest.mark.parametrize("text", ["'", '"', "*", "a OR", "👋", "a" * 500, "̀" * 100, "...", "l o t s o f w o r d s"])
def test_any_text_is_searched_for(hub: Client, text: str) -> None:
    assert hub.get(CONTACTS, q=text).status == 200


def test_a_segment_is_created_counted_used_changed_and_deleted(world: World, hub: Client, client: Client) -> None:
    created = hub.post(SEGMENTS, {"name": "Simpsons", "filter": "simpson"})
    assert created.status == 201
    segment_id = created.json["id"]
    shown = hub.get(f"{SEGMENTS}/{segment_id}").json
    assert (shown["line"], shown["count"], shown["count_is_exact"], shown["problem"]) == ("simpson", 2, True, None)
    assert len(hub.get(CONTACTS, segment_id=segment_id).json["items"]) == 2
    changed = hub.patch(f"{SEGMENTS}/{segment_id}", {"filter": shown["filter"], "name": "Family"}).json
    assert (changed["name"], changed["line"]) == ("Family", "simpson")
    assert [each["id"] for each in hub.get(SEGMENTS).json["items"]] == [segment_id]
    assert hub.post(SEGMENTS, {"name": "family", "filter": "a"}).status == 422
    assert client.with_token(world.charlie_token).get(CONTACTS, segment_id=segment_id).status == 404
    assert hub.delete(f"{SEGMENTS}/{segment_id}").status == 204
    assert hub.get(f"{SEGMENTS}/{segment_id}").status == 404
    assert hub.get(CONTACTS, segment_id=segment_id).status == 404


def test_a_segment_whose_tag_was_deleted_says_so(hub: Client) -> None:
    hub.post(CONTACTS, {"real_name": "Ned", "tags": ["neighbour"]})
    segment = hub.post(SEGMENTS, {"name": "Neighbours", "filter": "tag:neighbour"}).json
    tags = hub.get("/api/v1/orgs/" + hub.get("/api/hub/v1/organization").json["uuid"] + "/tags").json["tags"]
    uuid = hub.get("/api/hub/v1/organization").json["uuid"]
    hub.delete(f"/api/v1/orgs/{uuid}/tags/{tags[0]['id']}", soft_delete="false")
    shown = hub.get(f"{SEGMENTS}/{segment['id']}").json
    assert (shown["count"], bool(shown["problem"])) == (None, True)
    assert hub.get(CONTACTS, segment_id=segment["id"]).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": " ", "filter": "a"},
        {"name": "x", "filter": "((("},
        {"name": "x", "filter": {"field": "nothing"}},
        {"name": "x", "filter": []},
    ],
)
def test_an_invalid_segment_is_a_problem(hub: Client, body: dict[str, object]) -> None:
    assert hub.post(SEGMENTS, body).status == 422


def test_a_total_of_more_contacts_than_are_listed_is_not_exact(world: World, hub: Client) -> None:
    """Of a misspelt query, with a filter too; a filter alone is counted."""
    with world.database.write() as tx:
        names = [f"Olgamar Vandersteen {number}" for number in range(230)]
        add_people(tx, world.alice, [*names, "Ruthild Ostrander"])
    for query, is_exact in (
        ({"q": "olgamra vandersten"}, False),
        ({"q": "olgamra vandersten", "filter": "-tag:*"}, False),
        ({"q": "olgamar vandersteen"}, True),
        ({"q": "ruthidl ostrander"}, True),
        ({"filter": "olgamar"}, True),
    ):
        page = hub.get(CONTACTS, count="true", limit=5, **query).json
        assert (page["total"] > 0, page["total_is_exact"]) == (True, is_exact), query
