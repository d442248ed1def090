"""Relationships between contacts through R0, at the organization's path and below the first of the two."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.model.ids import new_id
from coterie.model.relationships import CATALOGUE, type_id

O = "curl https://web.r0app.com/api/v1/orgs/:org_id/contact_relationships"  # noqa: E741
TOKEN = "-H 'Authorization: Bearer <token>'"
WIFE, HUSBAND, SPOUSE, FRIEND = map(type_id, ("Wife", "Husband", "Spouse", "Friend"))
DELETED = {"include[]": "deleted"}


@pytest.fixture
def here(world: World) -> str:
    return f"/contacts/{world.homer.uuid}/contact_relationships"


def body(world: World, **fields: Any) -> Any:
    return {"contact_relationship": {"second_contact_id": world.marge.uuid, "relationship_id": WIFE, **fields}}


def make(r0: R0, world: World, **fields: Any) -> Any:
    response = r0.post(f"/contacts/{world.homer.uuid}/contact_relationships", body(world, **fields))
    assert response.status == 201, response.body
    return response.json


def listed(r0: R0, path: str = "/contact_relationships", **query: Any) -> list[Any]:
    response = r0.get(path, **query).json
    assert response["count"] == len(response["contact_relationships"])
    found: list[Any] = response["contact_relationships"]
    return found


def test_the_printed_requests_work(r0: R0, world: World) -> None:
    create = f"""{O} \\
-X POST \\
{TOKEN} \\
-d 'contact_relationship[second_contact_id]={world.marge.uuid}' \\
-d 'contact_relationship[anniversary_date]=2020-07-22' \\
-d 'contact_relationship[relationship_id]={WIFE}'"""
    # as it is printed it names no first contact: the response says which field, and which path, would
    refused = r0.shell(create)
    assert (refused.status, list(refused.json["errors"])) == (422, ["first_contact_id"])
    assert f"/orgs/{world.organization.uuid}/contacts/:contact_id/contact_relationships" in refused.json["error"]
    made = r0.shell(f"{create} \\\n-d 'contact_relationship[first_contact_id]={world.homer.uuid}'")
    assert (made.status, made.json["name"], made.json["anniversary_date"]) == (201, "Wife", "2020-07-22")
    assert made.json["first_contact_id"] == world.homer.uuid
    ids = {"contact_relationship_id": made.json["id"]}
    both = r0.shell(f"{O} \\\n-X GET \\\n{TOKEN}").json["contact_relationships"]
    assert {each["id"] for each in both} == {made.json["id"], made.json["mirror_id"]}
    assert r0.shell(f"{O}/:contact_relationship_id \\\n-X GET \\\n{TOKEN}", **ids).json == made.json
    # the example ends in a stray backslash
    changed = r0.shell(
        f"{O}/:contact_relationship_id \\\n-X PATCH \\\n{TOKEN} \\\n"
        "-d 'contact_relationship[anniversary_date]=2019-07-22' \\\n",
        **ids,
    )
    assert (changed.status, changed.json["anniversary_date"]) == (200, "2019-07-22")
    gone = r0.shell(f"{O}/:contact_relationship_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)


def test_the_printed_request_works_below_the_first_contact(r0: R0, world: World) -> None:
    made = r0.shell(
        f"""curl https://web.r0app.com/api/v1/orgs/:org_id/contacts/:contact_id/contact_relationships \\
