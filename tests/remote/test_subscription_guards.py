"""Runs that would do too much wait for a person, and failures lose nothing."""

from datetime import datetime

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import BOOK, Scripted, multistatus
from world import World

from coterie.actions.contacts import delete_contact, erase_contact, restore_contact, update_contact
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.actions.subscriptions import decide_cards, decide_run
from coterie.model.subscriptions import ACTIVE, ASK, DELETED_THERE, EMPTY, HELD, INCOMPLETE, MANY, MIRROR, TWO_WAY


def started(world: World, server: Scripted, count: int = 15, **fields: str) -> Book:
    """A subscription to a book of so many cards, in sync."""
    for number in range(count):
        server.put(f"{number}.vcf", card_of(number))
    book = subscribe(world, server.url, **fields)
    book.start()
    return book


def card_of(number: int, *lines: str) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", *lines, uid=f"p{number}")


def people(book: Book) -> int:
    return sum(name.startswith("Person") for name in book.contacts())


@pytest.mark.parametrize("decision", ["apply", "detach"])
def test_many_deletions_there_wait_for_a_decision(subscriber: World, scripted: Scripted, decision: str) -> None:
    book = started(subscriber, scripted)
    for number in range(11):
        scripted.delete(f"{number}.vcf")
    scripted.put("12.vcf", card_of(12, "TITLE:Owner"))
    book.run()
    held = book.now.held
    assert book.now.state == HELD and held and (held.code, held.removed, held.changed) == (MANY, 11, 1)
    assert "Person 0" in held.names and people(book) == 15 and book.contacts()["Person 12"].job_title is None
    book.run()
    assert book.now.state == HELD and people(book) == 15
    with subscriber.database.write() as tx:
        decide_run(tx, subscriber.alice, book.id, decision)
    counts = book.run()
    assert book.now.state == ACTIVE and book.contacts()["Person 12"].job_title == "Owner"
    assert (people(book), counts.deleted_here) == ((4, 11) if decision == "apply" else (15, 0))
    book.run()
    assert book.now.state == ACTIVE and people(book) == (4 if decision == "apply" else 15)


def test_many_deletions_here_wait_too(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, direction=TWO_WAY)
    with subscriber.database.write() as tx:
        for number in range(11):
            delete_contact(tx, subscriber.alice, book.contacts()[f"Person {number}"].id)
    book.run()
    assert book.now.state == HELD and book.now.held and book.now.held.deleted == 11 and "0.vcf" in scripted.cards
    with subscriber.database.write() as tx:
        decide_run(tx, subscriber.alice, book.id, "apply")
    assert book.run().deleted_there == 11 and "0.vcf" not in scripted.cards


def test_an_empty_listing_deletes_nobody(subscriber: World, scripted: Scripted) -> None:
    scripted.has_sync = False
    book = started(subscriber, scripted, count=3)
    kept, scripted.cards = scripted.cards, {}
    book.run()
    assert book.now.held and book.now.held.code == EMPTY and people(book) == 3
    scripted.cards = kept
    book.run()
    assert (book.now.state, book.now.held, people(book)) == (ACTIVE, None, 3)


def test_a_listing_with_errors_deletes_nobody(subscriber: World, scripted: Scripted) -> None:
    scripted.has_sync = False
    book = started(subscriber, scripted, count=3)
    scripted.delete("0.vcf")

    def broken(method: str, path: str, body: bytes) -> object:
        if method != "PROPFIND" or scripted.requests[-1][2]["depth"] != "1":
            return None
        code, headers, text = scripted._propfind("1")
        failed = f"<d:response><d:href>{BOOK}x.vcf</d:href><d:status>HTTP/1.1 500 x</d:status></d:response>"
        return code, headers, text.replace(b"</d:multistatus>", f"{failed}</d:multistatus>".encode())

    scripted.answer = broken  # type: ignore[assignment]
    book.run()
    assert book.now.held and book.now.held.code == INCOMPLETE and people(book) == 3
    scripted.answer = lambda *_: None
    assert book.run().deleted_here == 1


