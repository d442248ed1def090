"""R0's contacts: list, read with parts, create, update, delete, restore, erase."""

from typing import Any

import pytest
from client import Client
from r0_client import R0
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.store.contacts import find_contact, find_contact_by_handle

LISA = {"first_name": "Lisa", "last_name": "Simpson", "relationship_type": 1}


def make(r0: R0, **fields: Any) -> Any:
    response = r0.post("/contacts", {"contact": {**LISA, **fields}})
    assert response.status == 201, response.body
    return response.json


def test_a_contact_is_created_with_every_field_and_read_back(r0: R0) -> None:
    fields = {
        **LISA,
        "middle_name": "Marie",
        "nickname": "Lis",
        "employer": "Springfield Elementary",
        "job_title": "Saxophonist",
        "linkedin_url": "https://www.linkedin.com/in/lisa",
        "how_you_met": "Born so 🎷",
        "birthday": "1981-05-09",
        "gender": "female",
    }
    made = r0.post("/contacts", {"contact": fields})
    assert made.status == 201
    assert {name: made.json[name] for name in fields} == fields
    read = r0.get(f"/contacts/{made.json['id']}")
    assert read.status == 200
    assert read.json == made.json
    assert read.json["deleted_at"] is None


def test_a_birthday_may_have_no_year(r0: R0) -> None:
    assert make(r0, birthday="--07-22")["birthday"] == "--07-22"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "   "),
        ("first_name", None),
        ("first_name", "a\0b"),
        ("first_name", "x" * 201),
        ("relationship_type", 6),
        ("relationship_type", -1),
        ("relationship_type", "close"),
        ("relationship_type", None),
        ("relationship_type", 10**30),
        ("birthday", "2023-02-30"),
        ("birthday", "tomorrow"),
        ("gender", "robot"),
        ("deleted", "perhaps"),
        ("last_name", ["a"]),
        ("last_name", {"a": "b"}),
    ],
)
def test_a_bad_field_is_refused_by_its_name(r0: R0, field: str, value: Any) -> None:
    response = r0.post("/contacts", {"contact": {**LISA, field: value}})
    assert response.status == 422
    assert list(response.json["errors"]) == [field]
    assert response.json["error"].startswith(field)


def test_every_missing_field_is_named_at_once(r0: R0) -> None:
    response = r0.post("/contacts", {"contact": {}})
    assert (response.status, response.json["errors"]) == (
        422,
        {"first_name": ["is missing"], "relationship_type": ["is missing"]},
    )
    assert r0.post("/contacts", {}).json["errors"] == {"contact": ["is missing"]}
    assert r0.post("/contacts", {"contact": "Lisa"}).json["errors"] == {"contact": ["is not an object"]}


def test_an_update_changes_what_is_sent_and_nothing_else(r0: R0) -> None:
    made = make(r0, employer="Elementary", birthday="1981-05-09")
    response = r0.patch(f"/contacts/{made['id']}", {"contact": {"employer": "", "job_title": "President"}})
    assert response.status == 200
    changed = {"employer": None, "job_title": "President", "updated_at": response.json["updated_at"]}
    assert response.json == {**made, **changed}


