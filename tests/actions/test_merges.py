"""Two contacts become one and come back: nothing is lost, and the old id means the survivor."""

from pathlib import Path
from typing import Any

import pytest
from client import Client
from everything import add_everything
from exported import exported
from r0_client import R0
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.duplicates import dismiss
from coterie.actions.handles import add_handle
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import Conflict, Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.model.terms import TAGS
from coterie.store import contacts as store
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.duplicates import find_dismissed
from coterie.store.terms import list_terms


def test_the_survivor_gets_what_it_lacks_and_keeps_what_it_has(world: World) -> None:
    with world.database.write() as tx:
        other = create_contact(
            tx,
            world.alice,
            {
                "real_name": "Marjorie Bouvier", "email": "marjorie@example.org", "phone": "+18005555555",
                "birthday": "1956-03-19", "employer": "Pretzel Wagon",
            },
        )  # fmt: skip
        merge_contacts(tx, world.alice, world.marge.id, [other.id])
        sheet = load_sheets(
            tx, world.organization.id, [world.marge.id], ["handles", "notes"], reader_id=world.alice.user_id
        )[world.marge.id]
        meant = store.find_contact(tx, world.organization.id, other.id)
        by_uuid = store.find_contact_by_uuid(tx, world.organization.id, other.uuid)
    assert sheet.contact.full_name == "Marge Simpson"
    assert sheet.contact.birthday == "1956-03-19"
    assert sheet.contact.employer == "Pretzel Wagon"
    assert sorted((h.value, h.is_primary) for h in sheet.handles) == [
        ("(800) 555-5555", True), ("marge", True), ("marge@example.org", True), ("marjorie@example.org", False),
    ]  # fmt: skip
    assert [note.text for note in sheet.notes] == ["Name: Marjorie Bouvier"]
    assert meant == by_uuid == sheet.contact


