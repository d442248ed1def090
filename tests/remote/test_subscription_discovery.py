"""Books are found from any address of their server."""

import pytest
from remote.scripted import BOOK, Answer, Scripted, found, multistatus
from remote.servers import Server

from coterie import outgoing
from coterie.remote.client import Client
from coterie.remote.discovery import find_books, first_url
from coterie.remote.errors import RemoteError

RULES = outgoing.parse_rules("127.0.0.0/8")


@pytest.mark.slow
def test_real_servers_are_found_by_their_root(server: Server) -> None:
    for url in (server.root, server.url):
        with Client(url, "u" if "/u/" in server.url else "user", "p", RULES) as client:
            assert server.url in [book.url for book in find_books(client)]


def test_the_well_known_address_leads_to_the_book(scripted: Scripted) -> None:
    def answer(method: str, path: str, body: bytes) -> Answer | None:
        if path.startswith(BOOK):
            return None
        answers = {
            "/.well-known/carddav": (301, {"Location": "/dav/"}, b""),
            "/dav/": multistatus(
                found("/dav/", "<d:current-user-principal><d:href>/dav/me/</d:href></d:current-user-principal>")
            ),
            "/dav/me/": multistatus(
                found("/dav/me/", f"<c:addressbook-home-set><d:href>{BOOK}</d:href></c:addressbook-home-set>")
            ),
        }
        return answers.get(path, (404, {}, b""))

    scripted.answer = answer
    root = scripted.url.removesuffix(BOOK) + "/"
    with Client(root, "u", "p", RULES) as client:
        (book,) = find_books(client)
    assert (book.url, book.name, book.has_sync) == (scripted.url, "Friends", True)


def test_a_server_without_books_says_so(scripted: Scripted) -> None:
    scripted.answer = lambda *_: (404, {}, b"")
    with Client(scripted.url, "u", "p", RULES) as client, pytest.raises(RemoteError) as error:
        find_books(client)
    assert error.value.code == "no_book"


def test_a_domain_without_records_is_asked_itself() -> None:
    assert first_url("marge@nobody.invalid") == first_url("nobody.invalid") == "https://nobody.invalid/"
    assert first_url(" https://x.example/dav/ ") == "https://x.example/dav/"
