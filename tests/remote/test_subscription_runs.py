"""Subscriptions to books on real servers: the first run with its preview, and the runs after it."""

import pytest
from carddav.dav_client import make_card
from remote.books import subscribe
from remote.servers import Server
from world import World

from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.model.subscriptions import ACTIVE, MIRROR, PREVIEW, TWO_WAY

pytestmark = pytest.mark.slow

NED = make_card(
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "item1.TEL:+1 800 555 0101", "item1.X-ABLabel:Leftorium",
    'X-ODD;X-P="a:b":1', "NOTE:Left-handed", uid="ned",
)  # fmt: skip
BARNEY = make_card("FN:Barney Gumble", "N:Gumble;Barney;;;", "EMAIL:barney@example.org", uid="barney-1")


def test_the_first_run_changes_no_contact_before_its_import_is_applied(server: Server, subscriber: World) -> None:
    server.put("ned.vcf", NED)
    book = subscribe(subscriber, server.url)
    book.run()
    assert book.now.state == PREVIEW and "Ned Flanders" not in book.contacts()
    book.run()
    assert book.now.state == PREVIEW
    book.apply()
    assert book.run().taken == 1
    assert book.now.state == ACTIVE and "Ned Flanders" in book.contacts()
    assert [card.own_body for card in book.cards("bound")] == [None]
    again = book.run()
    assert (again.taken, again.written) == (0, 0)


def test_a_mirror_takes_changes_and_writes_nothing(server: Server, subscriber: World) -> None:
    server.put("ned.vcf", NED)
    book = subscribe(subscriber, server.url, direction=MIRROR)
    book.start()
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Ned Flanders"].id, {"nickname": "Neddy"})
    server.put("ned.vcf", NED.replace("NOTE:Left-handed", "NOTE:Left-handed\r\nTITLE:Owner"))
    server.put("barney.vcf", BARNEY)
    counts = book.run()
    assert (counts.taken, counts.written, book.now.error) == (2, 0, None)
    ned = book.contacts()["Ned Flanders"]
    assert (ned.job_title, ned.nickname) == ("Owner", "Neddy")
    assert "NICKNAME" not in server.get("ned.vcf")
    assert book.contacts()["Barney Gumble"].email == "barney@example.org"


def test_two_ways_bring_both_sides_in_step(server: Server, subscriber: World) -> None:
    server.put("ned.vcf", NED)
    book = subscribe(subscriber, server.url, direction=TWO_WAY)
    book.start()
    assert book.now.error is None
    assert sorted(book.contacts()) == ["Homer Simpson", "Marge Simpson", "Ned Flanders"]
    assert len(server.names()) == 3, "the contacts of the organization are there"
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Ned Flanders"].id, {"nickname": "Neddy"})
        create_contact(tx, subscriber.alice, {"real_name": "Lenny Leonard", "email": "lenny@example.org"})
    server.put("ned.vcf", NED.replace("NOTE:", "TITLE:Owner\r\nNOTE:"))
    counts = book.run()
    assert (counts.rejected, counts.held, book.now.error) == (0, 0, None)
    card = server.get("ned.vcf").upper()
    for line in ("TITLE:Owner", "NICKNAME:Neddy", 'X-ODD;X-P="a:b":1', "item1.X-ABLabel:Leftorium"):
        assert line.upper() in card
    assert book.contacts()["Ned Flanders"].job_title == "Owner"
    assert any("lenny@example.org" in text for text in server.cards().values())
    quiet = book.run()
    assert (quiet.taken, quiet.written, quiet.deleted_here, quiet.deleted_there) == (0, 0, 0, 0)


def test_deletions_go_both_ways_and_can_be_restored(server: Server, subscriber: World) -> None:
    server.put("ned.vcf", NED)
    server.put("barney.vcf", BARNEY)
    book = subscribe(subscriber, server.url, direction=TWO_WAY)
    book.start()
    server.delete("ned.vcf")
    with subscriber.database.write() as tx:
        delete_contact(tx, subscriber.alice, book.contacts()["Barney Gumble"].id)
    counts = book.run()
    assert (counts.deleted_here, counts.deleted_there) == (1, 1)
    assert {"Ned Flanders", "Barney Gumble"}.isdisjoint(book.contacts())
    assert not {"ned.vcf", "barney.vcf"} & set(server.names())
