"""coterie books, and what coterie devices does about deletions. On both engines."""

import json

import pytest
from msgspec.structs import replace
from test_account_commands import EMAIL, home, listed, run, said

from coterie.actions.callers import caller_for
from coterie.actions.cards import delete_card
from coterie.actions.contacts import create_contact
from coterie.actions.deletions import AT_ONCE_MAX, note_deletion
from coterie.actions.devices import add_device
from coterie.actions.folders import create_folder, set_folders
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.database import open_database
from coterie.store.deletions import list_bundles, save_bundle
from coterie.store.organizations import list_members
from coterie.worker.loop import Worker

__all__ = ["home"]
pytestmark = pytest.mark.slow


def people(home: Settings) -> list[int]:
    """Two contacts in the folder Family."""
    database = open_database(home)
    with database.write() as tx:
        caller = caller_for(tx, 1, via="web")
        folder = create_folder(tx, caller, "Family")
        ids = [create_contact(tx, caller, {"first_name": name}).id for name in ("Marge", "Homer")]
        for contact_id in ids:
            set_folders(tx, caller, contact_id, [folder.id])
    database.close()
    return ids


def test_a_folder_is_a_book_until_it_is_removed(home: Settings) -> None:
    marge, _ = people(home)
    assert "adds another" in said(home, "books", "list")
    assert said(home, "books", "add", "folder", "Family") == "Phones see the folder book Family with 2 cards.\n"
    assert said(home, "books", "add", "personal", "--user", EMAIL).startswith("Phones see the personal book")
    assert run(home, "books", "add", "folder", "Family").stderr == "coterie: This folder already has a book\n"
    assert run(home, "books", "add", "folder", "x").stderr == "coterie: There is no folder x\n"
    assert "personal book is a member's" in run(home, "books", "add", "personal").stderr
    assert said(home, "books", "never", str(marge)) == "Phones do not show the contact.\n"
    assert [(book["name"], book["card_count"]) for book in listed(home, "books", "list")] == [
        ("Family", 1), ("Personal", 0),
    ]  # fmt: skip
    said(home, "books", "always", str(marge))
    assert "Family" in said(home, "books", "list")
    assert listed(home, "books", "list")[0]["card_count"] == 2
    said(home, "books", "remove", "personal", "--user", EMAIL)
    said(home, "books", "remove", "folder", "Family")
    assert listed(home, "books", "list") == []
    assert run(home, "books", "remove", "folder", "Family").returncode == 1


def test_deletions_of_a_device_are_listed_and_restored(home: Settings) -> None:
    ids = people(home)
    device = json.loads(said(home, "device", "add", "iPhone", "--user", EMAIL, "--json"))["device_id"]
    assert said(home, "device", "deletions") == "No device has deleted a contact.\n"
    database = open_database(home)
    with database.write() as tx:
        caller = replace(caller_for(tx, 1, via="carddav"), token_id=device)
        for contact_id in ids:
            note_deletion(tx, caller, contact_id)
            delete_card(tx, caller, contact_id)
    database.close()
    (bundle,) = listed(home, "device", "deletions")
    assert (bundle["deleted_count"], bundle["is_held"]) == (2, False)
    assert "iPhone" in said(home, "device", "deletions")
    assert run(home, "device", "allow", bundle["id"]).stderr == "coterie: The deletions are not held\n"
    assert said(home, "device", "restore", bundle["id"]) == "2 contacts restored.\n"
    assert "restored" in said(home, "device", "deletions")


def test_the_worker_restores_deletions_that_are_many(home: Settings) -> None:
    ids = people(home)
    database = open_database(home)
    with database.write() as tx:
        alice = caller_for(tx, 1, via="web")
        user_id = list_members(tx, 1, limit=1)[0].user_id
        device_id, _ = add_device(tx, alice, user_id=user_id, name="iPhone")
        for contact_id in ids:
            note_deletion(tx, replace(alice, via="carddav", token_id=device_id), contact_id)
            delete_card(tx, alice, contact_id)
        (bundle,) = list_bundles(tx, 1, limit=10)
        save_bundle(tx, 1, replace(bundle, deleted_count=AT_ONCE_MAX + 1))
    assert said(home, "devices", "restore", bundle.id) == "501 contacts are being restored.\n"
    worker = Worker(database, home)
    while worker.run_one():
        pass
    with database.read() as tx:
        assert list_bundles(tx, 1, limit=10)[0].restored_at is not None
        assert count_contacts(tx, 1) == 2
    database.close()
