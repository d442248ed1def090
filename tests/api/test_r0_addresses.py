"""Postal addresses through R0, of contacts and of the organization."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from r0_client import R0
from recorded import events_after
from world import World

from coterie.errors import Invalid
from coterie.model.addresses import TEXTS, check_address

HOME = {
    "address_line_1": "742 Evergreen Terrace",
    "locality": "Springfield",
    "region": "Illinois",
    "postcode": "54321",
    "country": "United States of America",
}


@pytest.fixture(params=["contact", "organization"])
def path(request: pytest.FixtureRequest, world: World) -> str:
    return f"/contacts/{world.marge.uuid}/addresses" if request.param == "contact" else "/addresses"


def make(r0: R0, path: str, **fields: Any) -> Any:
    response = r0.post(path, {"address": {**HOME, **fields}})
    assert response.status == 201, response.body
    return response.json


def test_an_address_is_kept_as_written_with_the_code_of_its_country(r0: R0, path: str) -> None:
    made = make(r0, path, address_line_3="c/o Ned")
    for key, value in {**HOME, "address_line_2": None, "address_line_3": "c/o Ned", "country_code": "US"}.items():
        assert made[key] == value, key
    assert r0.get(f"{path}/{made['id']}").json == made
    assert r0.get(path).json == {"count": 1, "first": 1, "last": 1, "page": 1, "limit": 20, "addresses": [made]}


@pytest.mark.parametrize(
    ("country", "code"),
    [("DE", "DE"), ("deu", "DE"), ("Deutschland", "DE"), ("Côte d’Ivoire", "CI"), ("日本", "JP"), ("Atlantis", None)],
)
def test_a_country_is_known_by_name_and_by_code(r0: R0, path: str, country: str, code: str | None) -> None:
    made = make(r0, path, country=country)
    assert (made["country"], made["country_code"]) == (country, code)


@pytest.mark.parametrize(
    "real",
    [
        ("33 Nathan Road", "Kowloon", "", "", "HK"),
        ("1 Raffles Place", "", "", "048616", "SG"),
        ("千代田1-1", "千代田区", "東京都", "100-8111", "日本"),
        ("شارع الملك فهد 🏠", "الرياض", "", "", "SA"),
    ],
)
def test_no_real_address_is_refused(r0: R0, path: str, real: tuple[str, ...]) -> None:
    fields = dict(zip(HOME, real, strict=True))
    made = r0.post(path, {"address": fields})
    assert made.status == 201
    assert {key: made.json[key] or "" for key in fields} == fields


def test_everything_that_is_missing_is_named(r0: R0, path: str) -> None:
    response = r0.post(path, {"address": {"address_line_2": "Attn: Bart"}})
    assert response.status == 422
    assert response.json["errors"] == {name: ["is missing"] for name in HOME}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address_line_1", ""),
        ("address_line_1", None),
        ("country", "  "),
        ("country", "x" * 101),
        ("postcode", "1" * 41),
        ("locality", "a\0b"),
        ("region", ["Illinois"]),
        ("address_line_2", "x" * 301),
    ],
)
def test_a_bad_field_is_refused_by_its_name(r0: R0, path: str, name: str, value: Any) -> None:
    assert list(r0.post(path, {"address": {**HOME, name: value}}).json["errors"]) == [name]
    made = make(r0, path)
    response = r0.patch(f"{path}/{made['id']}", {"address": {name: value}})
    assert (response.status, list(response.json["errors"])) == (422, [name])
    assert r0.get(f"{path}/{made['id']}").json == made


def test_an_update_needs_none_of_the_starred_fields(r0: R0, path: str) -> None:
    made = make(r0, path)
    one = f"{path}/{made['id']}"
    changed = r0.patch(one, {"address": {"address_line_2": "Attn: Bart"}}).json
    assert changed == {**made, "address_line_2": "Attn: Bart", "updated_at": changed["updated_at"]}
    moved = r0.patch(one, {"address": {"country": "FR", "region": ""}}).json
    assert (moved["country"], moved["country_code"], moved["region"]) == ("FR", "FR", None)
    assert r0.patch(one, {"address": {}}).json == moved


def test_delete_restore_and_erase(r0: R0, path: str) -> None:
    one = f"{path}/{make(r0, path)['id']}"
    gone = r0.delete(one)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)
    assert r0.delete(one).json == r0.get(one).json == gone.json
    assert r0.get(path).json["addresses"] == []
    assert r0.get(path, **{"include[]": "deleted"}).json["addresses"] == [gone.json]
    assert r0.patch(one, {"address": {"deleted": "false"}}).json["deleted_at"] is None
    assert r0.send("DELETE", one, {"soft_delete": "false"}, "form").status == 204
    for response in (r0.get(one), r0.delete(one), r0.patch(one, {"address": {"deleted": False}})):
        assert (response.status, response.json) == (404, {"error": "Address not found"})


def test_addresses_of_one_are_not_those_of_another(r0: R0, world: World) -> None:
    marge, homer = (f"/contacts/{each.uuid}/addresses" for each in (world.marge, world.homer))
    marges, ours = make(r0, marge), make(r0, "/addresses")
    for strange in (f"{homer}/{marges['id']}", f"/addresses/{marges['id']}", f"{marge}/{ours['id']}", f"{marge}/x"):
        assert r0.get(strange).status == 404
        assert r0.patch(strange, {"address": {"region": "x"}}).status == 404
        assert r0.delete(strange, soft_delete="false").status == 404
    assert r0.get(marge).json["addresses"] == [marges]
    assert r0.get("/addresses").json["addresses"] == [ours]
    assert r0.post(f"/contacts/{world.moe.uuid}/addresses", {"address": HOME}).status == 404


def test_a_contact_counts_as_changed_and_the_event_says_what(r0: R0, world: World) -> None:
    before = r0.get(f"/contacts/{world.marge.uuid}").json["updated_at"]
    made = make(r0, f"/contacts/{world.marge.uuid}/addresses")
    assert r0.get(f"/contacts/{world.marge.uuid}").json["updated_at"] > before
    with world.database.read() as tx:
        event = events_after(tx, world.organization.id)[-1]
    assert (event.kind, event.subject_id, event.contact_ids) == ("address.created", made["id"], (world.marge.id,))
    assert '"country_code":[null,"US"]' in (event.changes or "")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(TEXTS)), st.text(max_size=400) | st.none()))
def test_any_text_is_kept_or_refused_by_its_name(fields: dict[str, str | None]) -> None:
    try:
        columns = check_address(fields)
    except Invalid as error:
        assert {problem.path[0] for problem in error.problems} <= set(fields)
        return
    assert {name: (value or "").strip() or None for name, value in fields.items()} == {
        name: value for name, value in columns.items() if name != "country_code"
    }
