"""A device that deletes many contacts: each owner gets one mail that says how to restore them."""

import pytest
from msgspec.structs import replace
from smtp_server import Inbox
from world import World, make_world

from coterie.actions.contacts import create_contact, delete_contact
from coterie.actions.deletions import note_deletion, restore_deletions
from coterie.actions.devices import add_device
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.deletions import list_bundles
from coterie.worker.loop import Worker


@pytest.fixture
def home(fresh_database: Database) -> World:
    """A world of its own: the queue is everyone's."""
    return make_world(fresh_database)


def delete_many(home: World, count: int) -> str:
    """Deletes as a device does; returns the id of the bundle."""
    assert home.alice.user_id is not None
    with home.database.write() as tx:
        device_id, _ = add_device(tx, home.alice, user_id=home.alice.user_id, name="Marge's iPhone")
        caller = replace(home.alice, via="carddav", token_id=device_id)
        for contact in [create_contact(tx, home.alice, {"first_name": f"P{number}"}) for number in range(count)]:
            note_deletion(tx, caller, contact.id)
            delete_contact(tx, caller, contact.id)
        return list_bundles(tx, home.organization.id, limit=1)[0].id


def work(home: World, smtp: Settings) -> None:
    worker = Worker(home.database, smtp)
    while worker.run_one():
        pass


def test_many_deletions_are_mailed_once(home: World, smtp: Settings, inbox: Inbox) -> None:
    bundle_id = delete_many(home, 14)
    work(home, smtp)
    work(home, smtp)
    (message,) = [message for _, message in inbox.messages if message["Subject"] == "A device deletes many contacts"]
    text = message.get_content()
    assert f"coterie devices restore {bundle_id}" in text and "Marge's iPhone" in text and "14 of" in text


def test_few_or_restored_deletions_are_no_mail(home: World, smtp: Settings, inbox: Inbox) -> None:
    delete_many(home, 10)
    bundle_id = delete_many(home, 14)
    with home.database.write() as tx:
        restore_deletions(tx, home.alice, bundle_id)
    work(home, smtp)
    assert inbox.subjects == []
