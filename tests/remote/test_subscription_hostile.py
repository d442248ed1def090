"""Servers that lie, hang or attack: a subscription says what is wrong, and nothing is lost."""

import gzip
import time
from collections.abc import Callable, Iterator

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import BOOK, Answer, Scripted, found, multistatus
from world import World, make_world

from coterie import outgoing
from coterie.model.subscriptions import ACTIVE, TWO_WAY, path_of
from coterie.remote import client as clients
from coterie.remote import xml
from coterie.remote.client import Client
from coterie.remote.discovery import find_books, first_url
from coterie.remote.errors import RemoteError
from coterie.settings import Settings
from coterie.store.database import open_database

RULES = outgoing.parse_rules("127.0.0.0/8")
ENTITIES = b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
BOMB = b"<!DOCTYPE x [" + ENTITIES + b']><multistatus xmlns="DAV:">&b;</multistatus>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><multistatus xmlns="DAV:">&a;</multistatus>'
DEEP = b"<a>" * 100 + b"</a>" * 100
HREF = f"<d:response><d:href>{BOOK}x.vcf</d:href></d:response>"
HEADERS = {"Content-Type": "application/xml"}


@pytest.fixture
def book(subscriber: World, scripted: Scripted) -> Book:
    """A subscription in sync with a book of three cards, one of which has changed since."""
    for number in range(3):
        scripted.put(f"{number}.vcf", card_of(number))
    book = subscribe(subscriber, scripted.url, direction=TWO_WAY)
    book.start()
    assert book.now.state == ACTIVE and people(book) == 3
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    return book


def card_of(number: int, *lines: str) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", *lines, uid=f"p{number}")


def people(book: Book) -> int:
    return sum(name.startswith("Person") for name in book.contacts())


def reports(body: bytes, code: int = 207, **headers: str) -> Callable[[str, str, bytes], Answer | None]:
    """Answers every report with this body."""
    return lambda method, *_: (code, {**HEADERS, **headers}, body) if method == "REPORT" else None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (BOMB, "bad_response"), (EXTERNAL, "bad_response"), (DEEP, "bad_response"), (b"", "bad_response"),
        (b"<html>Sign in</html>", "bad_response"), (b"\xff\xfe<multistatus", "bad_response"), (b"{}", "bad_response"),
        (multistatus(HREF * (xml.RESPONSES_MAX + 1))[2], "too_many_cards"),
    ],
    ids=["bomb", "entity", "deep", "empty", "page", "bytes", "json", "hrefs"],
)  # fmt: skip
def test_a_response_that_is_no_listing_changes_nothing(book: Book, scripted: Scripted, body: bytes, code: str) -> None:
    token = book.now.sync_token
    scripted.answer = reports(body)
    book.run()
    assert (book.now.error_code, book.now.sync_token, people(book)) == (code, token, 3)
    scripted.answer = lambda *_: None
    book.run()
    assert book.now.error is None and book.contacts()["Person 0"].job_title == "Owner"


def test_a_large_response_is_not_read_to_its_end(book: Book, scripted: Scripted) -> None:
    body = multistatus("<x>" + "a" * (clients.RESPONSE_BYTES_MAX + 1) + "</x>")[2]
    scripted.answer = reports(body)
    book.run()
    assert book.now.error_code == "too_large" and people(book) == 3


def test_a_compressed_response_is_rejected(book: Book, scripted: Scripted) -> None:
    scripted.answer = reports(gzip.compress(b" " * 10_000_000), **{"Content-Encoding": "gzip"})
    book.run()
    assert book.now.error_code == "bad_response" and people(book) == 3


def test_a_slow_response_ends(book: Book, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "RESPONSE_SECONDS_MAX", 0.0)
    scripted.answer = lambda method, *_: time.sleep(0.05) if method == "REPORT" else None
    book.run()
    assert book.now.error_code == "too_slow" and people(book) == 3


@pytest.mark.parametrize(
    "card",
    [
        b"BEGIN:VCARD\r\nFN:\xff\xfe\r\nEND:VCARD\r\n", b"no card", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\n",
        card_of(0).encode() * 2, b"BEGIN:VCARD\r\n" + b"X-A:1\r\n" * 3000 + b"END:VCARD\r\n",
    ],
    ids=["bytes", "text", "no end", "two", "lines"],
)  # fmt: skip
def test_a_card_that_is_none_is_rejected_and_the_others_go_on(book: Book, scripted: Scripted, card: bytes) -> None:
    scripted.put("1.vcf", card_of(1, "TITLE:Owner"))
    wrong = (200, {"ETag": '"x"'}, card)
    scripted.answer = lambda method, path, _: wrong if method == "GET" and "0.vcf" in path else None
    normal = scripted._with_data

    def without(name: str) -> str:
        return "" if name == "0.vcf" else normal(name)

    scripted._with_data = without  # type: ignore[method-assign]
    book.run()
    assert book.contacts()["Person 1"].job_title == "Owner" and people(book) == 3
    (rejected,) = book.cards("rejected")
    assert rejected.href == f"{BOOK}0.vcf" and rejected.reason and book.now.error is None
    assert "TITLE" in scripted.cards["0.vcf"], "nothing was written there"
    scripted.answer, scripted._with_data = lambda *_: None, normal  # type: ignore[method-assign]
    scripted.put("0.vcf", card_of(0, "TITLE:Boss"))
    book.run()
    assert book.contacts()["Person 0"].job_title == "Boss" and not book.cards("rejected")


