"""Upsert: the contact with an identifier is changed, or created with it."""

import asyncio
import json
from typing import Any

import pytest
from client import Client, Response
from world import World

CONTACTS = "/api/hub/v1/contacts"
UPSERT = f"{CONTACTS}/upsert"


def upsert(hub: Client, match: Any, contact: Any = None, **options: Any) -> Response:
    return hub.post(UPSERT, {"match": match, "contact": contact or {}, **options})


def by(by_: str, value: str, **more: str) -> dict[str, str]:
    return {"by": by_, "value": value, **more}


def count(hub: Client) -> int:
    return int(hub.get(CONTACTS, count="true").json["total"])


@pytest.mark.parametrize(
    "match",
    [
        by("email", "MARGE@example.org"),
        by("phone", "+1 800-555-5555"),
        by("username", "@Marge"),
        by("username", "https://www.instagram.com/marge/"),
    ],
)
def test_a_contact_is_found_by_any_writing_of_its_handles(world: World, hub: Client, match: dict[str, str]) -> None:
    response = upsert(hub, [match], {"nickname": "Midge"})
    assert response.status == 200
    assert (response.json["outcome"], response.json["matched_by"]) == ("updated", match["by"])
    assert response.json["contact"]["id"] == world.marge.id
    assert response.headers["etag"] == f'"{response.json["contact"]["revision"]}"'
    again = upsert(hub, [match], {"nickname": "Midge"}).json
    assert (again["outcome"], again["contact"]["revision"]) == ("unchanged", response.json["contact"]["revision"])


def test_id_and_uuid_find_it_too_and_the_first_identifier_that_fits_decides(world: World, hub: Client) -> None:
    assert upsert(hub, [by("id", str(world.marge.id))]).json["contact"]["id"] == world.marge.id
    assert upsert(hub, [by("uuid", world.homer.uuid.upper())]).json["contact"]["id"] == world.homer.id
    found = upsert(hub, [by("email", "nobody@example.org"), by("email", "homer@example.org"), by("username", "marge")])
    assert (found.json["contact"]["id"], found.json["matched_by"]) == (world.homer.id, "email")


@pytest.mark.parametrize(
    "match",
    [by("email", "new@example.org"), by("phone", "+49 30 123456"), by("username", "new.one"),
     by("website", "https://new.example"), by("external_id", "4711", source="shop")],
)  # fmt: skip
def test_a_new_contact_has_the_identifiers_so_that_the_next_upsert_finds_it(hub: Client, match: dict[str, str]) -> None:
    first = upsert(hub, [match], {"real_name": "New One"})
    assert (first.status, first.json["outcome"], first.json["matched_by"]) == (201, "created", None)
    again = upsert(hub, [match], {"real_name": "New One"})
    assert (again.status, again.json["outcome"]) == (200, "unchanged")
    assert again.json["contact"]["id"] == first.json["contact"]["id"]
    assert count(hub) == 3


@pytest.mark.parametrize("email", ["second@example.org", "NEW@example.org", None])
@pytest.mark.parametrize("handles", [None, [], [{"channel": "email", "value": "third@example.org"}]])
def test_a_retry_finds_a_new_contact_whose_fields_differ_from_its_identifiers(
    hub: Client, email: str | None, handles: list[dict[str, str]] | None
) -> None:
    match = [by("email", "new@example.org"), by("phone", "+49 30 123456")]
    contact = {"real_name": "New", "email": email} | ({} if handles is None else {"handles": handles})
    first = upsert(hub, match, contact)
    assert first.status == 201, first.body
    values = [each["normalized"] for each in first.json["contact"]["handles"]]
    assert len(values) == len(set(values)) and {"new@example.org", "+4930123456"} <= set(values)
    assert handles is not None or first.json["contact"]["email"] == (email or "new@example.org")
    for identifier in match:
        again = upsert(hub, [identifier], {"real_name": "New"})
        assert again.json["contact"]["id"] == first.json["contact"]["id"]
    assert count(hub) == 3