def test_what_was_read_can_be_sent_back(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        shown = create_contact(tx, world.alice, {"display_name": "Bumblebee Man", "username": f"bee{world.marge.id}"})
    read = r0.get(f"/contacts/{shown.uuid}").json
    assert (read["first_name"], read["last_name"]) == ("Bumblebee Man", None)
    response = r0.patch(f"/contacts/{shown.uuid}", {"contact": read | {"nickname": "Bee"}})
    assert (response.status, response.json["nickname"]) == (200, "Bee")
    inro = r0.client.get(f"/api/v1/contacts/{shown.id}").json
    assert (inro["name"], inro["real_name"]) == ("Bumblebee Man", None)


def test_somebody_known_by_a_handle_only_is_called_by_it(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        shown = create_contact(tx, world.alice, {"username": f"handle{world.marge.id}"})
    assert r0.get(f"/contacts/{shown.uuid}").json["first_name"] == f"handle{world.marge.id}"


def test_a_company_without_the_name_of_a_person_is_called_by_its_own(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        shown = create_contact(tx, world.alice, {"employer": "P" * 300, "phone": "+1 939 555 0113"})
    read = r0.get(f"/contacts/{shown.uuid}").json
    assert read["first_name"] == "P" * 300
    assert r0.patch(f"/contacts/{shown.uuid}", {"contact": read}).status == 200
    assert r0.client.get(f"/api/v1/contacts/{shown.id}").json["name"] is None


def test_a_list_says_how_many_there_are_and_where_a_page_begins(r0: R0) -> None:
    for number in range(5):
        make(r0, first_name=f"Bart {number}")
    every = r0.get("/contacts").json
    assert {key: every[key] for key in ("count", "first", "last", "page", "limit")} == {
        "count": 7, "first": 1, "last": 7, "page": 1, "limit": 20,
    }  # fmt: skip
    second = r0.get("/contacts", page=2, limit=3).json
    assert (second["count"], second["first"], second["last"], second["page"], second["limit"]) == (7, 4, 6, 2, 3)
    assert second["contacts"] == every["contacts"][3:6]
    beyond = r0.get("/contacts", page=9).json
    assert (beyond["count"], beyond["first"], beyond["last"], beyond["contacts"]) == (7, 0, 0, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("page", 0), ("page", -1), ("page", "x"), ("page", 10**12), ("limit", 0), ("limit", 101), ("limit", "1.5")],
)
def test_a_page_out_of_range_is_refused(r0: R0, name: str, value: Any) -> None:
    response = r0.get("/contacts", **{name: value})
    assert (response.status, list(response.json["errors"])) == (422, [name])


def test_a_search_finds_by_name_number_and_address(r0: R0, world: World) -> None:
    for text in ("marge", "Margé", "800 555", "marge@example"):
        found = r0.get("/contacts", search=text).json
        assert [each["id"] for each in found["contacts"]] == [world.marge.uuid], text
        assert found["count"] == 1
    assert r0.get("/contacts", search="nobody of that name").json["contacts"] == []
    assert r0.get("/contacts", search="  ").json["count"] == 2


def test_deleting_hides_a_contact_until_it_is_restored(r0: R0) -> None:
    made = make(r0)
    path = f"/contacts/{made['id']}"
    gone = r0.delete(path)
    assert gone.status == 200
    assert gone.json["deleted_at"] is not None
    assert r0.get(path).json == gone.json
    assert r0.get("/contacts").json["count"] == 2
    for query in ({"include[]": "deleted"}, {"include": "deleted"}, {"include[]": "true"}, {"include": "true"}):
        listed = r0.get("/contacts", **query).json
        assert (listed["count"], listed["contacts"][-1]) == (3, gone.json)
    assert r0.delete(path).json == gone.json
    assert r0.patch(path, {"contact": {"nickname": "L"}}).status == 404
    assert r0.post(f"{path}/emails", {"email": {"email_address": "l@example.org"}}).status == 404
    assert r0.get(f"{path}/emails").status == 200
    back = r0.patch(path, {"contact": {"deleted": "false", "nickname": "L"}})
    assert (back.status, back.json["deleted_at"], back.json["nickname"]) == (200, None, "L")
    assert r0.get("/contacts", search="lisa").json["count"] == 1
    assert r0.patch(path, {"contact": {"deleted": True}}).json["deleted_at"] is not None


def test_what_is_erased_cannot_come_back(r0: R0) -> None:
    path = f"/contacts/{make(r0)['id']}"
    assert r0.delete(path).status == 200
    response = r0.delete(path, soft_delete="false")
    assert (response.status, response.body) == (204, b"")
    assert r0.get(path).status == 404
    assert r0.patch(path, {"contact": {"deleted": False}}).status == 404
    assert r0.delete(path).status == 404


@pytest.mark.parametrize("encoding", ["json", "form", "multipart"])
def test_soft_delete_may_come_in_the_body_in_any_form(r0: R0, encoding: str) -> None:
    path = f"/contacts/{make(r0)['id']}"
    assert r0.send("DELETE", path, {"soft_delete": True}, encoding).status == 200
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.delete(path, soft_delete="maybe").json["errors"] == {"soft_delete": ["is not true or false"]}


def test_parts_come_when_they_are_asked_for(r0: R0) -> None:
    path = f"/contacts/{make(r0)['id']}"
    phone = r0.post(f"{path}/phone-numbers", {"phone_number": {"phone_number": "800-555-5555 ext. 123"}}).json
    email = r0.post(f"{path}/emails", {"email": {"email_address": "lisa@example.org"}}).json
    home = {"address_line_1": "742 Evergreen Terrace", "locality": "Springfield", "region": "", "postcode": "",
            "country": "US"}  # fmt: skip
    address = r0.post(f"{path}/addresses", {"address": home}).json
    plain = r0.get(path).json
    assert not {"phone_numbers", "email_addresses", "locations"} & set(plain)
    some = r0.get(path, **{"include[]": ["phone_numbers", "locations", "unheard-of"]}).json
    assert (some["phone_numbers"], some["locations"]) == ([phone], [address])
    assert "email_addresses" not in some
    assert r0.get(path, include="email_addresses").json["email_addresses"] == [email]


def test_all_six_kinds_of_parts_come_together(r0: R0) -> None:
    made = make(r0)
    path = f"/contacts/{made['id']}"
    tag = r0.post("/tags", {"tag": {"name": "Band"}}).json
    expertise = r0.post("/expertises", {"expertise": {"name": "Saxophone"}}).json
    r0.put(f"{path}/tags/{tag['id']}")
    r0.put(f"{path}/expertises/{expertise['id']}")
    pet = r0.post(f"{path}/pets", {"pet": {"name": "Snowball II"}}).json
    words = ["tags", "pets", "phone_numbers", "email_addresses", "locations", "expertise_tags"]
    whole = r0.get(path, **{"include[]": words}).json
    assert {key: whole[key] for key in words} == {
        "tags": [tag | {"contact_count": 1, "updated_at": whole["tags"][0]["updated_at"]}],
        "pets": [pet],
        "phone_numbers": [],
        "email_addresses": [],
        "locations": [],
        "expertise_tags": [expertise | {"contact_count": 1, "updated_at": whole["expertise_tags"][0]["updated_at"]}],
    }
    assert {key: value for key, value in whole.items() if key not in words} == r0.get(path).json
    gone = r0.delete(path).json
    assert r0.get(path, **{"include[]": words}).json["pets"] == [pet]
    assert gone["id"] == made["id"]


def test_a_change_that_is_refused_writes_nothing(r0: R0) -> None:
    path = f"/contacts/{make(r0)['id']}"
    gone = r0.delete(path).json
    response = r0.patch(path, {"contact": {"deleted": False, "nickname": "L", "birthday": "2023-02-30"}})
    assert (response.status, list(response.json["errors"])) == (422, ["birthday"])
    assert r0.get(path).json == gone


def test_another_organizations_contact_does_not_exist(r0: R0, world: World, client: Client) -> None:
    assert r0.get(f"/contacts/{world.moe.uuid}").status == 404
    theirs = f"/api/v1/orgs/{world.charlie.organization_uuid}/contacts"
    assert r0.get(theirs).status == 404
    assert r0.get(f"{theirs}/{world.moe.uuid}").json == {"error": "Organization not found"}
    stranger = R0(client.with_token(world.charlie_token), r0.base)
    assert stranger.patch(f"/contacts/{world.marge.uuid}", {"contact": {"nickname": "x"}}).status == 404
    for bad in ("1", "x", "00000000-0000-0000-0000-000000000000", "%00", "null"):
        assert r0.get(f"/contacts/{bad}").status == 404
        assert r0.get(f"/api/v1/orgs/{bad}/contacts").status == 404


def test_without_a_token_nothing_is_told(client: Client, r0: R0) -> None:
    nobody = R0(client.with_token(None), r0.base)
    response = nobody.get("/contacts")
    assert (response.status, response.json, response.headers["www-authenticate"]) == (
        401,
        {"error": "Unauthorized"},
        "Bearer",
    )
    assert R0(client.with_token("x" * 44), r0.base).post("/contacts", {"contact": LISA}).status == 401


def test_a_body_that_cannot_be_read_is_400_and_another_kind_415(r0: R0) -> None:
    path = f"{r0.base}/contacts"
    for media_type, body in (
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"a": "\xff"}'),
        ("application/x-www-form-urlencoded", b"contact[first_name]=%zz"),
        ("application/x-www-form-urlencoded", b"contact" + b"[a]" * 100 + b"=1"),
        ("application/x-www-form-urlencoded", b"contact[a]=1&contact=2&contact[b]=3"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nendless"),
        ("multipart/form-data", b""),
    ):
        response = r0.client.call("POST", path, body=body, headers={"content-type": media_type})
        assert response.status == 400, (media_type, body, response.body)
        assert set(response.json) == {"error"}
    many = b"&".join(b"contact[a%d]=1" % number for number in range(10_000))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert r0.client.call("POST", path, body=many, headers=headers).status == 413
    assert r0.client.call("POST", path, body=b"<a/>", headers={"content-type": "text/xml"}).status == 415


def test_a_method_that_is_not_there_names_those_that_are(r0: R0) -> None:
    response = r0.put("/contacts")
    assert response.status == 405
    assert response.headers["allow"] == "GET, POST, HEAD, OPTIONS"


def test_the_organization_itself_cannot_be_deleted(r0: R0) -> None:
    assert r0.delete("").status in (404, 405)
    assert r0.get("/contacts").json["count"] == 2


@pytest.mark.parametrize("sent", [{"last_name": "Borkason"}, {"first_name": "Birk", "last_name": "Borkason"}])
def test_a_name_shown_by_a_channel_stays_when_a_last_name_comes(r0: R0, world: World, sent: dict[str, str]) -> None:
    with world.database.write() as tx:
        birk = create_contact(tx, world.alice, {"display_name": "Birk", "username": "birk.b"})
    response = r0.patch(f"/contacts/{birk.uuid}", {"contact": sent}).json
    assert (response["first_name"], response["last_name"]) == ("Birk", "Borkason")
    assert r0.get(f"/contacts/{birk.uuid}").json["first_name"] == "Birk"


def test_a_restored_contact_does_not_take_a_username_back(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        old = create_contact(tx, world.alice, {"first_name": "Old", "username": "shared.name"})
    assert r0.delete(f"/contacts/{old.uuid}").status == 200
    with world.database.write() as tx:
        new = create_contact(tx, world.alice, {"first_name": "New", "username": "shared.name"})
    assert r0.patch(f"/contacts/{old.uuid}", {"contact": {"deleted": False}}).status == 200
    with world.database.write() as tx:
        owner = find_contact_by_handle(tx, world.organization.id, "instagram", "shared.name")
        assert owner is not None and owner.id == new.id
        restored = find_contact(tx, world.organization.id, old.id)
        assert restored is not None and restored.username is None
        assert update_contact(tx, world.alice, new.id, {"username": "shared.name"}).username == "shared.name"
