"""A full name is read back as it was written, whichever door wrote it, until a part of it changes."""

from pathlib import Path

import pytest
from client import Client
from exported_table import csv_lines
from inro_client import contact_of
from runs import applied
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.exports.write import write_vcards
from coterie.imports.undo import undo
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store.contacts import find_contact, list_contacts

WRITTEN = [
    "Ole 👩‍🍳 Berg", "Tove ✨", "🌻 Tove", "🌻🌻", "♡ mia ♡", "김민준", "김 민준", "山口 百恵", "山口百恵",
    "王小明", "佐藤　さくら", "Nguyễn Văn An", "Nagy Anna", "Berg, Ole", "Ole Berg, PhD", "Ole  Berg", "Dr. Ole Berg",
    "Anne Wold (geb. Falk)", "“Ole” Berg", "Ole • Berg", "J.R.R. Tolkien", "Д’Артаньян", "マイケル・ジャクソン",
    "محمد علي",
]  # fmt: skip


def make(world: World, text: str) -> Contact:
    with world.database.write() as tx:
        return create_contact(tx, world.alice, {"real_name": text})


def change(world: World, contact_id: int, **fields: str | None) -> Contact:
    with world.database.write() as tx:
        return update_contact(tx, world.alice, contact_id, fields)


@pytest.mark.parametrize("text", WRITTEN)
def test_inro_reads_a_real_name_as_it_was_written(inro: Client, text: str) -> None:
    created = inro.post("/api/v1/contacts", {"contact": {"real_name": f"  {text}\n"}}).json
    assert created["real_name"] == text
    assert contact_of(inro, created["id"])["real_name"] == text
    changed = inro.put(f"/api/v1/contacts/{created['id']}", {"contact": {"real_name": "Ole Berg"}}).json
    assert (changed["name"], changed["real_name"]) == ("Ole Berg", "Ole Berg")
    again = inro.put(f"/api/v1/contacts/{created['id']}", {"contact": {"real_name": text}}).json
    assert again["real_name"] == text
    assert inro.put(f"/api/v1/contacts/{created['id']}", {"contact": {"real_name": None}}).json["real_name"] is None


def test_a_name_is_shown_as_written_but_never_inverted(inro: Client) -> None:
    names = {"山口 百恵": "山口 百恵", "Tove ✨": "Tove ✨", "Berg, Ole": "Ole Berg", "Ole Berg, PhD": "Ole Berg, PhD"}
    for text, shown in names.items():
        assert inro.post("/api/v1/contacts", {"contact": {"real_name": text}}).json["name"] == shown


def test_a_changed_part_replaces_the_name_as_written(world: World) -> None:
    contact = make(world, "Ole ✨ Berg")
    assert change(world, contact.id, first_name="Ole", nickname="Olli").full_name == "Ole ✨ Berg"
    changed = change(world, contact.id, last_name="Dahl")
    assert (changed.full_name, changed.formatted_name) == ("Ole Dahl", None)
    both = change(world, contact.id, real_name="Dahl, Ole ✨")
    assert (both.first_name, both.last_name, both.full_name) == ("Ole", "Dahl", "Dahl, Ole ✨")


def test_the_present_name_sent_back_changes_no_part(world: World) -> None:
    with world.database.write() as tx:
        parts = {"first_name": "Momoe", "last_name": "Yamaguchi", "formatted_name": "Yamaguchi Momoe"}
        contact = create_contact(tx, world.alice, parts)
    assert change(world, contact.id, real_name="Yamaguchi Momoe ") == contact


def test_r0_writes_parts_that_are_shown_in_the_order_of_their_script(r0: Client, inro: Client) -> None:
    body = {"contact": {"first_name": "민준", "last_name": "김", "relationship_type": 1}}
    created = r0.post("/contacts", body).json
    assert (created["first_name"], created["last_name"]) == ("민준", "김")
    (found,) = inro.get("/api/v1/contacts/search", query="김민준").json
    assert (found["name"], found["real_name"]) == ("김민준", "김민준")