@pytest.mark.parametrize("handles", [None, [], [{"channel": "phone", "value": "+1 800 555 0123"}]])
def test_a_contact_keeps_the_identifiers_that_a_list_of_handles_leaves_out(
    world: World, hub: Client, handles: list[dict[str, str]] | None
) -> None:
    match = [by("email", "Homer@example.org"), by("phone", "+49 30 123456")]
    for _ in range(3):
        found = upsert(hub, match, {"handles": handles}).json
        assert (found["contact"]["id"], found["matched_by"]) == (world.homer.id, "email")
    values = [each["normalized"] for each in found["contact"]["handles"]]
    assert sorted(values) == ["+18005550123", "homer@example.org"][0 if handles else 1 :]
    assert count(hub) == 2


@pytest.mark.parametrize("match", [by("id", "999999"), by("uuid", "01a228c0-5f07-7a7a-9b76-3508480c8f66")])
def test_an_id_of_nobody_creates_nobody_unless_something_else_identifies_the_contact(
    hub: Client, match: dict[str, str]
) -> None:
    problem = upsert(hub, [match], {"real_name": "New"})
    assert (problem.status, problem.json["type"]) == (404, "/api/hub/v1/problems/not-found")
    results = hub.post(
        f"{CONTACTS}/batch", {"operations": [{"op": "upsert", "match": [match], "contact": {"real_name": "New"}}]}
    ).json["results"]
    assert results[0]["status"] == 404
    assert count(hub) == 2
    assert upsert(hub, [match, by("email", "new@example.org")], {"real_name": "New"}).status == 201


def test_an_unknown_kind_of_identifier_is_answered_with_those_there_are(hub: Client) -> None:
    problem = upsert(hub, [by("outside_id", "7")], {}).json
    assert problem["errors"][0]["code"] == "choice"
    assert "must be one of email, external_id, id" in problem["detail"]


def test_an_external_id_is_stored_when_another_identifier_found_the_contact(world: World, hub: Client) -> None:
    match = [by("external_id", "7", source="shop"), by("email", "homer@example.org")]
    assert upsert(hub, match).json["outcome"] == "updated"
    found = upsert(hub, match[:1], {"email": "homer@plant.example"}).json
    assert (found["contact"]["id"], found["matched_by"]) == (world.homer.id, "external_id")
    contact = hub.get(f"{CONTACTS}/{world.homer.id}", include="external_ids").json
    assert contact["external_ids"] == [{"source": "shop", "id": "7"}]


def test_several_contacts_are_409_with_candidates_unless_the_caller_chooses(world: World, hub: Client) -> None:
    shared = {"channel": "phone", "value": "+1 800 555 5555"}
    hub.patch(f"{CONTACTS}/{world.homer.id}", {"handles": {"add": [shared]}})
    match = [by("phone", "(800) 555-5555")]
    refused = upsert(hub, match, {"nickname": "x"})
    assert (refused.status, refused.json["type"]) == (409, "/api/hub/v1/problems/several-match")
    assert [each["id"] for each in refused.json["candidates"]] == [world.marge.id, world.homer.id]
    assert upsert(hub, match, if_several="oldest").json["contact"]["id"] == world.marge.id
    assert upsert(hub, match, if_several="newest").json["contact"]["id"] == world.homer.id
    assert count(hub) == 2


def test_deleted_contacts_and_former_usernames_do_not_count_unless_restoring(world: World, hub: Client) -> None:
    hub.patch(f"{CONTACTS}/{world.marge.id}", {"username": "marjorie"})
    assert upsert(hub, [by("username", "marge")]).status == 201
    hub.delete(f"{CONTACTS}/{world.homer.id}")
    restored = upsert(hub, [by("email", "homer@example.org")], {"nickname": "Homie"}, if_deleted="restore").json
    assert (restored["contact"]["id"], restored["contact"]["deleted_at"]) == (world.homer.id, None)
    hub.delete(f"{CONTACTS}/{world.homer.id}")
    assert upsert(hub, [by("email", "homer@example.org")]).json["contact"]["id"] != world.homer.id


