"""Reads the multistatus responses of WebDAV (RFC 4918, section 13) as they arrive.

Document types, and with them entities, are rejected. Sizes, depth and counts are limited; memory holds one property at
a time besides the result.
"""

from collections.abc import Iterable
from xml.parsers import expat  # with every declaration rejected
from xml.sax.saxutils import escape

from msgspec import Struct, field

from coterie.model.ids import parse_number
from coterie.remote.errors import RemoteError

DEPTH_MAX = 32
RESPONSES_MAX = 50_000
NAMES_MAX = 500
DAV, CARD, CS = "DAV:", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
PREFIXES = f'xmlns:d="{DAV}" xmlns:c="{CARD}" xmlns:s="{CS}"'


def dav(name: str) -> str:
    """The full name of an element of WebDAV."""
    return f"{{{DAV}}}{name}"


def card(name: str) -> str:
    """The full name of an element of CardDAV."""
    return f"{{{CARD}}}{name}"


class Value(Struct):
    """A property: its text, the hrefs in it, and the names of the elements in it."""

    pieces: list[str] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class ResourceResponse(Struct):
    """One resource. status: of the resource itself, if it has one; properties: the properties found."""

    href: str = ""
    status: int | None = None
    properties: dict[str, Value] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The text of a property without spaces around it; None if it is missing or empty."""
        value = self.properties.get(name)
        return (value.text.strip() or None) if value else None


class Multistatus(Struct):
    responses: list[ResourceResponse] = field(default_factory=list)
    sync_token: str | None = None
    # names of the elements in an error, and the hrefs in it
    error: Value = field(default_factory=Value)
    is_multistatus: bool = False


class Reader:
    """Parses the pieces of one body; finish() returns the result."""

    def __init__(self) -> None:
        self.result = Multistatus()
        self._path: list[str] = []
        self._response: ResourceResponse | None = None
        self._found: dict[str, Value] = {}
        self._status: int | None = None
        self._value: Value | None = None
        self._text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._reject
        self._parser.EntityDeclHandler = self._reject

    def feed(self, data: bytes) -> None:
        """Raises RemoteError if it is not XML or exceeds a limit."""
        self._parse(data, is_last=False)

    def finish(self) -> Multistatus:
        """Raises RemoteError as feed does, also for XML that breaks off."""
        self._parse(b"", is_last=True)
        return self.result

    def _parse(self, data: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(data, is_last)
        except (expat.ExpatError, ValueError, LookupError):
            raise RemoteError("bad_response", "The server's response is not well-formed XML") from None

    def _reject(self, *_: object) -> None:
        raise RemoteError("bad_response", "The server's response has a document type or entities")

    def _start(self, name: str, _: object) -> None:
        namespace, _, local = name.rpartition(" ")
        full = f"{{{namespace}}}{local}"
        if len(self._path) >= DEPTH_MAX:
            raise RemoteError("bad_response", "The server's response is nested too deeply")
        parent = self._path[-1] if self._path else ""
        self._path.append(full)
        self._text = []
        if self._value is not None:
            if len(self._value.names) < NAMES_MAX:
                self._value.names.add(full)
        elif parent == dav("prop") and self._response is not None:
            self._value = self._found.setdefault(full, Value())
        elif full == dav("error"):
            self._value = self.result.error
        elif full == dav("response"):
            if len(self.result.responses) >= RESPONSES_MAX:
                raise RemoteError("too_many_cards", f"The book has more than {RESPONSES_MAX:,} cards", is_lasting=True)
            self._response = ResourceResponse()
        elif full == dav("propstat"):
            self._found, self._status = {}, None
        elif full == dav("multistatus"):
            self.result.is_multistatus = True

    def _data(self, text: str) -> None:
        self._text.append(text)

    def _end(self, _: str) -> None:
        full = self._path.pop()
        parent = self._path[-1] if self._path else ""
        text, self._text = "".join(self._text), []
        if self._value is not None:
            if full == dav("href"):
                self._value.hrefs.append(text.strip())
            if (parent == dav("prop") and dav("propstat") in self._path[-2:-1]) or full == dav("error"):
                self._value.pieces.append(text)
                self._value = None
        elif self._response is not None:
            self._end_in_response(self._response, full, parent, text.strip())
        elif full == dav("sync-token"):
            self.result.sync_token = text.strip() or None

    def _end_in_response(self, response: ResourceResponse, full: str, parent: str, text: str) -> None:
        if full == dav("href") and not response.href:
            response.href = text
        elif full == dav("status"):
            if parent == dav("propstat"):
                self._status = status_of(text)
            else:
                response.status = status_of(text)
        elif full == dav("propstat") and self._status is not None and 200 <= self._status < 300:
            response.properties |= self._found
        elif full == dav("response"):
            self.result.responses.append(response)
            self._response = None


def status_of(line: str) -> int | None:
    """The status of "HTTP/1.1 200 OK"."""
    pieces = line.split(" ", 2)
    return parse_number(pieces[1]) if len(pieces) > 1 else None


def propfind(names: Iterable[str]) -> bytes:
    """The body of a PROPFIND for properties, named with the prefixes d, c and s."""
    return f"<d:propfind {PREFIXES}><d:prop>{''.join(f'<{name}/>' for name in names)}</d:prop></d:propfind>".encode()


def sync_collection(token: str | None) -> bytes:
    """The body of a sync-collection report (RFC 6578)."""
    return (
        f"<d:sync-collection {PREFIXES}><d:sync-token>{escape(token or '')}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    ).encode()


def multiget(paths: list[str]) -> bytes:
    """The body of an addressbook-multiget report (RFC 6352, section 8.7)."""
    hrefs = "".join(f"<d:href>{escape(path)}</d:href>" for path in paths)
    return (
        f"<c:addressbook-multiget {PREFIXES}><d:prop><d:getetag/><c:address-data/></d:prop>{hrefs}"
        "</c:addressbook-multiget>"
    ).encode()
