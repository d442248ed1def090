"""Imports know who is who: what they write unasked, what they ask about, and what they create. Both engines."""

from pathlib import Path
from typing import Any

import pytest
from runs import applied, counts, reason, rows_of
from world import World

from coterie.actions.addresses import add_address
from coterie.actions.contacts import create_contact, delete_contact

HEADER = "First Name,Middle Name,Last Name,Name Suffix,Birthday,Phone,Email,Address,City,Country"
HOME = ("12 Elm Street", "Springfield")


def make(world: World, name: str, *, home: tuple[str, str] | None = None, **fields: Any) -> int:
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, {"real_name": name, **fields})
        if home:
            address = {"address_line_1": home[0], "locality": home[1], "country": "US"}
            add_address(tx, world.alice, contact.id, address)
    return contact.id


def table(folder: Path, *rows: str) -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    return path


def otto(world: World) -> int:
    """A father, at home, with a land line and an e-mail address."""
    return make(world, "Otto Quill", home=HOME, phone="+12125550100", email="otto@quill.example",
                birthday="1950-01-31")  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        "Otto,,Quill,,1980-07-12,+12125550100,,,,",
        "Otto,,Quill,Jr.,,+12125550100,,,,",
        "Otto,,Quill,Jr.,,,otto@quill.example,,,",
        "Otto,,Quill,,1980-07-12,,otto@quill.example,12 Elm Street,Springfield,US",
        "Ruth,,Quill,,1950-01-31,+12125550100,,12 Elm Street,Springfield,US",
        "Ruth,,Quill,,,,otto@quill.example,12 Elm Street,Springfield,US",
        "Otta,,Quill,,,+12125550100,,12 Elm Street,Springfield,US",
    ],
)
def test_a_household_is_not_written_unasked(world: World, tmp_path: Path, row: str) -> None:
    otto(world)
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, row))
    assert counts(import_)[1] == 0


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Otto,,Quill,Jr.,,,otto@quill.example,,,", "same e-mail address otto@quill.example and name, but one is"),
        ("Quill,,Otto,,,,,12 Elm St,Springfield,US", "given name and surname swapped, same address"),
        ("Otto,,Quil,,1950-01-31,,,,,", "similar name, same birthday"),
        ("Ruth,,Quill,,1950-01-31,,,12 Elm Street,Springfield,US", "same address, but another given name"),
    ],
)
def test_what_keys_find_is_asked_about(world: World, tmp_path: Path, row: str, sentence: str) -> None:
    contact_id = otto(world)
    run, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, row))
    assert counts(import_) == (0, 0, 0, 1, 0)
    (found,) = rows_of(run)
    assert f"May be contact {contact_id}" in (reason(found) or "")
    assert sentence in (reason(found) or "")


@pytest.mark.parametrize(
    ("rows", "created"),
    [
        (("O,,Dahl,,,+12125550101,,,,", "Olga,O,Dahl,,,+12125550101,,,,"), 1),
        (("Olga,,,,,+12125550101,,,,", "Olga,,Dahl,,,+12125550101,,,,"), 1),
        (("O,,Dahl,,,+12125550101,,,,", "Olga,,Dahl,,,+12125550101,,,,"), 2),
        (("O,,Dahl,,1950-01-31,+12125550101,,,,", "Olga,O,Dahl,,1980-07-12,+12125550101,,,,"), 2),
    ],
)
def test_a_longer_form_of_one_name_is_one_person_and_both_names_are_kept(
    world: World, tmp_path: Path, rows: tuple[str, ...], created: int
) -> None:
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, *rows))
    assert counts(import_)[0] == created
    with world.database.read() as tx:
        text = repr(tx.all("SELECT text FROM notes", ())) + repr(tx.all("SELECT * FROM contacts", ()))
    assert "Olga" in text


def test_one_person_is_written_unasked(world: World, tmp_path: Path) -> None:
    otto(world)
    rows = ("Otto,,Quill,,1950-01-31,+12125550100,,,,", "O.,,Quill,,,,otto@quill.example,,,")
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, *rows))
    assert counts(import_)[0] == 0
    assert counts(import_)[3] == 0


def test_the_name_alone_is_no_reason_to_ask(world: World, tmp_path: Path) -> None:
    make(world, "Otto Quill", phone="+12125550100")
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, "Otto,,Quill,,,,q@other.example,,,"))
    assert counts(import_) == (1, 0, 0, 0, 0)


def test_a_contact_made_a_moment_ago_is_found(world: World, tmp_path: Path) -> None:
    first = table(tmp_path, "Quill,,Otto,,,,,12 Elm Street,Springfield,US")
    otto(world)
    _, import_ = applied(world.database, world.alice, tmp_path, first)
    assert counts(import_) == (0, 0, 0, 1, 0)


def test_a_deleted_contact_is_nobody(world: World, tmp_path: Path) -> None:
    contact_id = otto(world)
    applied(world.database, world.alice, tmp_path, table(tmp_path, "Nobody,,Else,,,,x@other.example,,,"))
    with world.database.write() as tx:
        delete_contact(tx, world.alice, contact_id)
    row = "Quill,,Otto,,,,,12 Elm Street,Springfield,US"
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, row))
    assert counts(import_) == (1, 0, 0, 0, 0)


def test_father_and_son_of_one_file_are_two(world: World, tmp_path: Path) -> None:
    rows = ("Otto,,Quill,Sr.,,,o@quill.example,,,", "Otto,,Quill,Jr.,,,o@quill.example,,,")
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, *rows))
    assert counts(import_)[1] == 0


SUFFIXES = [("Jr.", "Junior"), ("Jun", "jnr."), ("Senior", "Snr"), ("V", "v")]


@pytest.mark.parametrize(("one", "other"), SUFFIXES)
def test_two_spellings_of_a_generation_are_one_person(world: World, tmp_path: Path, one: str, other: str) -> None:
    rows = [f"Otto,,Quill,{suffix},,+12125550100,,,," for suffix in (one, other)]
    _, first = applied(world.database, world.alice, tmp_path, table(tmp_path, *rows))
    assert counts(first)[0] == 1
    row = f"Otto,,Quill,{other},1980-07-12,+12125550100,,,,"
    _, second = applied(world.database, world.alice, tmp_path, table(tmp_path, row))
    assert counts(second) == (0, 1, 0, 0, 0)


@pytest.mark.parametrize(("father", "son"), [("Senior", "Jnr"), ("Snr.", "Junior"), ("IV", "V"), ("", "Jun.")])
def test_father_and_son_with_one_telephone_are_two(world: World, tmp_path: Path, father: str, son: str) -> None:
    rows = [f"Otto,,Quill,{suffix},,+12125550100,,,," for suffix in (father, son)]
    _, import_ = applied(world.database, world.alice, tmp_path, table(tmp_path, *rows))
    assert counts(import_) == (2, 0, 0, 0, 0)
