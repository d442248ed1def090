"""Changing a contact through Inrō's contract, in both forms: what changes, what is cleared, what is refused."""

from typing import Any

import pytest
from client import Client
from inro_client import contact_of
from world import World


def test_an_update_changes_the_keys_sent_and_no_others(inro: Client, world: World) -> None:
    before = contact_of(inro, world.marge.id)
    response = inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"language": "fr"}})
    assert response.status == 200
    assert response.json == before | {"language": "fr", "updated_at": response.json["updated_at"]}
    assert response.json["updated_at"] > before["updated_at"]
    assert contact_of(inro, world.marge.id) == response.json


def test_an_update_that_changes_nothing_leaves_no_trace(inro: Client, world: World) -> None:
    before = contact_of(inro, world.marge.id)
    same = {name: before[name] for name in ("email", "phone", "username", "real_name", "notes", "custom_properties")}
    for fields in ({}, same | {"folder_ids": []}):
        assert inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": fields}).json == before


@pytest.mark.parametrize(
    "locator", [{"id": 1}, {"id": "1"}, {"username": "marge"}, {"email": "marge@example.org"}], ids=str
)
def test_the_other_form_finds_by_a_locator_and_writes_what_stands_in_contact(
    inro: Client, world: World, locator: dict[str, Any]
) -> None:
    new = {"email": "new@example.org", "phone": "+33 6 12 34 56 78", "language": "fr"}
    response = inro.put("/api/v1/contact", {**locator, "contact": new})
    assert response.status == 200
    assert {name: response.json[name] for name in new} == new
    assert response.json["id"] == world.marge.id
    assert inro.get("/api/v1/contact", email="new@example.org").json == response.json
    assert inro.get("/api/v1/contact", email="marge@example.org").status == 404


def test_every_writable_field_can_be_written_and_read_back(inro: Client, world: World) -> None:
    folder = inro.post("/api/v1/folders", {"folder": {"name": "Family"}}).json["id"]
    inro.post("/api/v1/contact_properties", {"contact_property": {"title": "Plan"}})
    written = {
        "name": "عائلة 😀", "real_name": "Marjorie Jacqueline Bouvier", "username": "marge.b", "status": "optout",
        "notes": "Line one\nLine two", "email": "m@example.org", "phone": "+1 800 555 0001", "language": "en-US",
        "website": "https://example.org", "bio": "Bio", "profile_picture": "https://example.org/p.png",
        "is_follower": False, "custom_properties": {"plan": "pro"},
    }  # fmt: skip
    response = inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": written | {"folder_ids": [folder]}})
    assert {name: response.json[name] for name in written} == written
    assert response.json["folders"] == [{"id": folder, "name": "Family"}]


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_or_an_empty_text_clears_a_field(inro: Client, world: World, nothing: str | None) -> None:
    names = ("name", "real_name", "username", "email", "phone", "language", "notes", "website", "bio",
             "profile_picture")  # fmt: skip
    texts = dict.fromkeys(names, "x1") | {"email": "x@example.org", "phone": "+18005550001"}
    inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": texts})
    response = inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": dict.fromkeys(names, nothing)})
    assert response.status == 200
    assert {response.json[name] for name in names} == {None}


def test_null_clears_what_is_not_a_text_as_well(inro: Client, world: World) -> None:
    path = f"/api/v1/contacts/{world.marge.id}"
    folder = inro.post("/api/v1/folders", {"folder": {"name": "Family"}}).json["id"]
    inro.put(path, {"contact": {"folder_ids": [folder], "is_follower": True, "status": "optout"}})
    response = inro.put(path, {"contact": {"folder_ids": None, "is_follower": None, "status": None}}).json
    assert (response["folders"], response["is_follower"], response["status"]) == ([], None, "subscribed")


