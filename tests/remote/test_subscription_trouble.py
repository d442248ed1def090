"""Servers in trouble: in the end both sides are the same, and nobody is lost or there twice."""

from collections.abc import Callable

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import BOOK, Answer, Scripted
from world import World

from coterie.actions.contacts import update_contact
from coterie.model.subscriptions import ACTIVE, BOUND, MIRROR, REJECTED, TWO_WAY, RemoteCard
from coterie.store.remote_cards import rename_remote_cards, save_remote_cards

COUNT = 25


def card_of(number: int, *lines: str) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", *lines, uid=f"p{number}")


def started(world: World, server: Scripted, direction: str = TWO_WAY) -> Book:
    """A subscription in sync with a book of 25 cards."""
    for number in range(COUNT):
        server.put(f"{number}.vcf", card_of(number))
    book = subscribe(world, server.url, direction=direction)
    book.start()
    return book


def check(book: Book, server: Scripted, job_title: str | None = None) -> None:
    """The book is in sync: every person is there once, and Person 0 has this job title on both sides."""
    people = [name for name in book.contacts() if name.startswith("Person")]
    assert len(people) == sum("FN:Person" in card for card in server.cards.values()) == COUNT
    assert len(book.cards()) == len(book.cards(BOUND)) == len(server.cards)
    assert (book.now.state, book.now.error) == (ACTIVE, None)
    assert book.contacts()["Person 0"].job_title == job_title
    assert (f"TITLE:{job_title}\r\n" in server.cards["0.vcf"]) is (job_title is not None)


@pytest.mark.parametrize("direction", [MIRROR, TWO_WAY])
@pytest.mark.parametrize("has_sync", [True, False])
def test_new_etags_of_the_same_cards_are_no_change(
    subscriber: World, scripted: Scripted, direction: str, has_sync: bool
) -> None:
    scripted.has_sync = has_sync
    book = started(subscriber, scripted, direction)
    before, written = book.contacts(), scripted.written()
    for name, card in list(scripted.cards.items()):
        scripted.put(name, card)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    counts = book.run()
    check(book, scripted, "Owner")
    assert (counts.taken, scripted.written()) == (1, written)
    changed = [name for name, contact in book.contacts().items() if contact.revision != before[name].revision]
    assert changed == ["Person 0"]


def test_a_card_that_was_not_served_once_is_asked_again(subscriber: World, scripted: Scripted) -> None:
    normal = scripted._with_data
    scripted._with_data = lambda name: "" if name == "0.vcf" else normal(name)  # type: ignore[method-assign]
    scripted.statuses["GET", "0.vcf"] = [403, 403]
    book = started(subscriber, scripted)
    (card,) = book.cards("rejected")
    assert card.href == f"{BOOK}0.vcf" and "403" in (card.reason or "")
    book.run()
    check(book, scripted)