@pytest.mark.parametrize("header", ["Name", "Full Name", "FN"])
def test_every_file_gives_the_names_as_they_are_in_it(world: World, tmp_path: Path, header: str) -> None:
    path = tmp_path / "names.file"
    if header == "FN":
        cards = [f"BEGIN:VCARD\nVERSION:4.0\nFN:{text.replace(',', chr(92) + ',')}\nTEL:+1212555{i:04}\nEND:VCARD\n"
                 for i, text in enumerate(WRITTEN)]  # fmt: skip
        path.write_text("".join(cards), "utf-8")
    else:
        rows = [f'"{text}",+1212555{number:04}\n' for number, text in enumerate(WRITTEN)]
        path.write_text(f"{header},Phone\n{''.join(rows)}", "utf-8")
    run, _ = applied(world.database, world.charlie, tmp_path, path)
    assert shown(world, world.charlie) == {"Moe Szyslak", *WRITTEN}
    undo(run)
    assert shown(world, world.charlie) == {"Moe Szyslak"}


def shown(world: World, caller: Caller) -> set[str | None]:
    with world.database.read() as tx:
        contacts = list_contacts(tx, caller.organization_id, limit=100)
    return {contact.full_name or contact.display_name for contact in contacts}


@pytest.mark.parametrize("kind", ["4.0", "3.0", "csv"])
def test_what_is_exported_is_imported_as_it_was_written(world: World, tmp_path: Path, kind: str) -> None:
    for number, text in enumerate(WRITTEN):
        change(world, make(world, text).id, phone=f"+1212555{number:04}")
    with world.database.read() as tx:
        lines = csv_lines(tx, world.alice) if kind == "csv" else write_vcards(tx, world.alice, tmp_path, kind)
        (tmp_path / "ours.file").write_text("".join(lines), "utf-8", newline="")
    applied(world.database, world.charlie, tmp_path, tmp_path / "ours.file")
    assert shown(world, world.charlie) - {"Moe Szyslak"} == shown(world, world.alice)


def test_an_import_gives_a_name_as_written_only_to_who_has_none(world: World, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Name,Email\nMarge ✨ Simpson,marge@example.org\n✨ Homer,new@example.org\n", "utf-8")
    with world.database.write() as tx:
        nameless = create_contact(tx, world.alice, {"email": "new@example.org"}).id
    run, _ = applied(world.database, world.alice, tmp_path, path)
    with world.database.read() as tx:
        people = [find_contact(tx, world.organization.id, contact_id) for contact_id in (world.marge.id, nameless)]
    assert [contact and contact.full_name for contact in people] == ["Marge Simpson", "✨ Homer"]
    undo(run)
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, nameless)
    assert contact is not None and contact.full_name is None


def test_the_same_name_in_another_form_may_be_the_same_person(world: World, tmp_path: Path) -> None:
    names = {
        "山口 百恵": ("百恵", "山口"),
        "王小明": ("小明", "王"),
        "Berg, Ole": ("Ole", "Berg"),
        "김민준": ("민준", "김"),
    }
    rows = "".join(f"{first},{last},1990-03-0{n}\n" for n, (first, last) in enumerate(names.values(), 1))
    for number, text in enumerate(names, 1):
        change(world, make(world, text).id, birthday=f"1990-03-0{number}")
    path = tmp_path / "others.csv"
    path.write_text(f"First Name,Last Name,Birthday\n{rows}", "utf-8")
    _, import_ = applied(world.database, world.alice, tmp_path, path)
    assert (import_.matched_count, import_.created_count) == (4, 0)


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("王小明", ("王小明", "王", "小明", "明", "小", "王小")),
        ("김민준", ("김민준", "김민", "민준", "준", "김 민준")),
        ("山口 百恵", ("山口百恵", "百恵", "口百", "口", "恵", "山口 百恵", "百恵 山口", "山口　百恵")),
        ("佐々木さくら", ("々木", "くら", "木さ")),
        ("マイケル・ジャクソン", ("ジャクソン", "ソン", "イケル", "ルジャ", "マイケル・ジャクソン")),
        ("ｶﾞﾘﾚｵ", ("ガリレオ", "リレ")),
        ("Chan 陳大文 David", ("大文", "chan", "david")),
    ],
)
def test_a_name_is_found_by_any_of_its_characters(world: World, text: str, queries: tuple[str, ...]) -> None:
    contact = make(world, text)
    with world.database.read() as tx:
        for query in queries:
            found = search_contacts(tx, world.organization.id, query, limit=5).contacts
            assert [each.id for each in found] == [contact.id], query
        assert not search_contacts(tx, world.organization.id, "李", limit=5).contacts
