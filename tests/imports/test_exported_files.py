"""Contacts as vCard and CSV: what leaves comes back, and nothing of it is a formula."""

import csv
import io
from pathlib import Path

import pytest
from exported_table import csv_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import applied, counts
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.terms import create_term, put_on_contact
from coterie.exports.write import write_vcards
from coterie.model.cells import join_list, plain_cell, safe_cell, split_list
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store.contacts import list_contacts

APU = {
    "real_name": "Apu Nahasapeemapetilon", "display_name": "Apu 🌙 Quik-E",
    "username": "apu_quik", "email": "apu@example.org", "phone": "+1 212 555 0199", "website": "https://kwik.example",
    "employer": "Kwik-E-Mart", "birthday": "--01-24", "how_you_met": "bought a squishee, twice",
}  # fmt: skip


def cards(world: World, caller: Caller, folder: Path, version: str = "4.0") -> str:
    with world.database.read() as tx:
        return "".join(write_vcards(tx, caller, folder, version))


def table(world: World, caller: Caller) -> list[list[str]]:
    with world.database.read() as tx:
        return list(csv.reader(io.StringIO("".join(csv_lines(tx, caller)))))


def with_apu(world: World) -> None:
    with world.database.write() as tx:
        create_contact(tx, world.alice, {k: v for k, v in APU.items() if k != "display_name"})


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_cards_brought_into_another_organization_leave_it_the_same(world: World, tmp_path: Path, version: str) -> None:
    with_apu(world)
    ours = cards(world, world.alice, tmp_path, version)
    (tmp_path / "ours.vcf").write_text(ours, "utf-8", newline="")
    _, record = applied(world.database, world.charlie, tmp_path, tmp_path / "ours.vcf")
    assert counts(record) == (3, 0, 0, 0, 0)
    theirs = cards(world, world.charlie, tmp_path, version)
    moes = [card for card in theirs.split("BEGIN:VCARD\r\n") if "Szyslak" in card]
    theirs = theirs.replace("BEGIN:VCARD\r\n" + moes[0], "")
    assert sorted(theirs.split("BEGIN:VCARD\r\n")) == sorted(ours.split("BEGIN:VCARD\r\n"))


def test_a_table_is_read_again_and_adds_nobody(world: World, tmp_path: Path) -> None:
    with_apu(world)
    rows = table(world, world.alice)
    assert {"uid", "first_name", "email", "email_label", "address_label", "notes"} <= set(rows[0])
    assert len(rows) == 4
    with world.database.read() as tx:
        (tmp_path / "ours.csv").write_text("".join(csv_lines(tx, world.alice)), "utf-8", newline="")
    _, again = applied(world.database, world.alice, tmp_path, tmp_path / "ours.csv")
    assert counts(again) == (0, 0, 3, 0, 0)
    _, record = applied(world.database, world.charlie, tmp_path, tmp_path / "ours.csv")
    assert counts(record) == (3, 0, 0, 0, 0)
    with world.database.read() as tx:
        apu = next(c for c in list_contacts(tx, world.charlie.organization_id, limit=9) if c.first_name == "Apu")
    assert (apu.username, apu.email, apu.employer, apu.birthday) == (
        "apu_quik", "apu@example.org", "Kwik-E-Mart", "--01-24",
    )  # fmt: skip


def test_another_organization_is_not_in_it(world: World, tmp_path: Path) -> None:
    assert "Szyslak" not in cards(world, world.alice, tmp_path)
    assert "Szyslak" not in str(table(world, world.alice))


def test_a_name_that_is_a_formula_stays_text(world: World) -> None:
    with world.database.write() as tx:
        create_contact(tx, world.alice, {"real_name": '=HYPERLINK("https://evil.example")'})
    header, *rows = table(world, world.alice)
    names = {row[header.index("first_name")] for row in rows}
    assert any(name.startswith("'=HYPERLINK") for name in names)


@settings(max_examples=100)
@given(st.text(max_size=20) | st.sampled_from(["=1", "+1-1+cmd|' /C calc'!A0", "@x", "-2+3", "\t=1", "\r=1"]))
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "@", "\t", "\r"))
    if cell.startswith(("+", "-")):
        assert set(cell[1:]) <= set("0123456789 ().-")


@settings(max_examples=200)
@given(st.text(max_size=20) | st.text("'=+-@\t 1", max_size=6))
def test_what_keeps_a_cell_from_being_a_formula_comes_off_again(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@settings(max_examples=200)
@given(st.lists(st.text(max_size=9) | st.text(';,:\\"a ', max_size=6)))
def test_a_list_in_a_cell_keeps_its_items_whatever_is_in_them(items: list[str]) -> None:
    items = [item.replace("\n", " ").strip() for item in items]
    assert split_list(join_list(items)) == [item for item in items if item]


@pytest.mark.parametrize("cell", ["a;b, c:::d\ne", " a ;; b,,c:::d,e", '"a","b"; c:::d, "e"'])
def test_a_list_of_other_programs_is_split_where_they_do(cell: str) -> None:
    assert split_list(cell) == ["a", "b", "c", "d", "e"]


def test_formulas_and_tags_with_separators_come_back_from_a_table(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        fields = {"real_name": "=cmd() Smith", "employer": "-1+1", "how_you_met": "'=1", "job_title": "'tis"}
        fred = create_contact(tx, world.alice, {**fields, "phone": "+1 212 555 0123"})
        for name in ("red; green", "a,b:::c", "back\\slash"):
            term = create_term(tx, world.alice, TAGS, name)
            put_on_contact(tx, world.alice, TAGS, fred.id, term.id)
    rows = table(world, world.alice)
    with world.database.read() as tx:
        (tmp_path / "ours.csv").write_text("".join(csv_lines(tx, world.alice)), "utf-8", newline="")
    applied(world.database, world.charlie, tmp_path, tmp_path / "ours.csv")
    theirs = [row for row in table(world, world.charlie) if "Moe" not in row]
    assert sorted(theirs) == sorted(rows)