def test_two_at_once_make_one_contact(world: World, hub: Client) -> None:
    headers = {"authorization": f"Bearer {world.alice_token}", "content-type": "application/json"}
    body = json.dumps({"match": [by("email", "race@example.org")], "contact": {"tags": {"add": ["race"]}}}).encode()

    async def send_all() -> list[Response]:
        return await asyncio.gather(*(hub._call("POST", UPSERT, "", headers, body) for _ in range(16)))

    responses = hub._loop.run_until_complete(send_all())
    assert sorted(each.status for each in responses) == [200] * 15 + [201]
    assert len({each.json["contact"]["id"] for each in responses}) == 1
    assert count(hub) == 3


def test_another_organizations_contacts_are_not_found(world: World, hub: Client) -> None:
    assert upsert(hub, [by("email", "moe@example.org")], {"real_name": "Moe"}).status == 201
    assert upsert(hub, [by("uuid", world.moe.uuid)], {"real_name": "Moe"}).status == 404


@pytest.mark.parametrize(
    ("match", "field"),
    [
        ([], "match"),
        ([by("email", "nothing")], "match.0.value"),
        ([by("phone", "x")], "match.0.value"),
        ([by("id", "-1")], "match.0.value"),
        ([by("uuid", "7")], "match.0.value"),
        ([by("external_id", "7")], "match.0.source"),
        ([by("shoe_size", "7")], "match.0.by"),
        ([by("email", "a@example.org", sauce="x")], "match.0.sauce"),
    ],
)
def test_an_invalid_identifier_is_named(hub: Client, match: list[dict[str, str]], field: str) -> None:
    response = upsert(hub, match)
    assert (response.status, [each["field"] for each in response.json["errors"]]) == (422, [field])


@pytest.mark.parametrize("address", ["marge@example.org", "maude@example.org"])
@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({"birthday": "never"}, "contact.birthday"),
        ({"properties": {"shoe": 1}}, "contact.properties.shoe"),
        ({"handles": [{"channel": "phone", "value": "x"}]}, "contact.handles.0.value"),
    ],
)
@pytest.mark.usefixtures("world")
def test_a_problem_of_the_contact_is_below_its_key(hub: Client, address: str, contact: Any, field: str) -> None:
    response = upsert(hub, [by("email", address)], contact)
    assert (response.status, [each["field"] for each in response.json["errors"]]) == (422, [field])


@pytest.mark.parametrize("is_batch", [False, True])
def test_an_upsert_with_if_match_changes_what_the_client_has_read(world: World, hub: Client, *, is_batch: bool) -> None:
    def upsert(value: str, etag: str) -> int:
        body = {"match": [{"by": "email", "value": value}], "contact": {"nickname": value[:20]}}
        if not is_batch:
            return hub.call("POST", UPSERT, json_body=body, headers={"if-match": etag}).status
        operation = {"op": "upsert", "if_match": etag, **body}
        (result,) = hub.post("/api/hub/v1/contacts/batch", {"operations": [operation]}).json["results"]
        return int(result["status"])

    path = f"/api/hub/v1/contacts/{world.marge.id}"
    old = hub.get(path).headers["etag"]
    hub.patch(path, {"job_title": "Painter"})
    new = hub.get(path).headers["etag"]
    assert [upsert("marge@example.org", etag) for etag in (old, f"W/{old}")] == [412] * 2
    assert upsert("nobody@example.org", "*") == 404
    assert hub.get(path).headers["etag"] == new
    assert upsert("marge@example.org", f"{old}, W/{new}") == 200
    assert upsert("marge@example.org", new) == 412
