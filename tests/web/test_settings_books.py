"""The settings of phones: books of folders, tags and segments, and what phones deleted."""

import re

import pytest
from msgspec.structs import replace
from test_settings_connections import at, bob
from visitor import Visitor, text_of
from world import World

from coterie.actions.cards import delete_card
from coterie.actions.contacts import create_contact
from coterie.actions.deletions import note_deletion
from coterie.actions.devices import add_device
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.segments import create_segment
from coterie.actions.terms import create_term
from coterie.model.terms import TAGS
from coterie.store.books import list_books
from coterie.store.contacts import count_contacts
from coterie.worker.loop import Worker

__all__ = ["bob"]


def test_books_are_added_and_removed(alice: Visitor, bob: Visitor, world: World) -> None:
    with world.database.write() as tx:
        folder = create_folder(tx, world.alice, "Family")
        set_folders(tx, world.alice, world.marge.id, [folder.id])
        create_term(tx, world.alice, TAGS, "Chess")
        create_segment(tx, world.alice, "Reachable", "has:email")
    page = at(world, "books")
    assert {"Family", "Chess", "Reachable"} <= set(re.findall(r"value=\"\w+:(\w+)\"", alice.get(page).body.decode()))
    for book in ("folder:Family", "tag:Chess", "segment:Reachable", "personal:"):
        assert alice.post(page, book=book).status == 303
    shown = text_of(alice.get(page))
    assert "Family Folder, 1 card" in shown and "Reachable Segment" in shown and "Read only" in shown
    assert 'value="folder:Family"' not in alice.get(page).body.decode()
    assert "Personal Only" not in text_of(bob.get(page))
    assert alice.post(page, book="folder:Family").status == 409
    assert alice.post(page, book="folder:Nobody").status == 404
    assert alice.post(page, book="everybody:x").status == 422
    with world.database.read() as tx:
        books = {book.title: book.id for book in list_books(tx, world.organization.id)}
    assert bob.post(f"{page}/{books['Personal']}/remove").status == 404
    assert bob.post(f"{page}/{books['Family']}/remove").status == 303
    assert alice.post(f"{page}/{books['Family']}/remove").status == 404
    assert "Family Folder" not in text_of(alice.get(page))


def delete_by_device(world: World, count: int) -> None:
    """A device deletes so many contacts, until it is held."""
    with world.database.write() as tx:
        device_id, _ = add_device(tx, world.alice, user_id=world.alice.user_id or "", name="iPhone")
        ids = [create_contact(tx, world.alice, {"real_name": f"Member {number}"}).id for number in range(count)]
        caller = replace(world.alice, via="carddav", token_id=device_id)
        for contact_id in ids:
            note_deletion(tx, caller, contact_id)
            delete_card(tx, caller, contact_id)


@pytest.mark.parametrize("at_once", [500, 5])
def test_deletions_that_are_held_are_decided_and_restored(
    alice: Visitor, world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("coterie.actions.deletions.AT_ONCE_MAX", at_once)
    delete_by_device(world, 50)
    today = f"/{world.organization.id}/today"
    assert "A phone wants to delete most people" in text_of(alice.get(today))
    page = alice.get(at(world, "devices"))
    assert "50 people of 52" in text_of(page) and "Further deletions wait" in text_of(page)
    (allow,) = re.findall(r'action="([^"]+/allow)"', page.body.decode())
    assert alice.post(allow).status == 303
    assert "A phone wants" not in text_of(alice.get(today))
    assert alice.post(allow).status == 409
    (restore,) = re.findall(r'action="([^"]+/restore)"', page.body.decode())
    assert alice.post(restore).status == 303
    if at_once < 50:
        assert "Being restored" in text_of(alice.get(at(world, "devices")))
        worker = Worker(world.database, world.database.settings)
        while worker.run_one():
            pass
    assert "Restored." in text_of(alice.get(at(world, "devices")))
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 52
    assert alice.post(at(world, "devices", "deletions", "nothing", "restore")).status == 404
