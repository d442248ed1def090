"""A limit holds when several are added in one instant, on either engine."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from world import World, make_world

from coterie.actions import books, calendar_feeds, devices, invitations
from coterie.actions.folders import create_folder
from coterie.errors import Conflict, CoterieError
from coterie.model.organizations import MEMBER
from coterie.store.database import Database, Tx

ROUNDS, WRITERS, LIMIT = 10, 4, 2
Add = Callable[[Tx, World, int], Any]


def add_device(tx: Tx, world: World, number: int) -> None:
    devices.add_device(tx, world.bob, user_id=world.bob.user_id or "", name=f"Phone {number}")


def add_book(tx: Tx, world: World, number: int) -> None:
    books.add_folder_book(tx, world.alice, f"book-{number}", f"Folder {number}")


def add_feed(tx: Tx, world: World, number: int) -> None:
    calendar_feeds.create_feed(tx, world.alice, world.alice.user_id or "")


def add_invitation(tx: Tx, world: World, number: int) -> None:
    invitations.create_invitation(tx, world.alice, role=MEMBER)


def at_once(database: Database, world: World, add: Add) -> list[CoterieError]:
    """Four transactions that each add one in the same instant. Returns what they raised."""
    barrier, errors = threading.Barrier(WRITERS), list[CoterieError]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            with database.write() as tx:
                add(tx, world, number)
        except CoterieError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize(
    ("add", "module", "limit", "table"),
    [
        (add_device, devices, "DEVICES_MAX", "devices"),
        (add_book, books, "BOOKS_MAX", "books"),
        (add_feed, calendar_feeds, "FEEDS_MAX", "calendar_feeds"),
        (add_invitation, invitations, "INVITATIONS_MAX", "invitations"),
    ],
    ids=["devices", "books", "calendar feeds", "invitations"],
)
def test_of_four_that_are_added_in_one_instant_two_fit(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, add: Add, module: Any, limit: str, table: str
) -> None:
    monkeypatch.setattr(module, limit, LIMIT)
    world = make_world(fresh_database)
    for _ in range(ROUNDS):
        assert len(at_once(fresh_database, world, add)) == WRITERS - LIMIT
        with fresh_database.write() as tx:
            bound = {"id": world.organization.id}
            assert tx.one(f"SELECT count(*) FROM {table} WHERE organization_id = :id", bound) == (LIMIT,)
            tx.run(f"DELETE FROM {table} WHERE organization_id = :id", bound)


def test_a_folder_has_one_book_when_several_devices_make_it_in_one_instant(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    for number in range(ROUNDS):
        with fresh_database.write() as tx:
            create_folder(tx, world.alice, f"Shared {number}")

        def add(tx: Tx, world: World, writer: int, number: int = number) -> None:
            books.add_book(tx, world.alice, "folder", f"Shared {number}", name=f"{number}-{writer}")

        errors = at_once(fresh_database, world, add)
        assert [type(error) for error in errors] == [Conflict] * (WRITERS - 1)