def test_a_contact_with_notes_stays_when_its_card_is_deleted(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY)
    with subscriber.database.write() as tx:
        contact = book.contacts()["Person 0"]
        create_note(tx, subscriber.alice, {"text": "Owes me a mower", "contacts": [contact.uuid]})
    scripted.delete("0.vcf")
    book.run()
    assert "Person 0" in book.contacts() and "0.vcf" not in scripted.cards
    book.run()
    assert "0.vcf" not in scripted.cards, "it is not created there again"


def test_a_conflict_is_held_if_the_user_wants_to_be_asked(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=2, direction=TWO_WAY, policy=ASK)
    for side, title in (("ours", "Here"), ("remote", "There")):
        scripted.put("0.vcf", card_of(0, "TITLE:There"))
        with subscriber.database.write() as tx:
            update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Here"})
        book.run()
        (card,) = book.cards("held")
        assert card.reason == "TITLE" and "TITLE:There" in scripted.cards["0.vcf"]
        assert book.contacts()["Person 0"].job_title == "Here"
        with subscriber.database.write() as tx:
            assert decide_cards(tx, subscriber.alice, book.id, side) == 1
        book.run()
        assert book.contacts()["Person 0"].job_title == title and f"TITLE:{title}" in scripted.cards["0.vcf"]
        assert not book.cards("held")
        scripted.put("0.vcf", card_of(0))
        book.run()


@pytest.mark.parametrize("status", [403, 409, 415, 413])
def test_a_card_that_the_server_rejects_does_not_stop_the_others(
    subscriber: World, scripted: Scripted, status: int
) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY)
    scripted.statuses["PUT", "0.vcf"] = [status, status]
    with subscriber.database.write() as tx:
        for number in range(2):
            update_contact(tx, subscriber.alice, book.contacts()[f"Person {number}"].id, {"job_title": "Owner"})
    assert book.run().written == 1
    assert "TITLE:Owner" in scripted.cards["1.vcf"] and "TITLE" not in scripted.cards["0.vcf"]
    assert [card.href for card in book.cards("rejected")] == [f"{BOOK}0.vcf"]
    assert book.contacts()["Person 0"].job_title == "Owner" and book.now.state == ACTIVE


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says_so(subscriber: World, scripted: Scripted, status: int) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY)
    scripted.statuses["PUT", "0.vcf"], scripted.headers = [status], {"Retry-After": "120"}
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Owner"})
    book.run()
    now = book.now
    assert now.error_code == "busy" and now.next_run_at and now.last_run_at
    waits = datetime.fromisoformat(now.next_run_at) - datetime.fromisoformat(now.last_run_at)
    assert waits.total_seconds() == 120
    assert book.run().written == 1 and "TITLE:Owner" in scripted.cards["0.vcf"] and book.now.error is None


def test_a_card_that_changed_there_since_is_merged_before_it_is_written(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=2, direction=TWO_WAY)
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Owner"})

    def change_first(method: str, path: str, body: bytes) -> None:
        if method == "PUT":
            scripted.answer = lambda *_: None
            scripted.put("0.vcf", card_of(0, "NICKNAME:Zero"))

    scripted.answer = change_first
    book.run()
    assert "TITLE:Owner" in scripted.cards["0.vcf"] and "NICKNAME:Zero" in scripted.cards["0.vcf"]
    assert book.contacts()["Person 0"].nickname == "Zero"


def test_a_token_moves_on_only_with_what_is_done(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3)
    token = book.now.sync_token
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    scripted.statuses["GET", "0.vcf"] = [500]
    book.run()
    assert book.now.error_code == "busy" and book.now.sync_token == token
    book.run()
    assert book.contacts()["Person 0"].job_title == "Owner" and book.now.sync_token == scripted.token()


def test_a_sync_in_pages_is_read_to_its_end(subscriber: World, scripted: Scripted) -> None:
    scripted.page = 4
    book = started(subscriber, scripted, count=15)
    assert people(book) == 15
    for number in range(9):
        scripted.put(f"{number}.vcf", card_of(number, "TITLE:Owner"))
    assert book.run().taken == 9


