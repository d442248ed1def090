"""Monica's JSON export, as its exporter writes it: whole, sparse, and broken."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import applied, counts
from world import World

from coterie.errors import Invalid, TooLarge
from coterie.imports.formats import monica_json
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.names import MONICA
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, RowError

PHONE, EMAIL, WHATSAPP, MAN = "0001", "0002", "0003", "0004"
NED = "5a1fdc9e-0000-4000-8000-000000000001"
TODD = "5a1fdc9e-0000-4000-8000-000000000002"


def many(kind: str, *values: Any) -> dict[str, Any]:
    return {"count": len(values), "type": kind, "values": list(values)}


def own(**properties: Any) -> dict[str, Any]:
    return {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "properties": properties}


def day(date: str, *, yearless: bool = False, aged: bool = False) -> dict[str, Any]:
    return {"uuid": "d", "is_age_based": aged, "is_year_unknown": yearless, "date": f"{date}T00:00:00.000000Z"}


def export(folder: Path, *lists: Any, **instance: Any) -> Path:
    path = folder / "monica.json"
    account = {"uuid": "a", "data": list(lists), "properties": {"journal_entries": []}, "instance": instance or TYPES}
    path.write_text(
        json.dumps({"version": "1.0-preview.1", "app_version": "4.1.2", "export_date": "2026", "account": account})
    )
    return path


TYPES = {
    "contact_field_types": [
        {"uuid": PHONE, "properties": {"name": "Phone", "protocol": "tel:", "type": "phone"}},
        {"uuid": EMAIL, "properties": {"name": "Email", "protocol": "mailto:", "type": "email"}},
        {"uuid": WHATSAPP, "properties": {"name": "Whatsapp", "protocol": "https://wa.me/"}},
    ],
    "genders": [{"uuid": MAN, "properties": {"name": "Man", "type": "M"}}],
}


def ned() -> dict[str, Any]:
    return {
        "uuid": NED,
        "created_at": "2020-01-01T00:00:00Z",
        "properties": {
            "first_name": "Ned", "last_name": "Flanders", "nickname": "Stupid", "job": "Owner",
            "company": "The Leftorium", "description": "Neighbour", "food_preferences": "no wine",
            "avatar": {"avatar_source": "default"}, "tags": ["Church", "Street"], "gender": MAN,
            "birthdate": day("1950-02-28", yearless=True), "first_met_date": day("1989-12-17"),
            "first_met_through": TODD, "is_active": True,
        },
        "data": [
            many("contact_field", own(data="ned@example.org", type=EMAIL), own(data="+1 555 0100", type=PHONE),
                 own(data="ned-wa", type=WHATSAPP)),
            many("address", own(name="Home", street="744 Evergreen Terrace", city="Springfield", country="US")),
            many("note", own(body="Hi-diddly-ho", is_favorite=False)),
            many("pet", own(name="Spot", category="Dog")),
            many("gift", own(name="Bible", status="idea", amount="12")),
            many("activity", "act-1"),
            many("call", own(content="?"), own(content="!")),
            many("photo", "p1"),
        ],
    }  # fmt: skip


def todd(**properties: Any) -> dict[str, Any]:
    return {"uuid": TODD, "properties": {"first_name": "Todd", "last_name": "Flanders"} | properties, "data": []}


LISTS = (
    many("user", {"uuid": "u"}),
    many("contact", ned(), todd()),
    many("relationship", own(type="father", contact_is=NED, of_contact=TODD)),
    many("photo", {"uuid": "p1", "properties": {"dataUrl": "data:image/png;base64,AAAA"}}),
    many("activity", {"uuid": "act-1", "properties": {"summary": "Camping", "happened_at": "2020-07-04"}}),
)


def read(path: Path) -> list[ContactDraft | RowError]:
    return list(monica_json.read(path))


def only(path: Path) -> ContactDraft:
    (draft,) = read(path)
    assert isinstance(draft, ContactDraft)
    return draft


def test_a_contact_comes_with_all_that_has_a_place(tmp_path: Path) -> None:
    path = export(tmp_path, *LISTS)
    assert detect_format(path) == MONICA
    draft, _ = read(path)
    assert draft == ContactDraft(
        first_name="Ned",
        last_name="Flanders",
        nickname="Stupid",
        gender="male",
        birthday="--02-28",
        employer="The Leftorium",
        job_title="Owner",
        how_you_met="Met through Todd Flanders",
        note="Neighbour\nHi-diddly-ho\nFood: no wine\nFather of Todd Flanders\nPet: Spot, Dog\n"
        "Gift: Bible, idea, 12\nActivity: 2020-07-04: Camping",
        handles=[
            HandleDraft("email", "ned@example.org"),
            HandleDraft("phone", "+1 555 0100"),
            HandleDraft("whatsapp", "ned-wa"),
        ],
        addresses=[
            AddressDraft(address_line_1="744 Evergreen Terrace", locality="Springfield", country="US", label="Home")
        ],
        dates=[DateDraft("first met", "1989-12-17")],
        tags=["Church", "Street"],
        external_ids=[("monica", NED)],
        warnings=["Skipped: 2 of call, 1 of photo"],
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (day("1980-05-12"), "1980-05-12"),
        (day("1980-05-12", yearless=True), "--05-12"),
        (day("1980-01-01", aged=True), None),
        ({"properties": {"date": "1980-05-12"}}, "1980-05-12"),
        ({"date": "2023-02-30"}, None),
        ("1980-05-12", None),
        (None, None),
    ],
)
def test_birthdays_are_as_sure_as_monica_is(tmp_path: Path, value: Any, expected: str | None) -> None:
    assert only(export(tmp_path, many("contact", todd(birthdate=value)))).birthday == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(MAN, "male"), ("M", "male"), ("F", "female"), ("O", "other"), ("N", None), (7, None)]
)
def test_a_gender_is_a_letter_or_a_reference(tmp_path: Path, value: Any, expected: str | None) -> None:
    assert only(export(tmp_path, many("contact", todd(gender=value)))).gender == expected


def test_without_types_an_address_is_guessed(tmp_path: Path) -> None:
    fields = many("contact_field", own(data="a@example.org", type="?"), own(data="+15550100"), own(data="@toddy"))
    draft = only(export(tmp_path, many("contact", todd() | {"data": [fields]}), genders=[]))
    assert [h.channel for h in draft.handles] == ["email", "phone", "other"]


@pytest.mark.parametrize(
    "contact", [None, 7, [], {}, {"properties": []}, {"uuid": "x", "properties": {"first_name": " "}}]
)
def test_what_is_no_contact_is_one_error(tmp_path: Path, contact: Any) -> None:
    first, second = read(export(tmp_path, many("contact", contact, todd())))
    assert isinstance(first, RowError)
    assert isinstance(second, ContactDraft)


@settings(max_examples=60, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["uuid", "type", "values", "properties", "data", "name", "date", "tags"]), inner
            )
        ),
        max_leaves=8,
    ),
    key=st.sampled_from(["properties", "data", "uuid"]),
    name=st.sampled_from(["tags", "gender", "birthdate", "job", "first_met_date", "description"]),
)
def test_whatever_stands_in_a_contact_its_name_is_read(
    tmp_path_factory: pytest.TempPathFactory, value: Any, key: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("monica")
    ((row,), (other,)) = (
        read(export(folder, many("contact", todd() | {key: value}))),
        read(export(folder, many("contact", todd(**{name: value})))),
    )
    assert isinstance(row, ContactDraft | RowError)
    assert isinstance(other, ContactDraft) and other.first_name == "Todd"


@pytest.mark.parametrize("content", [b"", b"{", b'{"account": 7}', b'{"account": {"data": []}}', b"[" * 100_000])
def test_what_is_not_monicas_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Invalid):
        read(tmp_path / "x.json")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.json").open("wb") as file:
        file.truncate(201 * 1024**2)
    with pytest.raises(TooLarge):
        read(tmp_path / "x.json")


def test_the_same_export_again_adds_nobody(world: World, tmp_path: Path) -> None:
    path = export(tmp_path, *LISTS)
    _, first = applied(world.database, world.alice, tmp_path, path)
    assert counts(first) == (2, 0, 0, 0, 0)
    _, again = applied(world.database, world.alice, tmp_path, path)
    assert counts(again) == (0, 0, 2, 0, 0)
