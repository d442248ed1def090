"""Merges of two tags, expertises or folders. On both engines."""

import pytest
from world import World

from coterie.actions.folders import create_folder, set_folders
from coterie.actions.name_merges import merge_folders, merge_terms
from coterie.actions.notes import create_note
from coterie.actions.terms import create_term, put_on_contact, restore_term
from coterie.errors import Invalid, NotFound
from coterie.model.terms import EXPERTISES, TAGS, Vocabulary
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.folders import list_folders, list_folders_of
from coterie.store.terms import find_term, list_terms_of


def revision(tx: Tx, world: World, contact_id: int) -> int:
    contact = find_contact(tx, world.organization.id, contact_id)
    assert contact is not None
    return contact.revision


@pytest.mark.parametrize("vocabulary", [TAGS, EXPERTISES], ids=lambda vocabulary: vocabulary.noun)
def test_the_contacts_of_one_term_get_the_other(world: World, vocabulary: Vocabulary) -> None:
    with world.database.write() as tx:
        one, into = (create_term(tx, world.alice, vocabulary, name) for name in ("Chess", "Board games"))
        put_on_contact(tx, world.alice, vocabulary, world.marge.id, one.id)
        put_on_contact(tx, world.alice, vocabulary, world.homer.id, one.id)
        put_on_contact(tx, world.alice, vocabulary, world.homer.id, into.id)
        before = revision(tx, world, world.marge.id)
    with world.database.write() as tx:
        assert merge_terms(tx, world.alice, vocabulary, one.id, into.id) == 2
    with world.database.read() as tx:
        found = list_terms_of(tx, world.organization.id, vocabulary, [world.marge.id, world.homer.id])
        assert [[each.name for each in found[id_]] for id_ in (world.marge.id, world.homer.id)] == [["Board games"]] * 2
        merged = find_term(tx, world.organization.id, vocabulary, into.id)
        assert merged is not None and merged.contact_count == 2
        assert revision(tx, world, world.marge.id) > before
    with world.database.write() as tx:
        assert restore_term(tx, world.alice, vocabulary, one.id).contact_count == 2
        with pytest.raises(Invalid):
            merge_terms(tx, world.alice, vocabulary, into.id, into.id)
        with pytest.raises(NotFound):
            merge_terms(tx, world.charlie, vocabulary, one.id, into.id)


def test_a_merged_tag_stays_on_notes(world: World) -> None:
    with world.database.write() as tx:
        one, into = (create_term(tx, world.alice, TAGS, name) for name in ("Chess", "Board games"))
        fields = {"text": "Plays", "contacts": [world.marge.uuid], "tags": [one.id]}
        create_note(tx, world.alice, fields)
        merge_terms(tx, world.alice, TAGS, one.id, into.id)
        row = tx.one("SELECT count(*) FROM note_tags WHERE tag_id = :id", {"id": into.id})
    assert row == (1,)


def test_the_contacts_of_one_folder_are_put_into_the_other(world: World) -> None:
    with world.database.write() as tx:
        one, into = (create_folder(tx, world.alice, name) for name in ("Neighbours", "Friends"))
        set_folders(tx, world.alice, world.marge.id, [one.id])
        set_folders(tx, world.alice, world.homer.id, [one.id, into.id])
        assert merge_folders(tx, world.alice, one.id, into.id) == 2
    with world.database.read() as tx:
        assert [(each.name, each.contact_count) for each in list_folders(tx, world.organization.id, limit=9)] == [
            ("Friends", 2)
        ]
        found = list_folders_of(tx, world.organization.id, [world.marge.id])
        assert [name for _, name, _ in found[world.marge.id]] == ["Friends"]
