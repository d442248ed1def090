"""A stale If-Match: the problem says what changed since, so that a client can merge instead of asking again."""

from typing import Any

import pytest
from client import Client
from world import World

from coterie.actions import contacts
from coterie.actions.touches import log_touch
from coterie.api.hub.missed_changes import MISSED_MAX
from coterie.store import contact_events

CONTACTS = "/api/hub/v1/contacts"
WHAT, WHO = ("kind", "fields"), ("user_id", "via")


def conflict(hub: Client, path: str, etag: str) -> dict[str, Any]:
    """The problem of a change that is based on this ETag."""
    response = hub.call("PATCH", path, json_body={"nickname": "Max"}, headers={"if-match": etag})
    assert response.status == 412
    assert response.headers["etag"] == response.json["etag"] == hub.get(path).headers["etag"]
    problem: dict[str, Any] = response.json
    return problem


def test_every_change_since_is_named_with_its_fields_and_who_made_it(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.homer.id}"
    hub.post("/api/hub/v1/contacts", {"real_name": "Somebody else"})
    etag = hub.get(path).headers["etag"]
    hub.patch(path, {"employer": "Nuclear plant", "email": "homer@work.example"})
    hub.patch(path, {"tags": ["Bowling"], "handles": {"add": [{"channel": "phone", "value": "+1 800 555 0199"}]}})
    with world.database.write() as tx:
        contacts.delete_contact(tx, world.alice, world.homer.id)
        contacts.restore_contact(tx, world.alice, world.homer.id)
    problem = conflict(hub, path, etag)
    assert problem["has_more"] is False
    missed = problem["changed_since"]
    assert [[each[key] for key in WHAT] for each in missed] == [
        ["contact.updated", ["email", "employer", "handles"]],
        ["contact.handle_added", ["handles", "phone"]],
        ["contact.tagged", ["tags"]],
        ["contact.deleted", ["deleted_at"]],
        ["contact.restored", ["deleted_at"]],
    ]
    assert {tuple(each[key] for key in WHO) for each in missed} == {
        (world.alice.user_id, "hub"), (world.alice.user_id, world.alice.via),
    }  # fmt: skip
    history = [each["id"] for each in hub.get(f"{path}/history").json["items"]]
    assert [each["event_id"] for each in reversed(missed)] == history[: len(missed)]


def test_what_the_client_has_read_is_not_named(world: World, hub: Client) -> None:
    body = {"real_name": "Ned", "email": "ned@example.org", "tags": ["a", "b"], "folders": ["c"], "dates": []}
    created = hub.post(CONTACTS, body)
    path = f"{CONTACTS}/{created.json['id']}"
    etags = [created.headers["etag"]]
    etags += [hub.patch(path, {"tags": [str(n), f"x{n}"], "bio": str(n)}).headers["etag"] for n in range(2)]
    assert [len(conflict(hub, path, etag)["changed_since"]) for etag in etags[:-1]] == [10, 5]
    both = conflict(hub, path, f'{etags[0]}, "{1}"')
    assert both["changed_since"] == conflict(hub, path, etags[0])["changed_since"]
    hub.patch(path, {"bio": "x"})
    assert [each["fields"] for each in conflict(hub, path, etags[-1])["changed_since"]] == [["bio"]]


@pytest.mark.parametrize("etag", ['"x"', '"-1"', '"0"', '"1e9"', '"٣"', f'"{10**30}"', 'W/"x"', '"9007199254740991"'])
def test_an_etag_that_the_contact_never_had_names_no_changes(world: World, hub: Client, etag: str) -> None:
    response = hub.call("PATCH", f"{CONTACTS}/{world.homer.id}", json_body={}, headers={"if-match": etag})
    assert response.status == 412
    assert response.headers["etag"] == response.json["etag"]
    assert not {"changed_since", "has_more"} & set(response.json)


def test_the_newest_are_named_and_messages_are_none(world: World, hub: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{CONTACTS}/{world.homer.id}"
    etag = hub.get(path).headers["etag"]
    for number in range(MISSED_MAX + 2):
        hub.patch(path, {"bio": str(number)})
    problem = conflict(hub, path, etag)
    assert (len(problem["changed_since"]), problem["has_more"]) == (MISSED_MAX, True)
    newest = hub.get(f"{path}/history", limit=1).json["items"][0]["id"]
    assert problem["changed_since"][-1]["event_id"] == newest
    etag = hub.get(path).headers["etag"]
    hub.patch(path, {"bio": "older than the messages"})
    with world.database.write() as tx:
        for number in range(4):
            log_touch(tx, world.alice, [world.homer.id], kind="call", text=str(number))
    assert conflict(hub, path, etag)["has_more"] is False
    monkeypatch.setattr(contact_events, "EVENTS_READ_MAX", 3)
    problem = conflict(hub, path, etag)
    assert (problem["changed_since"], problem["has_more"]) == ([], True)


def test_an_operation_of_a_batch_says_it_too(world: World, hub: Client) -> None:
    etag = hub.get(f"{CONTACTS}/{world.homer.id}").headers["etag"]
    operation = {"op": "update", "id": world.homer.id, "if_match": etag, "contact": {"nickname": "Homie"}}
    results = hub.post(f"{CONTACTS}/batch", {"operations": [operation, operation]}).json["results"]
    assert [each["fields"] for each in results[1]["problem"]["changed_since"]] == [["nickname"]]
    assert results[1]["problem"]["etag"] == results[0]["etag"]
