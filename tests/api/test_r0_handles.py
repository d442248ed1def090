"""Phone numbers and e-mail addresses through R0, and the same through Inrō."""

from typing import Any

import pytest
from client import Client
from r0_client import R0
from world import World

KINDS = {
    "phone": ("phone-numbers", "phone_number", "phone_number", "phone_numbers", "800-555-0199", "+49 30 901820"),
    "email": ("emails", "email", "email_address", "email_addresses", "m@example.org", "marge@example.com"),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return KINDS[request.param]


@pytest.fixture
def homer(world: World) -> str:
    """He has an e-mail address and no phone."""
    return f"/contacts/{world.homer.uuid}"


def test_a_number_is_kept_as_typed_and_understood(r0: R0, homer: str) -> None:
    made = r0.post(f"{homer}/phone-numbers", {"phone_number": {"phone_number": " 800-555-5555 ext. 123 "}})
    assert made.status == 201
    assert {key: made.json[key] for key in ("phone_number", "e164", "extension", "is_primary", "deleted_at")} == {
        "phone_number": "800-555-5555 ext. 123", "e164": "+18005555555", "extension": "123", "is_primary": True,
        "deleted_at": None,
    }  # fmt: skip
    assert r0.get(f"{homer}/phone-numbers/{made.json['id']}").json == made.json
    short = r0.post(f"{homer}/phone-numbers", {"phone_number": {"phone_number": "5550113"}}).json
    assert (short["phone_number"], short["e164"], short["extension"], short["is_primary"]) == (
        "5550113", None, None, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["", "  ", "not a number", "12", "1" * 101, "9" * 30, "742 Evergreen Terrace", "555\x005555", None, ["1"], {}],
)
def test_what_is_no_number_is_refused_with_a_reason(r0: R0, homer: str, value: Any) -> None:
    response = r0.post(f"{homer}/phone-numbers", {"phone_number": {"phone_number": value}})
    assert response.status == 422
    assert list(response.json["errors"]) == ["phone_number"]
    assert r0.get(f"{homer}/phone-numbers").json["count"] == 0


@pytest.mark.parametrize(
    "value",
    ["", "homer", "homer@", "@example.org", "a b@example.org", "x" * 250 + "@example.org", "a\0@b.org", None, 7],
)
def test_what_is_no_address_is_refused_with_a_reason(r0: R0, homer: str, value: Any) -> None:
    response = r0.post(f"{homer}/emails", {"email": {"email_address": value}})
    assert response.status == 422
    assert list(response.json["errors"]) == ["email_address"]
    assert r0.get(f"{homer}/emails").json["count"] == 1


def test_an_international_address_is_kept_as_typed(r0: R0, homer: str) -> None:
    for text in ("Jürgen@Müller.de", "用户@例子.广告"):
        made = r0.post(f"{homer}/emails", {"email": {"email_address": text}})
        assert (made.status, made.json["email_address"]) == (201, text)
    assert r0.post(f"{homer}/emails", {"email": {"email_address": "jürgen@mÜller.de"}}).json["is_primary"] is False
    assert r0.get(f"{homer}/emails").json["count"] == 3


def test_saying_it_twice_adds_nothing(r0: R0, homer: str, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, value, _ = kind
    first = r0.post(f"{homer}/{path}", {wrapper: {field: value}})
    again = r0.post(f"{homer}/{path}", {wrapper: {field: f" {value.upper()}"}})
    assert (again.status, again.json) == (201, first.json)
    assert [each[field] for each in r0.get(f"{homer}/{path}").json[plural]].count(value) == 1


def test_every_spelling_of_the_path_leads_to_the_same(r0: R0, homer: str, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, value, other = kind
    spellings = {
        "phone-numbers": ["phone-numbers", "phone_numbers"],
        "emails": ["emails", "email-addresses", "email_addresses"],
    }[path]
    for spelling in spellings:
        made = r0.post(f"{homer}/{spelling}", {wrapper: {field: value}})
        assert made.status == 201
        one = f"{homer}/{spelling}/{made.json['id']}"
        assert r0.get(one).json == made.json
        assert made.json in r0.get(f"{homer}/{spelling}").json[plural]
        assert r0.patch(one, {wrapper: {field: other}}).json[field] == other
        assert r0.delete(one, soft_delete="false").status == 204
        assert r0.get(one).status == 404


def test_a_post_with_an_id_behind_it_creates_as_well(r0: R0, homer: str) -> None:
    unused = "0190a0a0-0000-7000-8000-000000000000"
    made = r0.post(f"{homer}/phone-numbers/{unused}", {"phone_number": {"phone_number": "800-555-0100"}})
    assert made.status == 201
    assert made.json["id"] != unused
    assert r0.get(f"{homer}/phone-numbers").json["count"] == 1


def test_delete_restore_and_erase(r0: R0, homer: str, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, value, _ = kind
    one = f"{homer}/{path}/{r0.post(f'{homer}/{path}', {wrapper: {field: value}}).json['id']}"
    before = r0.get(f"{homer}/{path}").json["count"]
    gone = r0.delete(one)
    assert gone.status == 200
    assert gone.json["deleted_at"] is not None
    assert r0.delete(one).json == r0.get(one).json == gone.json
    assert r0.get(f"{homer}/{path}").json["count"] == before - 1
    shown = r0.get(f"{homer}/{path}", **{"include[]": "deleted"}).json
    assert (shown["count"], gone.json in shown[plural]) == (before, True)
    # this list types include[] as a Boolean
    assert r0.get(f"{homer}/{path}", **{"include[]": "true"}).json == shown
    assert r0.get(f"{homer}/{path}", **{"include[]": "false"}).json["count"] == before - 1
    back = r0.patch(one, {wrapper: {"deleted": False}})
    assert (back.status, back.json["deleted_at"]) == (200, None)
    assert r0.patch(one, {wrapper: {"deleted": True}}).json["deleted_at"] is not None
    assert r0.delete(one, soft_delete="false").status == 204
    for response in (r0.get(one), r0.delete(one), r0.patch(one, {wrapper: {"deleted": False}}),
                   r0.delete(one, soft_delete="false")):  # fmt: skip
        assert response.status == 404


def test_a_list_is_paged(r0: R0, homer: str, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, _, _ = kind
    before = r0.get(f"{homer}/{path}").json["count"]
    values = [f"80055502{n:02}" if field == "phone_number" else f"h{n}@example.org" for n in range(5 - before)]
    for value in values:
        assert r0.post(f"{homer}/{path}", {wrapper: {field: value}}).status == 201
    page = r0.get(f"{homer}/{path}", page=2, limit=2).json
    assert (page["count"], page["first"], page["last"], len(page[plural])) == (5, 3, 4, 2)
    assert r0.get(f"{homer}/{path}", limit=101).status == 422


def test_an_update_needs_something_to_change(r0: R0, world: World, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, _, other = kind
    marge = f"/contacts/{world.marge.uuid}"
    one = f"{marge}/{path}/{r0.get(f'{marge}/{path}').json[plural][0]['id']}"
    assert r0.patch(one, {wrapper: {}}).json["errors"] == {field: ["is missing"]}
    assert r0.patch(one, {}).json["errors"] == {wrapper: ["is missing"]}
    assert r0.patch(one, {wrapper: {field: ""}}).json["errors"] == {field: ["is empty"]}
    changed = r0.patch(one, {wrapper: {field: other}})
    assert (changed.status, changed.json[field]) == (200, other)


def test_what_belongs_to_somebody_else_does_not_exist(r0: R0, world: World, kind: tuple[str, ...]) -> None:
    path, wrapper, field, plural, value, _ = kind
    marge, homer = f"/contacts/{world.marge.uuid}", f"/contacts/{world.homer.uuid}"
    marges = r0.get(f"{marge}/{path}").json[plural][0]
    for strange in (
        f"{homer}/{path}/{marges['id']}",
        f"/contacts/{world.moe.uuid}/{path}/{marges['id']}",
        f"{marge}/{path}/x",
        f"{marge}/{'emails' if path == 'phone-numbers' else 'phone-numbers'}/{marges['id']}",
    ):
        assert r0.get(strange).status == 404
        assert r0.delete(strange).status == 404
        assert r0.delete(strange, soft_delete="false").status == 404
    assert r0.patch(f"{homer}/{path}/{marges['id']}", {wrapper: {field: value}}).status == 404
    assert r0.post(f"/contacts/{world.moe.uuid}/{path}", {wrapper: {field: value}}).status == 404
    assert r0.get(f"{marge}/{path}").json[plural] == [marges]


# One world, two doors --------------------------------------------------------------------------------------------


def inro(r0: R0, contact_id: int) -> Any:
    return r0.client.get(f"/api/v1/contacts/{contact_id}").json


def test_the_first_number_is_inros_phone(r0: R0, world: World, homer: str) -> None:
    assert inro(r0, world.homer.id)["phone"] is None
    first = r0.post(f"{homer}/phone-numbers", {"phone_number": {"phone_number": "800-555-5555 ext. 123"}}).json
    assert inro(r0, world.homer.id)["phone"] == "800-555-5555 ext. 123"
    second = r0.post(f"{homer}/phone-numbers", {"phone_number": {"phone_number": "8004445555"}}).json
    assert inro(r0, world.homer.id)["phone"] == "800-555-5555 ext. 123"
    r0.delete(f"{homer}/phone-numbers/{first['id']}")
    assert inro(r0, world.homer.id)["phone"] == "8004445555"
    assert r0.get(f"{homer}/phone-numbers/{second['id']}").json["is_primary"] is True
    r0.delete(f"{homer}/phone-numbers/{second['id']}", soft_delete="false")
    assert inro(r0, world.homer.id)["phone"] is None


def test_an_address_changed_through_inro_is_the_primary_row_here(r0: R0, world: World) -> None:
    marge = f"/contacts/{world.marge.uuid}"
    (before,) = r0.get(f"{marge}/emails").json["email_addresses"]
    r0.post(f"{marge}/emails", {"email": {"email_address": "second@example.org"}})
    r0.client.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"email": "Marjorie@example.org"}})
    first, second = r0.get(f"{marge}/emails").json["email_addresses"]
    assert (first["id"], first["email_address"], first["is_primary"]) == (before["id"], "Marjorie@example.org", True)
    assert (second["email_address"], second["is_primary"]) == ("second@example.org", False)
    r0.patch(f"{marge}/emails/{first['id']}", {"email": {"email_address": "marge@example.net"}})
    assert inro(r0, world.marge.id)["email"] == "marge@example.net"
    assert r0.client.get("/api/v1/contact", email="MARGE@example.net").json["id"] == world.marge.id


def test_a_contact_deleted_here_is_gone_there_and_comes_back_with_its_parts(r0: R0, world: World) -> None:
    marge = f"/contacts/{world.marge.uuid}"
    assert r0.delete(marge).status == 200
    assert r0.client.get(f"/api/v1/contacts/{world.marge.id}").status == 404
    assert r0.get(f"{marge}/emails").json["count"] == 1
    (email,) = r0.get(f"{marge}/emails").json["email_addresses"]
    assert r0.delete(f"{marge}/emails/{email['id']}").status == 404
    r0.patch(marge, {"contact": {"deleted": False}})
    assert inro(r0, world.marge.id)["email"] == "marge@example.org"


def test_a_value_stands_once_in_a_contact(r0: R0, homer: str) -> None:
    path = f"{homer}/emails"
    one = r0.post(path, {"email": {"email_address": "one@example.org"}}).json
    two = r0.post(path, {"email": {"email_address": "two@example.org"}}).json
    refused = r0.patch(f"{path}/{two['id']}", {"email": {"email_address": "ONE@example.org"}})
    assert refused.status == 422 and "already" in refused.json["error"]
    assert r0.delete(f"{path}/{one['id']}").status == 200
    again = r0.post(path, {"email": {"email_address": "one@example.org"}}).json
    assert r0.patch(f"{path}/{one['id']}", {"email": {"deleted": False}}).status == 422
    assert r0.delete(f"{path}/{again['id']}").status == 200
    assert r0.patch(f"{path}/{one['id']}", {"email": {"deleted": False}}).status == 200


@pytest.mark.parametrize(
    ("field", "value", "path", "body"),
    [
        ("email", "one@null.example", "emails", {"email": {"email_address": "two@null.example"}}),
        ("phone", "+12125550147", "phone-numbers", {"phone_number": {"phone_number": "+12125550148"}}),
    ],
)
def test_null_clears_inros_field_and_leaves_the_second_value(
    r0: R0, inro: Client, field: str, value: str, path: str, body: dict[str, Any]
) -> None:
    contact_id = inro.post("/api/v1/contacts", {"contact": {"real_name": "Nulla", field: value}}).json["id"]
    uuid = r0.get("/contacts", search="Nulla").json["contacts"][0]["id"]
    assert r0.post(f"/contacts/{uuid}/{path}", body).status == 201
    assert inro.put(f"/api/v1/contacts/{contact_id}", {"contact": {field: None}}).json[field] is None
    assert inro.get(f"/api/v1/contacts/{contact_id}").json[field] is None
    assert r0.get(f"/contacts/{uuid}/{path}").json["count"] == 1
