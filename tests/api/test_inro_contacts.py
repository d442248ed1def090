"""One contact through Inrō's contract: found, read, created, deleted. Changing is in test_inro_contact_changes.py."""

from typing import Any

import msgspec
import pytest
from client import Client
from inro_client import contact_of
from world import World

from coterie.actions.interactions import add_interactions
from coterie.model.imports import InteractionDraft
from coterie.model.interactions import INCOMING, OUTGOING
from coterie.store import contacts as contact_store

KEYS = [
    "id", "name", "username", "instagram_url", "profile_picture", "status", "notes", "is_follower", "email",
    "real_name", "phone", "language", "follower_count", "follower_growth", "bio", "website", "created_at",
    "updated_at", "custom_properties", "folders", "last_messages", "last_comments", "last_mentions",
]  # fmt: skip
NONE_GIVEN = "id, username, email are missing, exactly one parameter must be provided"


# The entity -----------------------------------------------------------------------------------------------------------


def test_a_contact_always_has_the_23_keys_in_the_published_order(inro: Client, world: World) -> None:
    raw = inro.get("/api/v1/contact", id=world.homer.id).body
    assert list(msgspec.json.decode(raw)) == KEYS
    assert list(inro.get("/api/v1/contacts").json[0]) == KEYS


def test_what_is_not_known_is_null_and_what_is_many_an_empty_list(inro: Client, world: World) -> None:
    contact = contact_of(inro, world.homer.id)
    assert contact == {
        "id": world.homer.id, "name": "Homer Simpson", "username": None, "instagram_url": None,
        "profile_picture": None, "status": "subscribed", "notes": None, "is_follower": None,
        "email": "homer@example.org", "real_name": "Homer Simpson", "phone": None, "language": None,
        "follower_count": None, "follower_growth": None, "bio": None, "website": None,
        "created_at": world.homer.created_at, "updated_at": world.homer.updated_at, "custom_properties": {},
        "folders": [], "last_messages": [], "last_comments": [], "last_mentions": [],
    }  # fmt: skip


def test_every_field_has_its_real_type_and_not_the_string_of_the_old_document(inro: Client, world: World) -> None:
    folder = inro.post("/api/v1/folders", {"folder": {"name": "Family"}}).json
    inro.post("/api/v1/contact_properties", {"contact_property": {"title": "Shoe size", "property_type": "number"}})
    with world.database.write() as tx:
        columns = {"follower_count": 120, "follower_growth": -3}
        contact_store.update_contact(tx, world.organization.id, world.marge.id, columns)
    written = {
        "is_follower": "true", "folder_ids": [folder["id"]], "custom_properties": {"shoe-size": 8.5},
        "notes": "Blue hair", "language": "en", "bio": "Mother of three", "website": "https://example.org/marge",
        "profile_picture": "https://example.org/marge.jpg",
    }  # fmt: skip
    assert inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": written}).status == 200
    contact = contact_of(inro, world.marge.id)
    assert contact["id"] == world.marge.id
    assert contact["is_follower"] is True
    assert (contact["follower_count"], contact["follower_growth"]) == (120, -3)
    assert contact["custom_properties"] == {"shoe-size": 8.5}
    assert contact["folders"] == [{"id": folder["id"], "name": "Family"}]
    assert contact["instagram_url"] == "https://www.instagram.com/marge"
    assert contact["profile_picture"] == "https://example.org/marge.jpg"
    assert contact["phone"] == "(800) 555-5555"


def test_the_last_ten_of_each_kind_come_newest_first(inro: Client, world: World) -> None:
    with world.database.write() as tx:
        for kind in ("message", "comment", "mention"):
            add_interactions(tx, world.alice, world.marge.id, [_interaction(kind, day) for day in range(1, 13)])
    contact = contact_of(inro, world.marge.id)
    assert [message["content"] for message in contact["last_messages"]] == [
        f"message {day}" for day in range(12, 2, -1)
    ]
    assert contact["last_messages"][0] == {
        "content": "message 12", "received_at": "2026-01-12T10:00:00.000000Z", "received": True,
    }  # fmt: skip
    assert contact["last_messages"][1]["received"] is False
    assert len(contact["last_comments"]) == len(contact["last_mentions"]) == 10
    assert contact["last_comments"][0] == {"text": "comment 12", "received_at": "2026-01-12T10:00:00.000000Z"}


# Finding one ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"username": "marge"}, {"username": "@Marge"}, {"username": " marge "},
        {"username": "https://www.instagram.com/marge/"}, {"email": "marge@example.org"},
        {"email": "MARGE@Example.org"}, {"id": 1}, {"id": "+1"},
    ],
)  # fmt: skip
def test_a_contact_is_found_by_exactly_one_of_id_username_email(
    inro: Client, world: World, query: dict[str, Any]
) -> None:
    assert inro.get("/api/v1/contact", **query).json["id"] == world.marge.id


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, NONE_GIVEN),
        ({"id": ""}, NONE_GIVEN),
        ({"id": 1, "username": "marge"}, "id, username are mutually exclusive"),
        ({"username": "marge", "email": "x@example.org"}, "username, email are mutually exclusive"),
        ({"id": 1, "username": "a", "email": "b"}, "id, username, email are mutually exclusive"),
        ({"id": "one"}, "id is invalid"),
        ({"id": 10**40}, "id is invalid"),
        ({"username[]": "marge"}, "username is invalid"),
        ({"username": "marge\0"}, "username is invalid"),
    ],
)
def test_none_or_several_locators_are_refused_in_grapes_words(
    inro: Client, query: dict[str, Any], message: str
) -> None:
    response = inro.get("/api/v1/contact", **query)
    assert (response.status, response.json) == (400, {"error": message})
    if "id" not in query or isinstance(query["id"], int):
        response = inro.put("/api/v1/contact", {**_unbracketed(query), "contact": {}})
        assert (response.status, response.json) == (400, {"error": message})