def test_a_merge_that_is_undone_leaves_the_same_export(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    before = exported(world, tmp_path)
    for survivor, loser in ((world.marge, world.homer), (world.homer, world.marge)):
        with world.database.write() as tx:
            (merge,) = merge_contacts(tx, world.alice, survivor.id, [loser.id])
        assert exported(world, tmp_path) != before
        with world.database.write() as tx:
            unmerge_contact(tx, world.alice, merge.id)
        assert exported(world, tmp_path) == before


def test_an_old_id_reads_and_writes_the_survivor(world: World, inro: Client, r0: R0) -> None:
    marge, homer = world.marge, world.homer
    with world.database.write() as tx:
        merge_contacts(tx, world.alice, marge.id, [homer.id])
    assert inro.get(f"/api/v1/contacts/{homer.id}").json["id"] == marge.id
    assert r0.get(f"/contacts/{homer.uuid}").json["id"] == marge.uuid
    body = {"contact": {"employer": "Plant"}}
    assert r0.patch(f"/contacts/{homer.uuid}", body).json["employer"] == "Plant"
    inro.put(f"/api/v1/contacts/{homer.id}", {"contact": {"email": "new@example.org"}})
    assert inro.get(f"/api/v1/contacts/{marge.id}").json["email"] == "new@example.org"
    assert [each["id"] for each in inro.get("/api/v1/contacts").json] == [marge.id]


def test_erasing_the_survivor_erases_both_for_good(world: World, tmp_path: Path) -> None:
    marge, homer = world.marge, world.homer
    with world.database.write() as tx:
        update_contact(tx, world.alice, homer.id, {"note": "Secret"})
        (merge,) = merge_contacts(tx, world.alice, marge.id, [homer.id])
        erase_contact(tx, world.alice, homer.id)
    assert "contacts.jsonl" in (after := exported(world, tmp_path)) and not after["contacts.jsonl"]
    assert not after["notes.jsonl"]
    with world.database.write() as tx, pytest.raises(NotFound, match="erased"):
        unmerge_contact(tx, world.alice, merge.id)


def test_merging_itself_the_deleted_or_the_unknown_is_refused(world: World) -> None:
    marge, homer = world.marge.id, world.homer.id
    with world.database.write() as tx:
        with pytest.raises(Invalid, match=f"loser_ids has contact {marge}, which is to stay"):
            merge_contacts(tx, world.alice, marge, [marge])
        with pytest.raises(NotFound):
            merge_contacts(tx, world.charlie, world.moe.id, [homer])
        with pytest.raises(Invalid, match="birthday"):
            merge_contacts(tx, world.alice, marge, [homer], {"birthday": 4_000_000})
        with pytest.raises(Invalid, match="employr"):
            merge_contacts(tx, world.alice, marge, [homer], {"employr": homer})
        (merge,) = merge_contacts(tx, world.alice, marge, [homer])
        with pytest.raises(Invalid, match=f"loser_ids has contact {marge}, which is to stay"):
            merge_contacts(tx, world.alice, homer, [marge])
        unmerge_contact(tx, world.alice, merge.id)
        with pytest.raises(Conflict, match="already undone"):
            unmerge_contact(tx, world.alice, merge.id)
        with pytest.raises(NotFound):
            unmerge_contact(tx, world.charlie, merge.id)
        delete_contact(tx, world.alice, homer)
        with pytest.raises(Invalid, match="deleted"):
            merge_contacts(tx, world.alice, marge, [homer])


def test_the_chosen_value_is_taken_and_the_other_one_kept(world: World) -> None:
    marge, homer = world.marge.id, world.homer.id
    with world.database.write() as tx:
        update_contact(tx, world.alice, marge, {"birthday": "1956-10-01", "bio": "Blue hair", "note": "Hers"})
        update_contact(tx, world.alice, homer, {"birthday": "1956-05-12", "bio": "Bald", "note": "His"})
        choices = dict.fromkeys(("name", "birthday", "email", "pinned_note"), homer)
        merge_contacts(tx, world.alice, marge, [homer], choices)
        parts = ("handles", "notes", "dates")
        sheet = load_sheets(tx, world.organization.id, [marge], parts, reader_id=world.alice.user_id)[marge]
    contact = sheet.contact
    assert (contact.full_name, contact.birthday, contact.bio) == ("Homer Simpson", "1956-05-12", "Blue hair")
    assert (contact.email, contact.pinned_note) == ("homer@example.org", "His")
    assert [(date.label, date.occurs_on) for date in sheet.dates] == [("birthday", "1956-10-01")]
    assert {note.text for note in sheet.notes} == {"Hers", "His", "Name: Marge Simpson\nBio: Bald"}
    assert [note.text for note in sheet.notes if note.is_pinned] == ["His"]


def test_what_came_since_the_merge_stays_or_is_given_away(world: World, tmp_path: Path) -> None:
    marge, homer = world.marge.id, world.homer.id
    for to in ("survivor", "loser"):
        with world.database.write() as tx:
            (merge,) = merge_contacts(tx, world.alice, marge, [homer])
            handle = add_handle(tx, world.alice, marge, "phone", f"+1 212 555 01{len(to)}", "phone")
            term = create_term(tx, world.alice, TAGS, f"Tag for the {to}")
            put_on_contact(tx, world.alice, TAGS, marge, term.id)
            unmerge_contact(tx, world.alice, merge.id, additions_to=to)
            sheets = load_sheets(tx, world.organization.id, [marge, homer], ["handles", "tags"])
            (tag,) = [each for each in list_terms(tx, world.organization.id, TAGS, limit=9) if each.id == term.id]
        got = {"survivor": marge, "loser": homer}[to]
        assert [each_id for each_id, sheet in sheets.items() if handle.id in {each.id for each in sheet.handles}] == [
            got
        ]
        assert [each_id for each_id, sheet in sheets.items() if term.id in {each.id for each in sheet.tags}] == [got]
        assert tag.contact_count == 1
    assert sheets[homer].contact.phone == "+1 212 555 015"


def test_who_the_loser_is_not_the_survivor_is_not_either(world: World) -> None:
    marge, homer, organization_id = world.marge.id, world.homer.id, world.organization.id
    with world.database.write() as tx:
        bart = create_contact(tx, world.alice, {"first_name": "Bart"}).id
        dismiss(tx, world.alice, homer, bart)
        (merge,) = merge_contacts(tx, world.alice, marge, [homer])
        assert find_dismissed(tx, organization_id, {(marge, bart)}) == {(marge, bart)}
        unmerge_contact(tx, world.alice, merge.id)
        pairs = {(marge, bart), (homer, bart)}
        assert find_dismissed(tx, organization_id, pairs) == {(homer, bart)}


def test_phones_that_see_the_loser_see_the_merged_contact(world: World) -> None:
    marge, homer, organization_id = world.marge.id, world.homer.id, world.organization.id
    with world.database.write() as tx:
        set_card_state(tx, organization_id, marge, "off")
        set_card_state(tx, organization_id, homer, "on")
        (merge,) = merge_contacts(tx, world.alice, marge, [homer])
        assert find_card_states(tx, organization_id, [marge]) == {marge: "on"}
        unmerge_contact(tx, world.alice, merge.id)
        assert find_card_states(tx, organization_id, [marge, homer]) == {marge: "off", homer: "on"}


def test_a_merge_takes_the_same_number_of_statements_whatever_there_is_to_move(world: World) -> None:
    counts = []
    for how_many in (1, 40):
        with world.database.write() as tx:
            pair = [create_contact(tx, world.alice, {"first_name": "Ned"}).id for _ in range(2)]
            for number in range(how_many):
                add_handle(tx, world.alice, pair[1], "website", f"{how_many}.example/{number}", "website")
                create_note(tx, world.alice, {"text": "About", "contacts": [find_contact(tx, world, pair[1]).uuid]})
            counting = Counting(tx)
            merge_contacts(counting, world.alice, pair[0], [pair[1]])
            counts.append(counting.count)
    assert counts[0] == counts[1] < 120


def find_contact(tx: Tx, world: World, contact_id: int) -> Contact:
    contact = store.find_contact(tx, world.organization.id, contact_id)
    assert contact is not None
    return contact


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx, self.count = tx, 0

    def __getattr__(self, name: str) -> Any:
        if name in ("all", "one", "run", "execute_many", "insert_rows"):
            self.count += 1
        return getattr(self._tx, name)
