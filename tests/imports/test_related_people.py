"""People named on a card or in a table become relationships where it is certain who they are."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from runs import applied, counts, google, staged
from world import World, make_world

from coterie.actions.contact_relationships import delete_contact_relationship
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.imports import decide, start_applying
from coterie.exports.write import write_vcards
from coterie.imports import related
from coterie.imports.apply import apply
from coterie.imports.undo import undo
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.model.relationships import TYPES
from coterie.settings import Settings
from coterie.store.batches import Control, Stopped
from coterie.store.contact_relationships import list_contact_relationships
from coterie.store.contacts import list_contacts
from coterie.store.database import Database
from coterie.store.imports import find_import
from coterie.store.notes import list_notes_of
from coterie.worker.loop import Worker

UUID = "0190d1f0-0000-7000-8000-00000000000"


def card(name: str, *lines: str, version: str = "4.0") -> str:
    first, _, last = name.partition(" ")
    return "\n".join(["BEGIN:VCARD", f"VERSION:{version}", f"N:{last};{first};;;", *lines, "END:VCARD\n"])


def bring(world: World, folder: Path, *cards: str, caller: Caller | None = None) -> tuple:
    (folder / "people.vcf").write_text("".join(cards), "utf-8")
    return applied(world.database, caller or world.alice, folder, folder / "people.vcf")


def people(world: World, caller: Caller | None = None) -> dict[str, Contact]:
    with world.database.read() as tx:
        found = list_contacts(tx, (caller or world.alice).organization_id, limit=100)
    return {contact.full_name or "": contact for contact in found}


def ties(world: World, caller: Caller | None = None) -> set[tuple[str, str, str]]:
    """(first, role of the second, second) of each side."""
    names = {contact.id: name.partition(" ")[0] for name, contact in people(world, caller).items()}
    with world.database.read() as tx:
        sides = list_contact_relationships(tx, (caller or world.alice).organization_id, None, limit=100)
    return {(names[s.first_contact_id], TYPES[s.type_id].name, names[s.second_contact_id]) for s in sides}


def notes(world: World, name: str) -> list[str]:
    contact = people(world)[name]
    with world.database.read() as tx:
        found = list_notes_of(tx, world.organization.id, [contact.id], reader_id=None)
    return [note.text for note in found.get(contact.id, [])]


SELMA = card(
    "Selma Bouvier", "NOTE:Smokes.", "TEL:+12125550101", "item1.X-ABRELATEDNAMES:Patty Bouvier",
    "item1.X-ABLabel:_$!<Sister>!$_", "RELATED;TYPE=sibling;VALUE=text:Marge Simpson", "X-SPOUSE:Troy McClure",
)  # fmt: skip
PATTY = card("Patty Bouvier", "TEL:+12125550102", "RELATED;TYPE=friend:urn:uuid:" + UUID + "1")


def test_a_person_in_the_same_file_or_in_the_book_is_related(world: World, tmp_path: Path) -> None:
    _, import_ = bring(world, tmp_path, SELMA, PATTY, card("Edna Krabappel", f"UID:urn:uuid:{UUID}1"))
    assert counts(import_)[0] == 3
    assert ties(world) == {
        ("Selma", "Sister", "Patty"), ("Patty", "Sibling", "Selma"), ("Selma", "Sibling", "Marge"),
        ("Marge", "Sibling", "Selma"), ("Patty", "Friend", "Edna"), ("Edna", "Friend", "Patty"),
    }  # fmt: skip
    # nobody knows who Troy is
    assert notes(world, "Selma Bouvier") == ["Smokes.\n\nSpouse: Troy McClure"]
    assert people(world)["Selma Bouvier"].pinned_note == "Smokes.\n\nSpouse: Troy McClure"
    assert notes(world, "Patty Bouvier") == []


@pytest.mark.parametrize("seconds", [related.SECONDS, 0], ids=["at once", "row by row"])
def test_both_sides_keep_the_words_of_their_own_card(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(related, "SECONDS", seconds)
    bart = card("Bart Simpson", "RELATED;TYPE=parent;VALUE=text:Marge Simpson", "EMAIL:bart@example.org")
    marge = card("Marge Simpson", "item1.RELATED;TYPE=child;VALUE=text:Bart Simpson", "item1.X-ABLabel:Son",
                 "EMAIL:marge@example.org")  # fmt: skip
    bring(world, tmp_path, bart, marge)
    assert ties(world) == {("Bart", "Parent", "Marge"), ("Marge", "Son", "Bart")}


def test_a_name_that_two_have_or_that_is_the_own_one_stays_a_line_of_the_note(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        for _ in range(2):
            create_contact(tx, world.alice, {"real_name": "Patty Bouvier"})
    lines = ("X-ABRELATEDNAMES;TYPE=friend:Ned Flanders", "RELATED;TYPE=colleague;VALUE=text:Patty Bouvier",
             "RELATED;TYPE=muse;VALUE=text:Homer Simpson")  # fmt: skip
    bring(world, tmp_path, card("Ned Flanders", *lines))
    assert ties(world) == set()
    assert notes(world, "Ned Flanders") == [
        "Related (friend): Ned Flanders\nRelated (colleague): Patty Bouvier\nRelated (muse): Homer Simpson"
    ]


def test_of_several_the_one_that_the_file_created_is_meant(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        create_contact(tx, world.alice, {"real_name": "Patty Bouvier", "nickname": "another"})
    bring(world, tmp_path, SELMA, PATTY)
    assert ("Selma", "Sister", "Patty") in ties(world)
    assert people(world)["Patty Bouvier"].nickname is None


def test_the_same_people_again_change_nothing(world: World, tmp_path: Path) -> None:
    bring(world, tmp_path, SELMA, PATTY)
    before = ties(world), notes(world, "Selma Bouvier")
    bring(world, tmp_path, SELMA.replace("4.0", "3.0").replace("0101", "0101\nTEL:+12125550109"), PATTY)
    assert (ties(world), notes(world, "Selma Bouvier")) == before


def test_undo_takes_relationships_and_notes_back(world: World, tmp_path: Path) -> None:
    marge = card("Marge Simpson", "EMAIL:marge@example.org", "RELATED;TYPE=spouse;VALUE=text:Homer Simpson")
    run, _ = bring(world, tmp_path, SELMA, PATTY, marge)
    assert ("Homer", "Spouse", "Marge") in ties(world)
    assert undo(run).conflict_count == 0
    assert ties(world) == set()
    assert set(people(world)) == {"Marge Simpson", "Homer Simpson"}
    assert notes(world, "Marge Simpson") == []


def test_a_relationship_that_somebody_deleted_is_not_made_again_and_stays_when_undone(
    world: World, tmp_path: Path
) -> None:
    marge = card("Marge Simpson", "EMAIL:marge@example.org", "RELATED;TYPE=spouse;VALUE=text:Homer Simpson")
    run, _ = bring(world, tmp_path, marge)
    with world.database.write() as tx:
        side = list_contact_relationships(tx, world.organization.id, world.marge.id, limit=1)[0]
        delete_contact_relationship(tx, world.alice, side.id)
    bring(world, tmp_path, marge.replace("marge@", "marge@example.org\nTEL:+12125550108\nEMAIL:mm@"))
    assert ties(world) == set()
    assert undo(run).conflict_count == 1


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_relationships_are_exported_and_imported_again(world: World, tmp_path: Path, version: str) -> None:
    bring(world, tmp_path, SELMA, PATTY, card("Bart Simpson", "RELATED;TYPE=parent;VALUE=text:Homer Simpson"),
          card("Maggie Simpson", "UID:pas-id-7", "RELATED;TYPE=sibling;VALUE=text:Bart Simpson"))  # fmt: skip
    with world.database.read() as tx:
        text = "".join(write_vcards(tx, world.alice, tmp_path, version))
    plain = text.replace("\r\n ", "")
    bart = people(world)["Bart Simpson"]
    if version == "4.0":
        assert f"RELATED;TYPE=parent:urn:uuid:{world.homer.uuid}\r\n" in plain
        assert f"RELATED;TYPE=child:urn:uuid:{bart.uuid}\r\n" in plain
        assert ".RELATED;TYPE=sibling:urn:uuid:" in plain and "RELATED;TYPE=sibling;VALUE=text:pas-id-7\r\n" in plain
    else:
        assert "X-ABRELATEDNAMES:Homer Simpson\r\n" in plain and "X-ABLabel:Sister\r\n" in plain
    bring(world, tmp_path, text, caller=world.charlie)
    assert ties(world, world.charlie) == ties(world)
    shared = people(world, world.charlie)
    assert {name: contact.pinned_note for name, contact in people(world).items()} == {
        name: contact.pinned_note for name, contact in shared.items() if name != "Moe Szyslak"
    }


def test_tables_name_related_people_too(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, ("Ned", "Flanders", "", "", "", "", "", "ned@example.org", "", ""))
    head, row = path.read_text("utf-8").splitlines()
    path.write_text(f"{head},Relation 1 - Label,Relation 1 - Value\n{row},Friend,Homer Simpson\n", "utf-8")
    applied(world.database, world.alice, tmp_path, path)
    outlook = tmp_path / "outlook.csv"
    outlook.write_text(
        "First Name,Last Name,E-mail Address,Business Phone,Spouse,Manager's Name,Notes\n"
        "Luann,Van Houten,luann@example.org,,Kirk Van Houten,Homer Simpson,Lives apart\n", "utf-8"
    )  # fmt: skip
    applied(world.database, world.alice, tmp_path, outlook)
    assert ties(world) == {
        ("Ned", "Friend", "Homer"), ("Homer", "Friend", "Ned"), ("Luann", "Manager", "Homer"),
        ("Homer", "Report", "Luann"),
    }  # fmt: skip
    assert notes(world, "Ned Flanders") == []
    (note,) = notes(world, "Luann Van Houten")
    assert note == "Spouse: Kirk Van Houten\n\nLives apart"


def test_a_row_that_waits_is_related_once_it_is_decided(world: World, tmp_path: Path) -> None:
    other = card("Patty Smith", "TEL:+12125550102")
    bring(world, tmp_path, other)
    run, import_ = bring(world, tmp_path, SELMA, PATTY)
    assert import_.matched_count == 1 and ("Selma", "Sister", "Patty") not in ties(world)
    assert "Related (sister): Patty Bouvier" in notes(world, "Selma Bouvier")[0]
    with world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 2, "create")
        start_applying(tx, world.alice, run.import_id, in_background=False)
    apply(run)
    assert ("Selma", "Sister", "Patty") in ties(world)
    assert notes(world, "Selma Bouvier") == ["Smokes.\n\nSpouse: Troy McClure"]


def test_an_edited_note_keeps_its_lines(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, {"real_name": "Selma Bouvier", "phone": "+12125550101"})
        update_contact(tx, world.alice, contact.id, {"note": "Smokes.\n\nRelated (sister): Patty Bouvier"})
    bring(world, tmp_path, SELMA, PATTY)
    assert ("Selma", "Sister", "Patty") in ties(world)
    assert notes(world, "Selma Bouvier")[0] == "Smokes.\n\nRelated (sister): Patty Bouvier"


@pytest.mark.slow
def test_the_worker_links_them_and_goes_on_after_it_was_stopped(
    fresh_database: Database, fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(fresh_database)
    monkeypatch.setattr(related, "SECONDS", 0)
    folder = fresh_settings.data_folder
    (folder / "people.vcf").write_text(SELMA + PATTY + card("Edna Krabappel", f"UID:{UUID}1"), "utf-8")
    run, _ = staged(world.database, world.alice, folder, folder / "people.vcf")
    with world.database.write() as tx:
        start_applying(tx, world.alice, run.import_id)
    batches = iter(range(2))
    control = Control(should_stop=lambda: next(batches, None) is None)
    with pytest.raises(Stopped):
        apply(replace(run, control=control))
    assert Worker(world.database, fresh_settings).run_one()
    assert {("Selma", "Sister", "Patty"), ("Selma", "Sibling", "Marge"), ("Patty", "Friend", "Edna")} <= ties(world)
    assert len(ties(world)) == 6
    with world.database.read() as tx:
        import_ = find_import(tx, world.organization.id, run.import_id)
    assert import_ is not None and import_.state == "applied"
