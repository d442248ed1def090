"""ETags of the two published contracts: only headers, 304 for a client that has the body, 412 for a stale If-Match."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from client import Client, Response
from world import World

from coterie.actions.access_tokens import create_access_token
from coterie.actions.terms import create_term, put_on_contact
from coterie.model.terms import TAGS


def paths(world: World) -> list[str]:
    org = f"/api/v1/orgs/{world.organization.uuid}"
    return ["/api/v1/me", f"/api/v1/contact?id={world.marge.id}", f"{org}/contacts/{world.marge.uuid}"]


@pytest.mark.parametrize("number", range(3))
def test_a_body_that_has_not_changed_is_304(world: World, client: Client, number: int) -> None:
    inro = client.with_token(world.alice_token)
    path = paths(world)[number]
    first = inro.call("GET", path)
    assert first.status == 200 and first.headers["cache-control"] == "no-store"
    etag = first.headers["etag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', f'{etag[:-1]}-gzip"', "*"):
        again = inro.call("GET", path, headers={"if-none-match": header})
        assert (again.status, again.body) == (304, b""), header
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "private, no-cache")
    assert inro.call("GET", path, headers={"if-none-match": '"other"'}).body == first.body


def test_a_change_gives_another_etag(world: World, client: Client) -> None:
    inro, path = client.with_token(world.alice_token), f"/api/v1/contact?id={world.marge.id}"
    etag = inro.call("GET", path).headers["etag"]
    assert inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"language": "en"}}).status == 200
    changed = inro.call("GET", path, headers={"if-none-match": etag})
    assert changed.status == 200 and changed.headers["etag"] != etag


def test_lists_errors_and_writes_have_none(world: World, client: Client) -> None:
    inro = client.with_token(world.alice_token)
    for response in (inro.get("/api/v1/contacts"), inro.get("/api/v1/contact", id=999_999), client.get("/api/v1/me")):
        assert "etag" not in response.headers
        assert response.headers["cache-control"] == "no-store"


def test_a_problem_names_its_request(world: World, hub: Client) -> None:
    response = hub.get("/api/hub/v1/contacts/999999")
    assert response.json["instance"] == f"urn:request:{response.headers['x-request-id']}"


def writes(world: World) -> list[tuple[str, str, str, Any]]:
    """(path of the GET, method, path and body of a write) of a contact."""
    org, inro = f"/api/v1/orgs/{world.organization.uuid}", f"/api/v1/contacts/{world.marge.id}"
    contact, located = f"{org}/contacts/{world.marge.uuid}", f"/api/v1/contact?id={world.marge.id}"
    return [
        (inro, "PUT", inro, {"contact": {"notes": "new"}}),
        (located, "PUT", "/api/v1/contact", {"id": world.marge.id, "contact": {"notes": "new"}}),
        (contact, "PATCH", contact, {"contact": {"nickname": "new"}}),
        (f"{contact}?include[]=tags", "PATCH", f"{contact}?include[]=tags", {"contact": {"nickname": "new"}}),
        (contact, "DELETE", contact, {}),
    ]


@pytest.mark.parametrize("number", range(5))
def test_a_write_with_if_match_needs_the_etag_of_its_path(world: World, client: Client, number: int) -> None:
    alice = client.with_token(world.alice_token)
    shown, method, path, body = writes(world)[number]
    before = alice.call("GET", shown)
    etag = before.headers["etag"]
    refused = alice.call(method, path, json_body=body, headers={"if-match": '"x"'})
    assert (refused.status, refused.headers["etag"], list(refused.json)) == (412, etag, ["error"])
    for header in (etag.strip('"'), ""):
        refused = alice.call(method, path, json_body=body, headers={"if-match": header})
        assert refused.status in (400, 422) and "If-Match" in refused.json["error"]
    assert alice.call("GET", shown).body == before.body
    assert alice.call(method, path, json_body=body, headers={"if-match": f'"x", W/{etag}'}).status in (200, 204)
    assert alice.call(method, path, json_body=body, headers={"if-match": etag}).status in (412, 404)


def test_if_match_of_a_list_or_of_nothing_changes_no_response(world: World, client: Client) -> None:
    alice = client.with_token(world.alice_token)
    body = {"contact": {"real_name": "Lisa"}}
    assert alice.call("POST", "/api/v1/contacts", json_body=body, headers={"if-match": '"x"'}).status == 201
    assert alice.call("PUT", "/api/v1/contacts/999999", json_body=body, headers={"if-match": "*"}).status == 404


def test_a_repeated_write_is_not_compared_again(world: World, client: Client) -> None:
    path = f"/api/v1/contacts/{world.marge.id}"
    alice = client.with_token(world.alice_token)
    headers = {"if-match": alice.get(path).headers["etag"], "idempotency-key": "once"}
    first, again = (
        alice.call("PUT", path, json_body={"contact": {"notes": "new"}}, headers=headers) for _ in range(2)
    )  # fmt: skip
    assert (first.status, again.status, again.body) == (200, 200, first.body)


def put_all(alice: Client, token: str, requests: Sequence[tuple[str, str | None]]) -> list[Response]:
    """The responses of PUTs that are sent at once: (path, If-Match or None) of each."""

    async def send_all() -> list[Response]:
        sent = []
        for number, (path, etag) in enumerate(requests):
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            body = json.dumps({"contact": {"notes": f"{number}"}}).encode()
            sent.append(alice._call("PUT", path, "", headers | ({"if-match": etag} if etag else {}), body))
        return await asyncio.gather(*sent)

    return alice._loop.run_until_complete(send_all())


def test_of_writers_at_once_who_read_the_same_one_changes_it(world: World, client: Client) -> None:
    path = f"/api/v1/contacts/{world.marge.id}"
    alice = client.with_token(world.alice_token)
    etag = alice.get(path).headers["etag"]
    responses = put_all(alice, world.alice_token, [(path, etag)] * 8)
    assert sorted(each.status for each in responses) == [200, *[412] * 7]
    changed = next(each for each in responses if each.status == 200)
    assert alice.get(path).json["notes"] == changed.json["notes"]


def test_writers_at_once_of_different_contacts_do_not_hinder_each_other(world: World, client: Client) -> None:
    alice = client.with_token(world.alice_token)
    created = [alice.post("/api/v1/contacts", {"contact": {"real_name": f"Person {n}"}}) for n in range(24)]
    paths = [f"/api/v1/contacts/{each.json['id']}" for each in created]
    requests = [(path, alice.get(path).headers["etag"]) for path in paths]
    assert [each.status for each in put_all(alice, world.alice_token, requests)] == [200] * 24
    assert [alice.get(path).json["notes"] for path in paths] == [f"{number}" for number in range(24)]


def test_writers_with_and_without_if_match_do_not_block_each_other(world: World, client: Client) -> None:
    path = f"/api/v1/contacts/{world.marge.id}"
    alice = client.with_token(world.alice_token)
    etag = alice.get(path).headers["etag"]
    responses = put_all(alice, world.alice_token, [(path, None), (path, etag)] * 8)
    assert [each.status for each in responses[::2]] == [200] * 8
    assert sorted(each.status for each in responses[1::2])[1:] == [412] * 7


def test_a_conditional_write_of_many_contacts_and_writes_of_each_do_not_wait_in_a_circle(
    world: World, client: Client
) -> None:
    alice, organization = client.with_token(world.alice_token), f"/api/v1/orgs/{world.organization.uuid}"
    created = [alice.post("/api/v1/contacts", {"contact": {"real_name": f"Person {n}"}}).json["id"] for n in range(20)]
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "friend").id
        for contact_id in created:
            put_on_contact(tx, world.alice, TAGS, contact_id, tag)
    headers = {"authorization": f"Bearer {world.alice_token}", "content-type": "application/json"}

    async def send_all(number: int, etag: str) -> list[Response]:
        rename = json.dumps({"tag": {"name": f"friend {number}"}}).encode()
        notes = json.dumps({"contact": {"notes": f"{number}"}}).encode()
        calls = [alice._call("PUT", f"/api/v1/contacts/{each}", "", headers, notes) for each in created[:7]]
        condition = headers | {"if-match": etag}
        renames = [alice._call("PATCH", f"{organization}/tags/{tag}", "", condition, rename) for _ in range(2)]
        return await asyncio.gather(*calls, *renames)

    for number in range(5):
        etag = alice.get(f"{organization}/tags/{tag}").headers["etag"]
        statuses = [each.status for each in alice._loop.run_until_complete(send_all(number, etag))]
        assert (statuses[:7], sorted(statuses[7:])) == ([200] * 7, [200, 412])


def test_of_changes_of_a_profile_at_once_one_is_made(world: World, client: Client) -> None:
    alice, path = client.with_token(world.alice_token), f"/api/v1/users/{world.alice.user_id}"
    headers = {"authorization": f"Bearer {world.alice_token}", "content-type": "application/json",
               "if-match": alice.get(path).headers["etag"]}  # fmt: skip

    async def send_all() -> list[Response]:
        bodies = [json.dumps({"user": {"first_name": f"Alice {number}"}}).encode() for number in range(6)]
        return await asyncio.gather(*(alice._call("PATCH", path, "", headers, body) for body in bodies))

    statuses = [each.status for each in alice._loop.run_until_complete(send_all())]
    assert sorted(statuses) == [200, *[412] * 5]


@pytest.mark.parametrize("number", range(5))
def test_a_token_that_may_not_read_sees_no_etag(world: World, client: Client, number: int) -> None:
    with world.database.write() as tx:
        _, token = create_access_token(
            tx, world.alice, user_id=world.alice.user_id, name="form", scopes=("contacts:write",)
        )
    shown, method, path, body = writes(world)[number]
    etag = client.with_token(world.alice_token).call("GET", shown).headers["etag"]
    for header in ('"x"', etag, "*"):
        response = client.with_token(token).call(method, path, json_body=body, headers={"if-match": header})
        assert (response.status, "etag" in response.headers) == (403, False)
    assert client.with_token(token).call(method, path, json_body=body).status in (200, 204)


@pytest.mark.parametrize("include", [["tags"], 5, "no such part"])
def test_the_parameters_of_the_etag_are_in_the_query(world: World, client: Client, include: Any) -> None:
    alice = client.with_token(world.alice_token)
    path = f"/api/v1/orgs/{world.organization.uuid}/contacts/{world.marge.uuid}"
    etag = alice.get(path).headers["etag"]
    body = {"contact": {"nickname": "new"}, "include": include, "id": 5}
    assert alice.call("PATCH", path, json_body=body, headers={"if-match": etag}).status == 200


@pytest.mark.parametrize("by", ["id", "username"])
def test_a_locator_of_the_etag_is_in_the_body(world: World, client: Client, by: str) -> None:
    alice, value = client.with_token(world.alice_token), getattr(world.marge, by)
    etag = alice.call("GET", f"/api/v1/contact?{by}={value}").headers["etag"]
    body = {by: value, "contact": {"notes": "new"}}
    path = f"/api/v1/contact?id={world.homer.id}"
    assert alice.call("PUT", path, json_body=body, headers={"if-match": etag}).status == 200
    assert alice.get(f"/api/v1/contacts/{world.marge.id}").json["notes"] == "new"
