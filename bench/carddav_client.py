"""A CardDAV program for the benches: one kept-alive connection, and servers of others that speak the same protocol."""

import base64
import http.client
import re
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.processes import Server, serving

PROGRAMS = Path(sys.prefix) / "dav" / "bin"
FIRST_OTHER = 1_000_000
USER, OTHER_BOOK = "b@example.org", "/user/contacts/"
_NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
_HREF = re.compile(r"<(?:\w+:)?href>([^<]*\.vcf)</(?:\w+:)?href>")
_TOKEN = re.compile(r"<(?:\w+:)?sync-token>([^<]*)</(?:\w+:)?sync-token>")


class Program:
    """Calls one address book of a server. book: its path."""

    def __init__(self, port: int, book: str, password: str) -> None:
        self.book = book
        credentials = base64.b64encode(f"{USER}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "User-Agent": "bench"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        """(status, body) of a request."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body.encode(), self._headers | given)
        response = self._connection.getresponse()
        return response.status, response.read().decode()

    def put(self, number: int, *, note: str = "Met at the fair.", **headers: str) -> float:
        """Writes a card; returns the seconds. Raises RuntimeError unless the server accepts it."""
        path, card = f"{self.book}person-{number}.vcf", card_of(number, note)
        started = time.perf_counter()
        status, body = self.call("PUT", path, card, Content_Type="text/vcard; charset=utf-8", **headers)
        seconds = time.perf_counter() - started
        if status not in (201, 204):
            raise RuntimeError(f"status {status} for a PUT: {body[:200]}")
        return seconds

    def report(self, root: str, content: str, depth: str = "1") -> str:
        """The multistatus of a REPORT."""
        status, body = self.call(
            "REPORT", self.book, f"<{root} {_NAMES}>{content}</{root}>", Depth=depth, Content_Type="application/xml"
        )
        if status != 207:
            raise RuntimeError(f"status {status} for {root}: {body[:200]}")
        return body

    def sync(self, token: str = "") -> tuple[list[str], str]:
        """(the hrefs that changed, the next token) of a sync-collection."""
        level = "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
        body = self.report("D:sync-collection", f"<D:sync-token>{token}</D:sync-token>{level}", "0")
        return _HREF.findall(body), _TOKEN.findall(body)[-1]

    def multiget(self, hrefs: Sequence[str]) -> int:
        """The number of cards in the response."""
        wanted = "<D:prop><D:getetag/><C:address-data/></D:prop>"
        body = self.report("C:addressbook-multiget", wanted + "".join(f"<D:href>{href}</D:href>" for href in hrefs))
        return body.count("BEGIN:VCARD")

    def find(self, email: str) -> int:
        """The number of cards with an e-mail address, by addressbook-query."""
        match = f'<C:text-match collation="i;unicode-casemap" match-type="contains">{email}</C:text-match>'
        condition = f'<C:filter><C:prop-filter name="EMAIL">{match}</C:prop-filter></C:filter>'
        body = self.report("C:addressbook-query", f"<D:prop><D:getetag/><C:address-data/></D:prop>{condition}")
        return body.count("BEGIN:VCARD")


def card_of(number: int, note: str) -> str:
    """The card of a person as a phone writes it."""
    lines = (
        "BEGIN:VCARD", "VERSION:3.0", "PRODID:-//bench//EN", f"UID:person-{number}", f"FN:Ana Silva{number}",
        f"N:Silva{number};Ana;;;", f"ORG:Acme {number % 50}", f"EMAIL;TYPE=HOME:ana{number}@example.org",
        f"TEL;TYPE=CELL:+351 21 {number:07}", "ADR;TYPE=HOME:;;Rua da Boavista 12;Porto;;4050-102;Portugal",
        "BDAY:1980-01-02", f"NOTE:{note}", "END:VCARD", "",
    )  # fmt: skip
    return "\r\n".join(lines)


@contextmanager
def serving_other(name: str, folder: Path, count: int = 0) -> Iterator[tuple[Program, Server]]:
    """Radicale or Xandikos over an empty folder, with one address book.

    count: of the cards that Radicale's book has already. It reads the book for each card it writes, so that a rate is
    worth something only with the size of the book.
    """
    commands = {
        "radicale": lambda port: [
            str(PROGRAMS / "radicale"), "--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none",
            "--storage-filesystem-folder", str(folder),
        ],
        "xandikos": lambda port: [
            str(PROGRAMS / "xandikos"), "serve", "--no-detect-systemd", "--defaults", "-l", "127.0.0.1", "-p",
            str(port), "-d", str(folder),
        ],
    }  # fmt: skip
    book = {"radicale": f"/{USER}/contacts/", "xandikos": "/user/contacts/addressbook/"}[name]
    with serving(name, "", commands[name]) as server:
        program = Program(server.port, book, "any")
        if name == "radicale":
            kind = "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"
            body = f"<D:mkcol {_NAMES}><D:set><D:prop>{kind}</D:prop></D:set></D:mkcol>"
            program.call("MKCOL", book, body, Content_Type="application/xml")
            (cards,) = folder.rglob("contacts")
            for number in range(FIRST_OTHER, FIRST_OTHER + count):
                (cards / f"person-{number}.vcf").write_text(card_of(number, "Met before."), newline="")
            # the first new card makes it read and cache the others
            program.put(FIRST_OTHER + count)
        yield program, server


def program_of(server: Server, password: str) -> Program:
    """A program for the first address book of Coterie."""
    program = Program(server.port, "/dav/", password)
    wanted = f"<D:propfind {_NAMES}><D:prop><D:current-user-principal/></D:prop></D:propfind>"
    status, body = program.call("PROPFIND", "/dav/", wanted, Depth="0", Content_Type="application/xml")
    match = re.search(r"/dav/principals/([^/]+)/", body)
    if match is None:
        raise RuntimeError(f"status {status} for the first request")
    program.book = f"/dav/books/{match[1]}/contacts/"
    return program
