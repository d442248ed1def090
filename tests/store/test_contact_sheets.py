"""A contact sheet holds what the lists of the nouns hold; the number of queries does not grow with the contacts."""

from pathlib import Path
from typing import Any, get_args

import pytest
from everything import add_everything
from world import World

from coterie.actions.contacts import delete_contact
from coterie.actions.gifts import create_gift
from coterie.actions.notes import create_note
from coterie.actions.pets import create_pet
from coterie.actions.user_relationships import create_user_relationship
from coterie.model.contact_sheets import Part
from coterie.model.relationships import type_id
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store import (
    addresses,
    attachments,
    contact_relationships,
    dates,
    folders,
    gifts,
    handles,
    interactions,
    notes,
    pets,
    properties,
    terms,
    user_relationships,
)
from coterie.store.contact_sheets import load_sheets, sheets_of
from coterie.store.contacts import list_all_contacts
from coterie.store.database import Tx

PARTS: tuple[Part, ...] = get_args(Part)


@pytest.fixture
def full(world: World, tmp_path: Path) -> World:
    add_everything(world, tmp_path)
    with world.database.write() as tx:
        for caller in (world.alice, world.bob):
            create_note(tx, caller, {"text": "Mine", "is_personal": True, "contacts": [world.marge.uuid]})
        create_pet(tx, world.alice, world.homer.id, {"name": "Pinchy", "second_owner": world.marge.uuid})
        create_pet(tx, world.alice, world.marge.id, {"name": "Stampy"})
        create_gift(tx, world.alice, world.marge.id, {"name": "Vacuum", "status": "given"})
        fields = {"contact": world.marge.uuid, "type_id": type_id("Friend")}
        for caller in (world.alice, world.bob):
            create_user_relationship(tx, caller, fields)
    return world


def lists(tx: Tx, world: World, contact_id: int) -> dict[str, Any]:
    """What the lists of the nouns say of one contact."""
    organization_id, alice = world.organization.id, world.alice.user_id or ""
    of = (tx, organization_id, contact_id)
    return {
        "handles": handles.list_handles(*of),
        "addresses": addresses.list_addresses(*of),
        "dates": dates.list_dates(*of, limit=100),
        "folders": folders.list_folders_of(tx, organization_id, [contact_id]).get(contact_id, []),
        "tags": terms.list_terms_of_contact(tx, organization_id, TAGS, contact_id, limit=100),
        "hidden_tags": [
            term
            for term in terms.list_terms_of_contact(
                tx, organization_id, TAGS, contact_id, include_deleted=True, limit=100
            )
            if term.deleted_at
        ],
        "expertises": terms.list_terms_of_contact(tx, organization_id, EXPERTISES, contact_id, limit=100),
        "properties": properties.list_values_of(tx, organization_id, [contact_id]).get(contact_id, {}),
        "notes": notes.list_notes_of_contact(*of, reader_id=alice, limit=100),
        "gifts": gifts.list_gifts(*of, limit=100),
        "pets": pets.list_pets(*of, limit=100),
        "relationships": contact_relationships.list_contact_relationships(*of, limit=100),
        "user_relationships": [
            relationship
            for relationship in user_relationships.list_user_relationships(tx, organization_id, alice, limit=100)
            if relationship.contact_id == contact_id
        ],
        "attachments": attachments.list_attachments(*of, limit=100),
        "external_ids": [
            row[:]
            for row in tx.all(
                "SELECT source, external_id FROM external_ids WHERE organization_id = :o AND contact_id = :c"
                " ORDER BY source, external_id",
                {"o": organization_id, "c": contact_id},
            )
        ],
        "recent": interactions.list_recent_of(tx, organization_id, [contact_id]),
    }


def test_each_part_is_what_the_list_of_its_noun_says(full: World) -> None:
    with full.database.read() as tx:
        contacts = list_all_contacts(tx, full.organization.id, limit=100)
        sheets = sheets_of(tx, full.organization.id, contacts, PARTS, reader_id=full.alice.user_id)
        assert list(sheets) == [contact.id for contact in contacts]
        seen = set()
        for contact in contacts:
            sheet = sheets[contact.id]
            found = {part: getattr(sheet, part) for part in PARTS}
            values = {part: value if part == "properties" else list(value) for part, value in found.items()}
            assert values == lists(tx, full, contact.id)
            seen |= {part for part, value in found.items() if value}
            assert sheet.contact == contact
    # nothing above was about nothing
    assert seen == set(PARTS)


def test_a_personal_note_is_only_in_the_sheet_its_author_reads(full: World) -> None:
    with full.database.read() as tx:
        authors = {
            reader_id: {
                note.author_id
                for note in load_sheets(tx, full.organization.id, [full.marge.id], ["notes"], reader_id=reader_id)[
                    full.marge.id
                ].notes
                if note.is_personal
            }
            for reader_id in (full.alice.user_id, full.bob.user_id, None)
        }
    assert authors == {full.alice.user_id: {full.alice.user_id}, full.bob.user_id: {full.bob.user_id}, None: set()}


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self.tx, self.count = tx, 0

    def all(self, *arguments: Any) -> Any:
        self.count += 1
        return self.tx.all(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tx, name)


def test_one_query_for_each_part_whatever_the_number_of_contacts(full: World) -> None:
    with full.database.read() as tx:
        everyone = [contact.id for contact in list_all_contacts(tx, full.organization.id, limit=100)]
        for ids in ([full.marge.id], everyone):
            counting: Any = Counting(tx)
            load_sheets(counting, full.organization.id, ids, PARTS, reader_id=full.alice.user_id)
            assert counting.count == 1 + len(PARTS)


def test_what_is_deleted_or_of_another_organization_is_not_loaded(full: World) -> None:
    with full.database.write() as tx:
        delete_contact(tx, full.alice, full.homer.id)
        # ids count per organization: Moe's may be one of ours, so ours is asked for in his organization as well
        ours = load_sheets(tx, full.organization.id, [full.marge.id, full.homer.id, 4_000_000], [], to_change=True)
        theirs = load_sheets(tx, full.charlie.organization_id, [full.marge.id], PARTS)
        assert load_sheets(tx, full.organization.id, [], PARTS) == {}
    assert list(ours) == [full.marge.id]
    assert {sheet.contact.uuid for sheet in theirs.values()} <= {full.moe.uuid}


def test_a_part_that_was_not_loaded_is_never_taken_for_empty(full: World) -> None:
    with full.database.read() as tx:
        sheet = load_sheets(tx, full.organization.id, [full.marge.id], ["tags"])[full.marge.id]
    assert [tag.name for tag in sheet.tags] == ["Çırak"]
    with pytest.raises(AttributeError):
        _ = sheet.handles
