"""Pets through R0: two owners, one animal."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.model.ids import new_id
from coterie.model.pets import PETS_MAX

C = "curl https://web.r0app.com/api/v1/orgs/:org_id/contacts/:contact_id"
TOKEN = "-H 'Authorization: Bearer <token>'"


def make(r0: R0, contact: str, encoding: str = "json", **fields: Any) -> Any:
    response = r0.post(f"/contacts/{contact}/pets", {"pet": {"name": "Snowball II", **fields}}, encoding)
    assert response.status == 201, response.body
    return response.json


def names(r0: R0, contact: str, **query: Any) -> list[str]:
    response = r0.get(f"/contacts/{contact}/pets", **query).json
    assert response["count"] == len(response["pets"])
    return [pet["name"] for pet in response["pets"]]


def test_the_printed_requests_work(r0: R0, world: World) -> None:
    ids = {"contact_id": world.marge.uuid}
    assert r0.shell(f"{C}/pets \\\n-X GET \\\n{TOKEN}", **ids).json["pets"] == []
    made = r0.shell(f"{C}/pets \\\n-X POST \\\n{TOKEN} \\\n-d 'pet[name]=Snowball II'", **ids)
    assert (made.status, made.json["name"], made.json["type"]) == (201, "Snowball II", None)
    ids["pet_id"] = made.json["id"]
    assert r0.shell(f"{C}/pets/:pet_id \\\n-X GET \\\n{TOKEN}", **ids).json == made.json
    changed = r0.shell(f"{C}/pets/:pet_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'pet[type]=Cat'", **ids)
    assert (changed.status, changed.json["type"], changed.json["name"]) == (200, "Cat", "Snowball II")
    gone = r0.shell(f"{C}/pets/:pet_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_field_is_written_changed_and_cleared_in_each_form(r0: R0, world: World, encoding: str) -> None:
    marge, homer = world.marge.uuid, world.homer.uuid
    fields = {"name": "Santa's Little Helper 🐕", "type": "Greyhound", "date_of_birth": "--12-17"}
    made = make(r0, marge, encoding, **fields, secondary_contact_id=homer)
    assert {name: made[name] for name in fields} == fields
    assert (made["contact_id"], made["secondary_contact_id"]) == (marge, homer)
    path = f"/contacts/{marge}/pets/{made['id']}"
    empty = {"type": None, "date_of_birth": None, "secondary_contact_id": None}
    cleared = r0.patch(path, {"pet": empty}, encoding).json
    assert {name: cleared[name] for name in empty} == empty
    assert r0.patch(path, {"pet": {"date_of_birth": "1989-12-17"}}, encoding).json["date_of_birth"] == "1989-12-17"
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.get(path).status == r0.patch(path, {"pet": {"deleted": False}}, encoding).status == 404


def test_a_pet_stands_under_both_owners_and_either_path_changes_it(r0: R0, world: World) -> None:
    marge, homer = world.marge.uuid, world.homer.uuid
    made = make(r0, marge, secondary_contact_id=homer)
    assert names(r0, marge) == names(r0, homer) == ["Snowball II"]
    theirs = f"/contacts/{homer}/pets/{made['id']}"
    assert r0.get(theirs).json == made
    assert r0.patch(theirs, {"pet": {"name": "Snowball V"}}).json["contact_id"] == marge
    assert names(r0, marge) == ["Snowball V"]
    for contact in (marge, homer):
        shown = r0.get(f"/contacts/{contact}", **{"include[]": "pets"}).json["pets"]
        assert [pet["name"] for pet in shown] == ["Snowball V"]
    r0.patch(theirs, {"pet": {"secondary_contact_id": ""}})
    assert (names(r0, homer), r0.get(theirs).status) == ([], 404)


def test_erasing_the_second_owner_leaves_the_pet_and_erasing_the_first_takes_it(r0: R0, world: World) -> None:
    marge, homer = world.marge.uuid, world.homer.uuid
    pet = make(r0, marge, secondary_contact_id=homer)
    r0.delete(f"/contacts/{homer}", soft_delete="false")
    assert r0.get(f"/contacts/{marge}/pets/{pet['id']}").json["secondary_contact_id"] is None
    r0.delete(f"/contacts/{marge}", soft_delete="false")
    assert r0.get(f"/contacts/{marge}/pets/{pet['id']}").status == 404


def test_deleting_hides_restoring_brings_back(r0: R0, world: World) -> None:
    marge = world.marge.uuid
    pet = make(r0, marge)
    path = f"/contacts/{marge}/pets/{pet['id']}"
    gone = r0.delete(path)
    assert r0.delete(path).json == gone.json == r0.get(path).json
    assert names(r0, marge) == []
    assert names(r0, marge, **{"include[]": "deleted"}) == ["Snowball II"]
    assert r0.patch(path, {"pet": {"name": "Coltrane"}}).status == 404
    back = r0.patch(path, {"pet": {"deleted": "false", "name": "Coltrane"}})
    assert (back.json["deleted_at"], back.json["name"]) == (None, "Coltrane")
    assert r0.patch(path, {"pet": {"deleted": True}}).json["deleted_at"]


def test_the_list_has_pages(r0: R0, world: World) -> None:
    for number in range(5):
        make(r0, world.marge.uuid, name=f"Cat {number}")
    page = r0.get(f"/contacts/{world.marge.uuid}/pets", page=2, limit=2).json
    assert ([pet["name"] for pet in page["pets"]], page["count"], page["first"]) == (["Cat 2", "Cat 3"], 5, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " "), ("name", None), ("name", "x" * 201), ("name", "a\0b"), ("name", {"a": "b"}),
        ("type", "x" * 101), ("date_of_birth", "2023-02-30"), ("date_of_birth", "--02-30"),
        ("date_of_birth", "last year"), ("date_of_birth", 10**30), ("secondary_contact_id", "x"),
        ("secondary_contact_id", "SELF"), ("secondary_contact_id", "FOREIGN"), ("secondary_contact_id", "DELETED"),
        ("secondary_contact_id", "NOBODY"), ("deleted", "maybe"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_named(r0: R0, world: World, field: str, value: Any) -> None:
    marge = world.marge.uuid
    path = f"/contacts/{marge}/pets/{make(r0, marge)['id']}"
    r0.delete(f"/contacts/{world.homer.uuid}")
    contacts = {"SELF": marge, "FOREIGN": world.moe.uuid, "DELETED": world.homer.uuid, "NOBODY": new_id()}
    value = contacts.get(value, value) if isinstance(value, str) else value
    for response in (
        r0.patch(path, {"pet": {field: value}}),
        r0.post(f"/contacts/{marge}/pets", {"pet": {"name": "Other", field: value}}),
    ):
        assert (response.status, list(response.json["errors"])) == (422, [field])
    assert names(r0, marge) == ["Snowball II"]


def test_every_problem_is_said_at_once(r0: R0, world: World) -> None:
    bad = {"name": " ", "type": "x" * 101, "date_of_birth": "soon", "secondary_contact_id": world.marge.uuid}
    response = r0.post(f"/contacts/{world.marge.uuid}/pets", {"pet": bad})
    assert (response.status, sorted(response.json["errors"])) == (422, sorted(bad))


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    foreign, ours = make(theirs, world.moe.uuid)["id"], make(r0, world.marge.uuid)["id"]
    for contact, pet in (
        (world.marge.uuid, foreign), (world.moe.uuid, foreign), (world.homer.uuid, ours), (world.marge.uuid, "x"),
    ):  # fmt: skip
        path = f"/contacts/{contact}/pets/{pet}"
        assert r0.get(path).status == r0.delete(path).status == r0.patch(path, {"pet": {"name": "x"}}).status == 404
    assert r0.get(f"/contacts/{world.moe.uuid}/pets").status == 404
    assert r0.post(f"/contacts/{world.moe.uuid}/pets", {"pet": {"name": "x"}}).status == 404


def test_a_contact_has_so_many_pets_and_no_more(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        tx.execute_many(
            "INSERT INTO pets (organization_id, contact_id, id, name, created_at, updated_at)"
            " VALUES (:o, :c, :id, 'x', '', '')",
            [{"o": world.organization.id, "c": world.marge.id, "id": new_id()} for _ in range(PETS_MAX)],
        )
    refused = r0.post(f"/contacts/{world.marge.uuid}/pets", {"pet": {"name": "x"}})
    assert (refused.status, list(refused.json["errors"])) == (422, ["name"])
