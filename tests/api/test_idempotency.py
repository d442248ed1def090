"""Idempotency-Key on the writes of every contract: one key, one effect, one response."""

import asyncio
import json
from typing import Any

import pytest
from client import Client, Response
from r0_client import R0
from world import World

from coterie.api.hub.routes import HUB
from coterie.api.inro.routes import INRO
from coterie.api.r0.routes import R0 as R0_CONTRACT
from coterie.model import times
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.worker.schedule import delete_old_idempotency_keys

CONTACTS = {"hub": "/api/hub/v1/contacts", "inro": "/api/v1/contacts", "r0": "/api/v1/orgs/{org_id}/contacts"}
BODIES: dict[str, Any] = {
    "hub": {"real_name": "Lisa Simpson"},
    "inro": {"contact": {"real_name": "Lisa Simpson"}},
    "r0": {"contact": {"first_name": "Lisa", "relationship_type": 1}},
}
contracts = pytest.mark.parametrize("name", ["hub", "inro", "r0"])


def post(world: World, client: Client, name: str, key: str, body: Any = None, **query: str) -> Response:
    path = CONTACTS[name].format(org_id=world.organization.uuid)
    return client.call("POST", path, query=query, json_body=body or BODIES[name], headers={"idempotency-key": key})


def count(world: World) -> int:
    with world.database.read() as tx:
        return count_contacts(tx, world.organization.id)


@contracts
def test_a_repeated_request_has_one_effect_and_the_same_response(world: World, hub: Client, name: str) -> None:
    first = post(world, hub, name, "a-1")
    again = post(world, hub, name, '"a-1"')
    assert first.status == again.status == 201
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    assert again.headers.get("location") == first.headers.get("location")
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert "idempotent-replayed" not in first.headers
    assert count(world) == 3
    assert post(world, hub, name, "a-2").json["id"] != first.json["id"]


@contracts
def test_a_key_with_another_request_is_an_error_and_has_no_effect(world: World, hub: Client, name: str) -> None:
    post(world, hub, name, "b")
    changed = {**BODIES[name], "real_name": "Bart"} if name == "hub" else {**BODIES[name], "x": 1}
    other = post(world, hub, name, "b", changed)
    assert other.status == {"hub": 422, "inro": 400, "r0": 422}[name]
    assert b"Idempotency-Key was used with another request" in other.body
    assert count(world) == 3


@contracts
def test_a_request_that_failed_may_be_corrected_with_its_key(world: World, hub: Client, name: str) -> None:
    assert post(world, hub, name, "c", {"contact": {"relationship_type": 77}}).status in (400, 422)
    assert post(world, hub, name, "c").status == 201


@contracts
@pytest.mark.parametrize("key", ["", " ", "a b", "ü", '"', '"a"b"', "x" * 256, "a\tb"])
def test_an_invalid_key_is_an_error(world: World, hub: Client, name: str, key: str) -> None:
    assert post(world, hub, name, key).status in (400, 422)
    assert count(world) == 2


def test_a_key_belongs_to_its_token(world: World, client: Client) -> None:
    for token in (world.alice_token, world.bob_token, world.charlie_token):
        response = post(world, client.with_token(token), "hub", "d")
        assert (response.status, "idempotent-replayed" in response.headers) == (201, False)


def test_the_order_and_spelling_of_a_body_do_not_matter_but_its_values_do(world: World, hub: Client) -> None:
    body = {"first_name": "Lisa", "last_name": "Simpson"}
    first = post(world, hub, "hub", "e", body)
    assert post(world, hub, "hub", "e", dict(reversed(body.items()))).body == first.body
    assert post(world, hub, "hub", "e", body, fields="name").status == 422


def test_requests_at_once_have_one_effect(world: World, hub: Client) -> None:
    headers = {"authorization": f"Bearer {world.alice_token}", "content-type": "application/json",
               "idempotency-key": "race"}  # fmt: skip
    body = json.dumps(BODIES["hub"]).encode()

    async def send_all() -> list[Response]:
        return await asyncio.gather(*(hub._call("POST", CONTACTS["hub"], "", headers, body) for _ in range(32)))

    responses = hub._loop.run_until_complete(send_all())
    assert {(each.status, each.body) for each in responses} == {(201, responses[0].body)}
    assert sum("idempotent-replayed" in each.headers for each in responses) == 31
    assert count(world) == 3


def test_an_upload_is_compared_by_its_files_and_not_by_its_boundary(world: World, r0: R0) -> None:
    def send(boundary: str, card: str) -> Response:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="a.vcf"\r\n\r\n'
        headers = {"content-type": f"multipart/form-data; boundary={boundary}", "idempotency-key": "import"}
        return r0.client.call("POST", f"{r0.base}/imports", body=f"{head}{card}\r\n--{boundary}--\r\n".encode(),
                              headers=headers)  # fmt: skip

    card = "BEGIN:VCARD\nVERSION:4.0\nFN:Mary Bailey\nEND:VCARD\n"
    first = send("aaa", card)
    again = send("bbb", card)
    assert (first.status, again.body) == (200, first.body)
    assert send("ccc", card.replace("Mary", "Martha")).status == 422
    assert len(r0.get("/imports").json["imports"]) == 1


def test_an_upload_that_fails_gives_its_key_back(world: World, r0: R0) -> None:
    def send(content: bytes) -> Response:
        head = b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.vcf"\r\n\r\n'
        headers = {"content-type": "multipart/form-data; boundary=x", "idempotency-key": "import"}
        return r0.client.call("POST", f"{r0.base}/imports", body=head + content + b"\r\n--x--\r\n", headers=headers)

    assert send(b"\x00\x01nothing").status == 422
    assert send(b"BEGIN:VCARD\nVERSION:4.0\nFN:Mary Bailey\nEND:VCARD\n").status == 200


def test_erasing_a_contact_scrubs_the_stored_responses(world: World, hub: Client) -> None:
    first = post(world, hub, "hub", "f")
    path = f"{CONTACTS['hub']}/{first.json['id']}"
    gone = hub.call("DELETE", path, query={"erase": "true"}, headers={"if-match": "*", "idempotency-key": "g"})
    again = hub.call("DELETE", path, query={"erase": "true"}, headers={"if-match": "*", "idempotency-key": "g"})
    assert (gone.status, again.status) == (204, 204)
    repeated = post(world, hub, "hub", "f")
    assert (repeated.status, count(world)) == (409, 2)
    with world.database.read() as tx:
        assert tx.one(
            "SELECT count(*) FROM idempotency_keys WHERE organization_id = :id AND body LIKE '%Lisa%'",
            {"id": world.organization.id},
        ) == (0,)


def test_keys_expire(world: World, hub: Client, settings: Settings) -> None:
    first = post(world, hub, "hub", "h")
    delete_old_idempotency_keys(world.database, settings)
    assert post(world, hub, "hub", "h").json["id"] == first.json["id"]
    with world.database.write() as tx:
        old = times.after(times.now(), -25 * 3600)
        tx.run(
            "UPDATE idempotency_keys SET created_at = :old WHERE organization_id = :id",
            {"old": old, "id": world.organization.id},
        )
    delete_old_idempotency_keys(world.database, settings)
    assert post(world, hub, "hub", "h").json["id"] != first.json["id"]


def test_only_our_document_names_the_header() -> None:
    named = {
        contract.name: {route.method for route in contract.routes if "Idempotency-Key" in route.headers}
        for contract in (HUB, INRO, R0_CONTRACT)
    }
    assert named["inro"] == named["r0"] == set()
    assert "GET" not in named["hub"]
    assert {"POST", "PATCH", "DELETE"} <= named["hub"]