def test_hrefs_outside_the_book_are_ignored(book: Book, scripted: Scripted) -> None:
    hrefs = [
        "http://evil.example/book/x.vcf", "/other/x.vcf", "/book/../etc/x.vcf", "/book/%2e%2e/x.vcf", "//evil/book/x",
        "/book/a%0ab.vcf", "", "javascript:alert(1)", "/book/" + "x" * 3000,
    ]  # fmt: skip
    rows = "".join(found(href, '<d:getetag>"1"</d:getetag>') for href in hrefs)
    scripted.answer = reports(multistatus(rows, "urn:token:99")[2])
    book.run()
    assert book.now.error is None and people(book) == 3
    assert all(path.startswith(BOOK) and ".." not in path for _, path, _ in scripted.requests)


def test_the_password_is_sent_to_no_other_host(scripted: Scripted) -> None:
    other = Scripted()
    try:
        for code in (301, 302, 307, 308):
            scripted.answer = lambda *_, code=code: (code, {"Location": other.url}, b"")  # type: ignore[misc]
            with Client(scripted.url, "u", "p", RULES) as client, pytest.raises(RemoteError) as error:
                find_books(client)
            assert error.value.code == "other_host" and other.url in error.value.message
        home = found(BOOK, f"<c:addressbook-home-set><d:href>{other.url}</d:href></c:addressbook-home-set>")
        scripted.answer = lambda *_: multistatus(home)
        with Client(scripted.url, "u", "p", RULES) as client, pytest.raises(RemoteError) as error:
            find_books(client)
        assert error.value.code == "other_host" and not other.requests
    finally:
        other.close()


def test_a_book_on_another_host_gets_no_password(subscriber: World, scripted: Scripted) -> None:
    other, kind = Scripted(), "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>"
    try:
        for name in (other.url, other.url.removeprefix("http:"), other.url.replace("http:", "https:")):
            listing = multistatus(found(name, kind))
            scripted.answer = lambda *_, listing=listing: listing  # type: ignore[misc]
            book = subscribe(subscriber, scripted.url, username=name.replace(":", ""))
            book.run()
            assert (book.now.error_code, book.now.url, other.requests) == ("other_host", scripted.url, [])
    finally:
        other.close()


def test_endless_redirects_end(scripted: Scripted) -> None:
    scripted.answer = lambda method, path, _: (302, {"Location": path + "x/"}, b"")
    with Client(scripted.url, "u", "p", RULES) as client, pytest.raises(RemoteError) as error:
        find_books(client)
    assert error.value.code == "redirects" and len(scripted.requests) <= clients.REDIRECTS_MAX + 1


def test_a_wrong_password_is_a_sentence(book: Book, scripted: Scripted) -> None:
    scripted.answer = lambda *_: (401, {}, b"")
    book.run()
    assert book.now.error_code == "unauthorized" and "app password" in (book.now.error or "") and people(book) == 3


def test_a_sync_that_never_ends_is_an_error(book: Book, scripted: Scripted) -> None:
    truncated = f"<d:response><d:href>{BOOK}</d:href><d:status>HTTP/1.1 507 x</d:status></d:response>"
    same = multistatus(truncated, "urn:t:1")
    scripted.answer = reports(same[2])
    book.run()
    assert book.now.error_code == "bad_response" and people(book) == 3


@pytest.fixture
def private(settings: Settings) -> Iterator[World]:
    """An instance whose operator allows no private network."""
    database = open_database(settings)
    yield make_world(database)
    database.close()


def test_a_private_server_is_called_only_if_the_operator_allows_it(private: World, scripted: Scripted) -> None:
    scripted.put("0.vcf", card_of(0))
    book = subscribe(private, scripted.url)
    book.run()
    assert book.now.error_code == "not_allowed" and not scripted.requests
    assert "the operator allows others with COTERIE_OUTGOING_ALLOWED" in (book.now.error or "")


@pytest.mark.parametrize("text", ["", "ftp://x.example/", "http://", "https://user:p@x.example/", "a b", "file:///etc"])
def test_an_address_that_cannot_be_used_is_rejected(text: str) -> None:
    with pytest.raises(RemoteError) as error:
        first_url(text)
    assert error.value.is_lasting


def test_one_spelling_for_each_path() -> None:
    base = "https://x.example/book/"
    assert path_of("/book/a%40b.vcf", base) == path_of("https://x.example/book/a@b.vcf", base) == "/book/a@b.vcf"
    assert path_of("http://x.example:80/book/a.vcf", base) == path_of("https://x.example:443/book/a.vcf", base)
    assert path_of("http://x.example/book/a.vcf", base) == "/book/a.vcf"
    assert path_of("https://x.example:444/book/a.vcf", base) is path_of("ftp://x.example/book/a.vcf", base) is None
    assert path_of("ä b.vcf", base) == path_of("/book/%C3%A4%20b.vcf", base) == "/book/%C3%A4%20b.vcf"
    assert path_of("https://x.example:444/book/a", base) is None