def test_an_expired_token_leads_to_a_whole_listing(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=5)
    scripted.delete("0.vcf")
    scripted.put("1.vcf", card_of(1, "TITLE:Owner"))
    scripted.oldest = scripted.change
    counts = book.run()
    assert (counts.taken, counts.deleted_here) == (1, 1)


def test_a_cut_off_response_changes_nothing(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    code, headers, text = multistatus("<d:response><d:href>/book/0.vcf</d:href>")
    scripted.answer = lambda method, *_: (code, headers, text[:-30]) if method == "REPORT" else None
    book.run()
    assert book.now.error_code == "bad_response" and people(book) == 3


def test_merged_contacts_have_one_card_there(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY)
    people = book.contacts()
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, people["Person 1"].id, {"email": "one@example.org"})
        merge_contacts(tx, subscriber.alice, people["Person 0"].id, [people["Person 1"].id], {})
    book.run()
    assert len(scripted.cards) == 4
    assert "1.vcf" not in scripted.cards and "one@example.org" in scripted.cards["0.vcf"]
    quiet = book.run()
    assert (quiet.written, quiet.taken, quiet.deleted_there) == (0, 0, 0)


def test_a_card_that_was_deleted_there_and_changed_here_is_asked_about(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY, policy=ASK)
    for side, is_there in (("ours", True), ("remote", False)):
        scripted.delete("0.vcf")
        with subscriber.database.write() as tx:
            title = f"Title {side}"
            update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": title})
        book.run()
        (card,) = book.cards("held")
        assert card.reason_code == DELETED_THERE and "Person 0" in book.contacts()
        with subscriber.database.write() as tx:
            decide_cards(tx, subscriber.alice, book.id, side)
        book.run()
        assert ("0.vcf" in scripted.cards, "Person 0" in book.contacts()) == (is_there, is_there)


def test_a_decision_to_detach_holds_if_less_is_to_be_done(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted)
    for number in range(11):
        scripted.delete(f"{number}.vcf")
    book.run()
    with subscriber.database.write() as tx:
        decide_run(tx, subscriber.alice, book.id, "detach")
    scripted.put("0.vcf", card_of(0))
    scripted.put("1.vcf", card_of(1))
    assert book.run().deleted_here == 0 and people(book) == 15 and book.now.state == ACTIVE


@pytest.mark.parametrize("direction", [MIRROR, TWO_WAY])
def test_an_erased_contact_does_not_come_back(subscriber: World, scripted: Scripted, direction: str) -> None:
    book = started(subscriber, scripted, count=3, direction=direction)
    with subscriber.database.write() as tx:
        erase_contact(tx, subscriber.alice, book.contacts()["Person 0"].id)
    (row,) = book.cards("erased")
    assert (row.remote_body, row.own_body, row.uid, row.contact_id) == ("", None, None, None)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    book.run()
    book.run()
    assert "Person 0" not in book.contacts()
    assert ("0.vcf" in scripted.cards) == (direction == MIRROR)


def test_a_contact_that_was_deleted_in_a_mirror_stays_deleted(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3)
    contact = book.contacts()["Person 0"]
    with subscriber.database.write() as tx:
        delete_contact(tx, subscriber.alice, contact.id)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    book.run()
    assert "Person 0" not in book.contacts()
    with subscriber.database.write() as tx:
        restore_contact(tx, subscriber.alice, contact.id)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner", "NICKNAME:Zero"))
    book.run()
    restored = book.contacts()["Person 0"]
    assert (restored.job_title, restored.nickname) == ("Owner", "Zero"), "changes in the meantime are not lost"


def test_a_restored_contact_is_written_there_again(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, count=3, direction=TWO_WAY)
    contact = book.contacts()["Person 0"]
    scripted.delete("0.vcf")
    assert book.run().deleted_here == 1
    with subscriber.database.write() as tx:
        restore_contact(tx, subscriber.alice, contact.id)
    assert book.run().written == 1 and "FN:Person 0" in scripted.cards["0.vcf"]