@pytest.mark.parametrize(
    "query",
    [
        {"id": 0}, {"id": -1}, {"id": 4_000_000}, {"id": 2**31}, {"id": 2**40}, {"id": -(2**63)}, {"id": 2**63 - 1},
        {"username": ""}, {"username": "nobody"}, {"username": "no body"}, {"username": "x" * 9000}, {"email": "@"},
        {"email": "nobody@example.org"}, {"email": "moe@example.org"}, {"email": "a" * 300 + "@example.org"},
        {"username": "עברית"}, {"username": "😀"},
    ],
)  # fmt: skip
def test_who_does_not_exist_is_404_whatever_was_asked(inro: Client, query: dict[str, Any]) -> None:
    for response in (
        inro.get("/api/v1/contact", **query),
        inro.put("/api/v1/contact", {**query, "contact": {"language": "en"}}),
    ):
        assert (response.status, response.json) == (404, {"error": "Contact not found"})


@pytest.mark.parametrize(
    "contact_id", ["0", "-1", "4000000", "2147483648", "9" * 30, "one", "1.5", "１", "\0", "1\0", "😀", "1e3"]
)
def test_a_path_with_no_contacts_id_is_404(inro: Client, contact_id: str) -> None:
    path = f"/api/v1/contacts/{contact_id}"
    for response in (inro.get(path), inro.put(path, {"contact": {"language": "en"}}), inro.delete(path)):
        assert (response.status, response.json) == (404, {"error": "Contact not found"})


def test_another_organizations_contact_does_not_exist(client: Client, world: World) -> None:
    charlie = client.with_token(world.charlie_token)
    homer = world.homer.id  # Charlie's organization has one contact, so this id is free there
    path = f"/api/v1/contacts/{homer}"
    body = {"contact": {"language": "xx"}}
    assert charlie.get("/api/v1/contact", id=homer).status == 404
    assert charlie.get("/api/v1/contact", email="homer@example.org").status == 404
    assert charlie.get("/api/v1/contact", username="marge").status == 404
    assert charlie.get("/api/v1/contacts/search", query="simpson").json == []
    assert charlie.put(path, body).status == charlie.delete(path).status == 404
    assert charlie.put("/api/v1/contact", {"email": "homer@example.org", **body}).status == 404
    assert contact_of(client.with_token(world.alice_token), homer)["language"] is None


def test_a_former_username_still_finds_its_contact_until_someone_else_has_it(inro: Client, world: World) -> None:
    inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"username": "marge.simpson"}})
    found = inro.get("/api/v1/contact", username="marge").json
    assert (found["id"], found["username"]) == (world.marge.id, "marge.simpson")
    inro.put(f"/api/v1/contacts/{world.homer.id}", {"contact": {"username": "marge"}})
    assert inro.get("/api/v1/contact", username="marge").json["id"] == world.homer.id


# Creating and deleting ------------------------------------------------------------------------------------------------


def test_a_created_contact_is_answered_with_201_counted_and_found(inro: Client, world: World) -> None:
    response = inro.post("/api/v1/contacts", {"contact": {"real_name": "Lisa Simpson", "username": "@Lisa"}})
    assert response.status == 201
    assert (response.json["id"], response.json["username"], response.json["name"]) == (3, "lisa", "Lisa Simpson")
    assert contact_of(inro, 3) == response.json
    assert inro.get("/api/v1/contacts").headers["x-total"] == "3"
    assert inro.get("/api/v1/contacts/search", query="lisa").json == [response.json]


@pytest.mark.parametrize(
    "fields", [{}, {"language": "en"}, {"name": "", "email": None}, {"name": "\u200b"}, {"bio": "nobody"}]
)
def test_a_contact_needs_something_to_be_known_by(inro: Client, fields: dict[str, Any]) -> None:
    response = inro.post("/api/v1/contacts", {"contact": fields})
    assert response.status == 400
    assert response.json["error"].endswith("are missing, at least one parameter must be provided")


def test_a_contact_of_spaces_is_refused_as_one_of_nothing_is(inro: Client) -> None:
    assert inro.post("/api/v1/contacts", {"contact": {"name": "  ", "email": " "}}).status == 400


def test_a_deleted_contact_is_gone_from_every_door_of_the_contract(inro: Client, world: World) -> None:
    response = inro.delete("/api/v1/contacts/1")
    assert (response.status, response.body) == (204, b"")
    assert inro.get("/api/v1/contact", id=1).status == 404
    assert inro.get("/api/v1/contact", username="marge").status == 404
    assert inro.get("/api/v1/contacts/search", query="marge").json == []
    assert inro.get("/api/v1/contacts").headers["x-total"] == "1"
    assert inro.put("/api/v1/contacts/1", {"contact": {"language": "en"}}).status == 404
    assert inro.delete("/api/v1/contacts/1").status == 404


def test_a_deleted_contacts_username_is_free(inro: Client) -> None:
    inro.delete("/api/v1/contacts/1")
    assert inro.post("/api/v1/contacts", {"contact": {"username": "marge"}}).status == 201


def _interaction(kind: str, day: int) -> InteractionDraft:
    direction = OUTGOING if day == 11 else INCOMING
    at = f"2026-01-{day:02}T10:00:00.000000Z"
    return InteractionDraft(kind=kind, happened_at=at, direction=direction, text=f"{kind} {day}", external_id=None)


def _unbracketed(query: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("[]"): [value] if name.endswith("[]") else value for name, value in query.items()}