def test_folder_ids_are_the_whole_set_of_a_contacts_folders(inro: Client, world: World) -> None:
    one, two, three = (inro.post("/api/v1/folders", {"folder": {"name": name}}).json["id"] for name in "abc")
    path = f"/api/v1/contacts/{world.marge.id}"
    assert len(inro.put(path, {"contact": {"folder_ids": [one, two, two]}}).json["folders"]) == 2
    response = inro.put(path, {"contact": {"folder_ids": [three, two]}}).json
    assert [folder["id"] for folder in response["folders"]] == [two, three]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "nonsense"}, "contact[email] is invalid"),
        ({"email": "a" * 300 + "@example.org"}, "contact[email] is invalid"),
        ({"email": ["a@example.org"]}, "contact[email] is invalid"),
        ({"email": {"a": "b"}}, "contact[email] is invalid"),
        ({"phone": "call me"}, "contact[phone] is invalid"),
        ({"phone": "1" * 200}, "contact[phone] is invalid"),
        ({"username": "not a handle"}, "contact[username] is invalid"),
        ({"username": "x" * 31}, "contact[username] is invalid"),
        ({"language": "x" * 36}, "contact[language] is invalid"),
        ({"name": "x" * 301}, "contact[name] is invalid"),
        ({"real_name": "x" * 501}, "contact[real_name] is invalid"),
        ({"bio": "x" * 5001}, "contact[bio] is invalid"),
        ({"notes": "x" * 100_001}, "contact[notes] is invalid"),
        ({"website": "x" * 2001}, "contact[website] is invalid"),
        ({"profile_picture": "x" * 2001}, "contact[profile_picture] is invalid"),
        ({"status": "blocked"}, "contact[status] does not have a valid value"),
        ({"is_follower": "maybe"}, "contact[is_follower] is invalid"),
        ({"is_follower": 2}, "contact[is_follower] is invalid"),
        ({"folder_ids": 5}, "contact[folder_ids] is invalid"),
        ({"folder_ids": [5]}, "contact[folder_ids] is invalid"),
        ({"folder_ids": [2**62]}, "contact[folder_ids] is invalid"),
        ({"folder_ids": [1, "x"]}, "contact[folder_ids][1] is invalid"),
        ({"folder_ids": list(range(1001))}, "contact[folder_ids] is invalid"),
        ({"custom_properties": []}, "contact[custom_properties] is invalid"),
        ({"custom_properties": {"no-such": 1}}, "contact[custom_properties][no-such] is invalid"),
        ({"name": "a\0b"}, "contact[name] is invalid"),
        ({"custom_properties": {"a\0": 1}}, "contact[custom_properties] is invalid"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_a_field_that_cannot_be_so_is_named_and_nothing_is_changed(
    inro: Client, world: World, fields: dict[str, Any], message: str
) -> None:
    before, events = contact_of(inro, world.marge.id), _event_count(world)
    good = {"language": "de", "notes": "half written?", "website": "https://example.org", "username": "other"}
    for response in (
        inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": good | fields}),
        inro.put("/api/v1/contact", {"email": "marge@example.org", "contact": good | fields}),
        inro.post("/api/v1/contacts", {"contact": {"name": "New"} | good | fields}),
    ):
        assert (response.status, response.json) == (400, {"error": message})
    assert contact_of(inro, world.marge.id) == before
    assert _event_count(world) == events
    assert inro.get("/api/v1/contacts").headers["x-total"] == "2"
    assert inro.get("/api/v1/contacts/search", query="other").json == []


def test_several_wrong_fields_are_named_together(inro: Client, world: World) -> None:
    fields = {"email": "x", "phone": "x", "username": "a b", "folder_ids": [77], "custom_properties": {"no": 1}}
    response = inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": fields})
    assert response.status == 400
    assert sorted(response.json["error"].split(", ")) == [
        "contact[custom_properties][no] is invalid", "contact[email] is invalid", "contact[folder_ids] is invalid",
        "contact[phone] is invalid", "contact[username] is invalid",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "contact is missing"),
        ({"contact": None}, "contact is invalid"),
        ({"contact": "x"}, "contact is invalid"),
        ({"contact": []}, "contact is invalid"),
        ({"email": "x@example.org"}, "contact is missing"),
    ],
)
def test_a_body_without_contact_is_refused(inro: Client, world: World, body: dict[str, Any], message: str) -> None:
    response = inro.put(f"/api/v1/contacts/{world.marge.id}", body)
    assert response.status == 400
    assert message in response.json["error"]
    response = inro.put("/api/v1/contact", {"id": 1} | body)
    assert response.status == 400
    assert message in response.json["error"]


def test_a_username_belongs_to_one_contact_at_a_time(inro: Client, world: World) -> None:
    response = inro.put(f"/api/v1/contacts/{world.homer.id}", {"contact": {"username": "MARGE"}})
    assert (response.status, response.json) == (400, {"error": "contact[username] has already been taken"})
    assert inro.post("/api/v1/contacts", {"contact": {"username": "marge"}}).status == 400
    assert contact_of(inro, world.homer.id)["username"] is None


def test_two_contacts_may_share_an_email_address(inro: Client, world: World) -> None:
    response = inro.put(f"/api/v1/contacts/{world.homer.id}", {"contact": {"email": "marge@example.org"}})
    assert response.status == 200
    assert inro.get("/api/v1/contact", email="marge@example.org").json["id"] == world.marge.id


def test_a_form_writes_as_json_does(inro: Client, world: World) -> None:
    folder = inro.post("/api/v1/folders", {"folder": {"name": "Family"}}).json["id"]
    form = f"contact[language]=fr&contact[name]=Mar%C3%A9e&contact[is_follower]=0&contact[folder_ids][]={folder}"
    response = inro.call(
        "PUT", "/api/v1/contacts/1", body=form.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert response.status == 200
    assert (response.json["language"], response.json["name"], response.json["is_follower"]) == ("fr", "Marée", False)
    assert response.json["folders"][0]["id"] == folder


def _event_count(world: World) -> int:
    with world.database.read() as tx:
        row = tx.one("SELECT count(*) FROM events WHERE organization_id = :id", {"id": world.organization.id})
    return int(row[0]) if row else 0
