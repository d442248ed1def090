"""Two instances that subscribe to each other, and books that share contacts: nothing doubles, nothing echoes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from carddav.dav_client import make_card
from carddav.programs import serving
from databases import make_settings
from remote.books import Book, allowing, subscribe
from remote.scripted import Scripted
from world import World, make_world

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.devices import add_device
from coterie.model.cards import ALL_CONTACTS, membership_uuid
from coterie.model.subscriptions import MIRROR, TWO_WAY
from coterie.store.database import open_database
from coterie.store.organizations import find_user

pytestmark = pytest.mark.slow


def book_of(world: World, url: str) -> tuple[str, str, str]:
    """(URL, user name, password) of Alice's book on her server."""
    with world.database.write() as tx:
        user = find_user(tx, world.alice.user_id or "")
        assert user is not None
        _, password = add_device(tx, world.alice, user_id=user.id, name="peer", is_read_only=False)
    member = membership_uuid(world.organization.uuid, user.id)
    return f"{url}/dav/books/{member}/{ALL_CONTACTS}/", user.email, password


@pytest.fixture
def other(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A small world in another instance."""
    folder = tmp_path / "other"
    folder.mkdir()
    database = open_database(allowing(make_settings(engine, folder, request)))
    yield make_world(database)
    database.close()


def test_two_instances_subscribed_to_each_other_have_each_contact_once(subscriber: World, other: World) -> None:
    with (
        serving(subscriber.database.settings) as first_url,
        serving(other.database.settings) as second_url,
    ):
        with subscriber.database.write() as tx:
            create_contact(tx, subscriber.alice, {"real_name": "Lenny Leonard", "email": "lenny@example.org"})
        with other.database.write() as tx:
            create_contact(tx, other.alice, {"real_name": "Carl Carlson", "phone": "+1 800 555 0101"})
        books: list[Book] = []
        for here, there, url in ((subscriber, other, second_url), (other, subscriber, first_url)):
            address, user, password = book_of(there, url)
            books.append(subscribe(here, address, username=user, password=password, direction=TWO_WAY))
        for book in books * 2:
            book.start() if book.now.state == "new" else book.run()
        names = ["Carl Carlson", "Homer Simpson", "Lenny Leonard", "Marge Simpson"]
        assert [sorted(book.contacts()) for book in books] == [names, names]
        with other.database.write() as tx:
            update_contact(tx, other.alice, books[1].contacts()["Lenny Leonard"].id, {"job_title": "Technician"})
        with subscriber.database.write() as tx:
            update_contact(tx, subscriber.alice, books[0].contacts()["Carl Carlson"].id, {"nickname": "Carl"})
        for book in books * 2:
            book.run()
        for book in books:
            assert book.contacts()["Lenny Leonard"].job_title == "Technician"
            assert book.contacts()["Carl Carlson"].nickname == "Carl"
        quiet = [book.run() for book in books]
        assert [(c.taken, c.written, c.deleted_here, c.deleted_there) for c in quiet] == [(0, 0, 0, 0)] * 2
        assert [sorted(book.contacts()) for book in books] == [names, names]


def test_the_contacts_of_one_book_do_not_get_into_another(subscriber: World, scripted: Scripted) -> None:
    second = Scripted()
    try:
        scripted.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"))
        second.put("barney.vcf", make_card("FN:Barney", "N:;Barney;;;", uid="barney"))
        books = [subscribe(subscriber, each.url, direction=TWO_WAY) for each in (scripted, second)]
        for book in books:
            book.start()
        for book in books * 2:
            book.run()
        assert not any("Barney" in card for card in scripted.cards.values())
        assert not any("FN:Ned" in card for card in second.cards.values())
        assert {"Ned", "Barney"} <= set(books[0].contacts())
    finally:
        second.close()


def test_a_contact_in_two_books_gets_the_changes_of_both(subscriber: World, scripted: Scripted) -> None:
    second = Scripted()
    card = make_card("FN:Ned", "N:;Ned;;;", "EMAIL:ned@example.org", uid="ned")
    try:
        scripted.put("ned.vcf", card)
        second.put("n.vcf", card)
        books = [subscribe(subscriber, each.url, direction=TWO_WAY) for each in (scripted, second)]
        for book in books:
            book.start()
        scripted.put("ned.vcf", card.replace("UID", "TITLE:Owner\r\nUID"))
        for book in books * 2:
            book.run()
        assert "TITLE:Owner" in second.cards["n.vcf"]
        assert len(books[0].contacts()) == 3
        scripted.delete("ned.vcf")
        assert books[0].run().deleted_here == 0
        assert "Ned" in books[0].contacts() and "n.vcf" in second.cards
    finally:
        second.close()


def test_a_card_that_a_server_renames_is_the_same_contact(subscriber: World, scripted: Scripted) -> None:
    card = make_card("FN:Ned", "N:;Ned;;;", uid="ned")
    scripted.put("ned.vcf", card)
    book = subscribe(subscriber, scripted.url, direction=MIRROR)
    book.start()
    contact = book.contacts()["Ned"]
    scripted.delete("ned.vcf")
    scripted.put("moved.vcf", card.replace("UID", "TITLE:Owner\r\nUID"))
    assert book.run().deleted_here == 0
    after = book.contacts()["Ned"]
    assert (after.id, after.job_title) == (contact.id, "Owner")


def test_a_server_that_alters_cards_causes_no_echo(subscriber: World, scripted: Scripted) -> None:
    scripted.alters = lambda card: "".join(line for line in card.splitlines(True) if not line.startswith("NICKNAME"))
    scripted.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"))
    book = subscribe(subscriber, scripted.url, direction=TWO_WAY)
    book.start()
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Ned"].id, {"nickname": "Neddy", "job_title": "Owner"})
    assert book.run().written == 1
    quiet = book.run()
    assert (quiet.written, quiet.taken) == (0, 0)
    assert book.contacts()["Ned"].nickname == "Neddy", "what a server leaves out is not deleted here"
