"""A device that deletes many contacts: each owner gets one mail that says how to restore them."""

import pytest
from msgspec.structs import replace
from smtp_server import Inbox
from world import World

from coterie.actions.contacts import create_contact, delete_contact
from coterie.actions.deletions import note_deletion, restore_deletions
from coterie.actions.devices import add_device
from coterie.actions.members import change_role
from coterie.model.organizations import MEMBER, OWNER
from coterie.settings import Settings
from coterie.store.deletions import list_bundles
from coterie.worker import owner_mail
from coterie.worker.loop import Worker


@pytest.fixture
def home(fresh_world: World) -> World:
    """A world of its own: the queue is everyone's."""
    return fresh_world


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
    (message,) = [
        message for _, message in inbox.messages if message["Subject"] == "A device is deleting many contacts"
    ]
    text = message.get_content()
    assert f"coterie devices restore {bundle_id}" in text and "Marge's iPhone" in text and "14 of" in text


def test_few_or_restored_deletions_are_no_mail(home: World, smtp: Settings, inbox: Inbox) -> None:
    delete_many(home, 10)
    bundle_id = delete_many(home, 14)
    with home.database.write() as tx:
        restore_deletions(tx, home.alice, bundle_id)
    work(home, smtp)
    assert inbox.subjects == []


def test_members_who_are_no_owners_take_no_owners_place(
    home: World, smtp: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner_mail, "OWNERS_MAX", 1)
    with home.database.write() as tx:
        bob_email = tx.all("SELECT email FROM users WHERE id = :id", {"id": home.bob.user_id})[0][0]
        change_role(tx, home.alice, bob_email, OWNER)
        change_role(tx, home.alice, home.alice_email, MEMBER)
    delete_many(home, 14)
    work(home, smtp)
    assert [recipients for recipients, _ in inbox.messages] == [[bob_email]]


def work_again(home: World, smtp: Settings) -> None:
    with home.database.write() as tx:
        tx.run("UPDATE jobs SET run_at = '2026-01-01T00:00:00.000000Z' WHERE state = 'waiting'")
    work(home, smtp)


def test_an_owner_whose_mail_was_rejected_for_now_gets_it_later_and_no_owner_twice(
    home: World, smtp: Settings, inbox: Inbox
) -> None:
    with home.database.write() as tx:
        bob_email = tx.all("SELECT email FROM users WHERE id = :id", {"id": home.bob.user_id})[0][0]
        change_role(tx, home.alice, bob_email, OWNER)
    delete_many(home, 14)
    inbox.data_replies = {home.alice_email: "451 try again later"}
    work(home, smtp)
    assert [recipients for recipients, _ in inbox.messages] == [[bob_email]], (
        "one owner's mailbox delays no other's mail"
    )
    inbox.data_replies = {}
    work_again(home, smtp)
    work_again(home, smtp)
    assert [recipients for recipients, _ in inbox.messages] == [[bob_email], [home.alice_email]]