-X POST \\
{TOKEN} \\
-d 'contact_relationship[second_contact_id]={world.marge.uuid}' \\
-d 'contact_relationship[anniversary_date]=2020-07-22' \\
-d 'contact_relationship[relationship_id]={WIFE}'""",
        contact_id=world.homer.uuid,
    )
    assert (made.status, made.json["first_contact_id"]) == (201, world.homer.uuid)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_verb_works_below_the_first_contact_and_in_each_form(
    r0: R0, world: World, here: str, encoding: str
) -> None:
    made = r0.post(here, body(world, anniversary_date="--07-22"), encoding).json
    theirs = f"/contacts/{world.marge.uuid}/contact_relationships"
    assert listed(r0, here) == [made]
    mirror = listed(r0, theirs)[0]
    assert (mirror["id"], mirror["mirror_id"]) == (made["mirror_id"], made["id"])
    assert (mirror["name"], mirror["anniversary_date"]) == ("Spouse", "--07-22")
    # one side is not found below the other's contact
    assert r0.get(f"{theirs}/{made['id']}").status == r0.delete(f"{theirs}/{made['id']}").status == 404
    wrap = "contact_relationship"
    changed = r0.patch(f"{theirs}/{mirror['id']}", {wrap: {"relationship_id": HUSBAND}}, encoding).json
    assert changed["name"] == "Husband"
    assert r0.get(f"{here}/{made['id']}").json["name"] == "Wife"
    cleared = r0.patch(f"{here}/{made['id']}", {wrap: {"anniversary_date": None}}, encoding).json
    assert (cleared["anniversary_date"], listed(r0, theirs)[0]["anniversary_date"]) == (None, None)
    gone = r0.send("DELETE", f"{here}/{made['id']}", {"soft_delete": "true"}, encoding)
    assert gone.status == 200
    assert listed(r0, here) == listed(r0, theirs) == []
    assert listed(r0, theirs, **DELETED)[0]["deleted_at"]
    assert r0.patch(f"{theirs}/{mirror['id']}", {wrap: {"deleted": False}}, encoding).json["deleted_at"] is None
    assert len(listed(r0)) == 2
    assert r0.send("DELETE", f"{theirs}/{mirror['id']}", {"soft_delete": "false"}, encoding).status == 204
    assert listed(r0, **DELETED) == []
    assert r0.get(f"{here}/{made['id']}").status == 404


@pytest.mark.parametrize("name", ["first_contact_id", "contact_id"])
def test_the_first_contact_may_stand_in_the_body(r0: R0, world: World, here: str, name: str) -> None:
    made = r0.post("/contact-relationships", body(world, **{name: world.homer.uuid}))
    assert (made.status, made.json["first_contact_id"]) == (201, world.homer.uuid)
    assert len(listed(r0, **{name: world.homer.uuid})) == 1
    assert listed(r0, **{name: world.moe.uuid}) == []
    other = r0.post(here, body(world, relationship_id=FRIEND, **{name: world.marge.uuid}))
    assert (other.status, list(other.json["errors"])) == (422, ["first_contact_id"])
    assert r0.post(here, body(world, relationship_id=FRIEND, **{name: world.homer.uuid})).status == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("second_contact_id", "SELF"), ("second_contact_id", "FOREIGN"), ("second_contact_id", "DELETED"),
        ("second_contact_id", "NOBODY"), ("second_contact_id", "x"), ("second_contact_id", ""),
        ("second_contact_id", None), ("relationship_id", "NOBODY"), ("relationship_id", "x"),
        ("relationship_id", ""), ("relationship_id", None), ("anniversary_date", "2023-02-30"),
        ("anniversary_date", "soon"), ("anniversary_date", {"a": "b"}),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_named(r0: R0, world: World, here: str, field: str, value: Any) -> None:
    gone = r0.post("/contacts", {"contact": {"first_name": "Maude", "relationship_type": 1}}).json["id"]
    r0.delete(f"/contacts/{gone}")
    known = {"SELF": world.homer.uuid, "FOREIGN": world.moe.uuid, "DELETED": gone, "NOBODY": new_id()}
    sent = body(world, **{field: known.get(value, value) if isinstance(value, str) else value})
    refused = r0.post(here, sent)
    assert (refused.status, list(refused.json["errors"])) == (422, [field])
    assert listed(r0, **DELETED) == []


@pytest.mark.parametrize("value", ["FOREIGN", "DELETED", "x", "", None])
def test_a_first_contact_that_is_not_there_is_refused(r0: R0, world: World, value: str | None) -> None:
    r0.delete(f"/contacts/{world.homer.uuid}")
    known: dict[str | None, str] = {"FOREIGN": world.moe.uuid, "DELETED": world.homer.uuid}
    refused = r0.post("/contact_relationships", body(world, first_contact_id=known.get(value, value)))
    assert (refused.status, list(refused.json["errors"])) == (422, ["first_contact_id"])
    for contact in (world.homer.uuid, world.moe.uuid):
        assert r0.post(f"/contacts/{contact}/contact_relationships", body(world)).status == 404


def test_a_relationship_created_twice_is_refused_from_either_side(r0: R0, world: World, here: str) -> None:
    make(r0, world)
    theirs = f"/contacts/{world.marge.uuid}/contact_relationships"
    for path, second, type_ in (
        (here, world.marge, WIFE), (here, world.marge, SPOUSE), (theirs, world.homer, HUSBAND),
    ):  # fmt: skip
        refused = r0.post(path, body(world, second_contact_id=second.uuid, relationship_id=type_))
        assert (refused.status, list(refused.json["errors"])) == (422, ["relationship_id"])
    assert len(listed(r0, **DELETED)) == 2
    assert r0.post(here, body(world, relationship_id=FRIEND)).status == 201


def test_the_second_contact_cannot_be_changed(r0: R0, world: World, here: str) -> None:
    made = make(r0, world)
    path = f"{here}/{made['id']}"
    for other in (world.moe.uuid, world.homer.uuid, new_id(), "x", None):
        refused = r0.patch(path, {"contact_relationship": {"second_contact_id": other}})
        assert (refused.status, list(refused.json["errors"])) == (422, ["second_contact_id"])
    same = {"second_contact_id": world.marge.uuid, "anniversary_date": "2020-07-22"}
    assert r0.patch(path, {"contact_relationship": same}).json["anniversary_date"] == "2020-07-22"


def test_relationships_come_and_go_with_their_contacts(r0: R0, world: World, here: str) -> None:
    made = make(r0, world)
    r0.delete(f"/contacts/{world.marge.uuid}")
    assert listed(r0, here) == listed(r0) == []
    assert r0.get(f"{here}/{made['id']}").status == 200
    assert len(listed(r0, **DELETED)) == 2
    r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"deleted": False}})
    assert listed(r0, here) == [made]
    r0.delete(f"/contacts/{world.marge.uuid}", soft_delete="false")
    assert (listed(r0, here, **DELETED), r0.get(f"{here}/{made['id']}").status) == ([], 404)


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    made = make(r0, world)
    for path in (f"/contact_relationships/{made['id']}", "/contact_relationships/x"):
        change = {"contact_relationship": {"anniversary_date": "2020-01-01"}}
        assert theirs.get(path).status == theirs.delete(path).status == theirs.patch(path, change).status == 404
    assert listed(theirs) == []


def test_the_list_has_pages(r0: R0, world: World, here: str) -> None:
    for name in ("Wife", "Friend", "Neighbour", "Colleague", "Classmate"):
        make(r0, world, relationship_id=type_id(name))
    page = r0.get(here, page=2, limit=2).json
    assert [each["name"] for each in page["contact_relationships"]] == ["Neighbour", "Colleague"]
    assert (page["count"], page["first"]) == (5, 3)
    assert r0.get("/contact_relationships").json["count"] == 10


def test_the_catalogue_is_given_whole(r0: R0) -> None:
    response = r0.get("/api/v1/relationships", limit=1, page=2).json
    assert response["count"] == len(response["relationships"]) == len(CATALOGUE) > 40
    by_name = {each["name"]: each for each in response["relationships"]}
    assert by_name["Child"]["relationship_id"] == by_name["Parent"]["id"]
    assert by_name["Parent"]["relationship_id"] == by_name["Child"]["id"]
    assert by_name["Mother"]["relationship_id"] == by_name["Child"]["id"]


def test_the_catalogue_needs_a_token(client: Client) -> None:
    assert client.with_token(None).get("/api/v1/relationships").status == 401