def test_a_card_that_is_never_served_can_still_be_deleted(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted, MIRROR)
    normal = scripted._with_data
    scripted._with_data = lambda name: "" if name == "0.vcf" else normal(name)  # type: ignore[method-assign]
    scripted.statuses["GET", "0.vcf"] = [403, 403]
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    for _ in range(2):
        book.run()
        assert [card.etag for card in book.cards("rejected")] == [scripted.etag("0.vcf")]
    scripted.delete("0.vcf")
    book.run()
    assert "Person 0" not in book.contacts() and not book.cards("rejected")


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_run_that_is_broken_off_is_finished_by_the_next(subscriber: World, scripted: Scripted, status: int) -> None:
    book = started(subscriber, scripted)
    for number in range(COUNT // 2):
        scripted.put(f"{number}.vcf", card_of(number, "TITLE:Owner"))
    count = 0

    def answer(method: str, path: str, body: bytes) -> Answer | None:
        nonlocal count
        count += method in ("REPORT", "GET")
        return (status, {}, b"") if count > 1 else None

    scripted.answer = answer
    book.run()
    assert book.now.error_code == ("unauthorized" if status == 401 else "busy")
    scripted.answer = lambda *_: None
    book.run()
    check(book, scripted, "Owner")


@pytest.mark.parametrize("status", [400, 403, 500, 501])
def test_a_server_without_multiget_and_sync(subscriber: World, scripted: Scripted, status: int) -> None:
    scripted.has_sync = False
    scripted.answer = lambda method, *_: (status, {}, b"") if method == "REPORT" else None
    book = started(subscriber, scripted)
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    book.run()
    check(book, scripted, "Owner")


def test_an_etag_that_a_proxy_made_weak(subscriber: World, scripted: Scripted) -> None:
    strong = scripted.etag

    def matches(name: str, headers: dict[str, str]) -> bool:
        return headers.get("if-none-match") == "*" or headers.get("if-match") == strong(name)

    scripted.etag = lambda name: f"W/{strong(name)}"  # type: ignore[method-assign]
    scripted._matches = matches  # type: ignore[method-assign]
    book = started(subscriber, scripted)
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Owner"})
    book.run()
    check(book, scripted, "Owner")


def _lower(body: str) -> str:
    return body.replace(BOOK, BOOK.replace("b", "%62"))


def _as_urls(body: str) -> str:
    return body.replace(f">{BOOK}", f">http://127.0.0.1:{{port}}{BOOK}")


@pytest.mark.parametrize("spell", [_lower, _as_urls])
def test_hrefs_that_are_spelled_otherwise_are_the_same_cards(
    subscriber: World, scripted: Scripted, spell: Callable[[str], str]
) -> None:
    scripted.has_sync = False
    book = started(subscriber, scripted)
    port = scripted.url.split(":")[2].split("/")[0]
    respond = scripted.respond

    def respelled(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        status, fields, content = respond(method, path, headers, body)
        is_listing = status == 207 and method == "PROPFIND"
        return status, fields, spell(content.decode()).replace("{port}", port).encode() if is_listing else content

    scripted.respond = respelled  # type: ignore[method-assign]
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    counts = book.run()
    check(book, scripted, "Owner")
    assert counts.taken == 1


def test_a_book_that_is_gone_for_a_while(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted)
    scripted.answer = lambda *_: (404, {}, b"")
    book.run()
    assert book.now.error_code == "no_book"
    scripted.answer = lambda *_: None
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    book.run()
    check(book, scripted, "Owner")


def test_a_book_that_moved_is_followed(subscriber: World, scripted: Scripted) -> None:
    book = started(subscriber, scripted)
    respond = scripted.respond

    def moved(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.startswith(BOOK):
            return 301, {"Location": path.replace(BOOK, "/new/place/")}, b""
        body = body.replace(b"/new/place/", BOOK.encode())
        status, fields, content = respond(method, path.replace("/new/place/", BOOK), headers, body)
        return status, fields, content.replace(BOOK.encode(), b"/new/place/")

    scripted.respond = moved  # type: ignore[method-assign]
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    counts = book.run()
    check(book, scripted, "Owner")
    assert (counts.taken, counts.deleted_here, book.now.url.endswith("/new/place/")) == (1, 0, True)
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Boss"})
    book.run()
    check(book, scripted, "Boss")


@pytest.mark.parametrize("after", ["/new/", f"{BOOK}inner/"])
def test_names_of_a_moved_book_that_are_taken_stay(subscriber: World, scripted: Scripted, after: str) -> None:
    book = started(subscriber, scripted, MIRROR)
    ids = subscriber.organization.id, book.now.id
    with subscriber.database.write() as tx:
        taken = [RemoteCard(f"{after}{number}.vcf", None, None, "", state=REJECTED) for number in (0, 1)]
        save_remote_cards(tx, *ids, taken)
        rename_remote_cards(tx, *ids, BOOK, after)
    names = {f"{after}{number}.vcf" for number in range(COUNT)} | {f"{BOOK}0.vcf", f"{BOOK}1.vcf"}
    assert {card.href for card in book.cards()} == names
