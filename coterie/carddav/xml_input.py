"""Reads the XML of requests into a small tree.

Document types, and with them entities, are rejected. Depth and number of elements are limited; the time is linear.
"""

from collections.abc import Iterator
from xml.parsers import expat  # with every declaration rejected

from msgspec import Struct, field

from coterie.carddav.errors import DavError

DEPTH_MAX = 32
ELEMENTS_MAX = 200_000
DAV = "DAV:"
CARD = "urn:ietf:params:xml:ns:carddav"
XML = "http://www.w3.org/XML/1998/namespace"


class Element(Struct):
    """name: "{namespace}local"."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without that of its children."""
        return "".join(self.pieces)

    def find(self, name: str) -> "Element | None":
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator["Element"]:
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def text_of(self, name: str) -> str | None:
        """The text of the first child of this name, without spaces around it."""
        child = self.find(name)
        return child.text.strip() if child is not None else None


def dav(name: str) -> str:
    """The full name of an element of WebDAV."""
    return f"{{{DAV}}}{name}"


def card(name: str) -> str:
    """The full name of an element of CardDAV."""
    return f"{{{CARD}}}{name}"


def _full(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if namespace else name


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise DavError(400, message="The XML has too many or too deeply nested elements")
        element = Element(_full(name), {_full(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def _refuse(*_: object) -> None:
    raise DavError(400, message="The XML must have no document type and no entities")


def parse_xml(body: bytes) -> Element | None:
    """The root element; None for an empty body. Raises DavError (400) if it is malformed or over a limit."""
    if not body.strip():
        return None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise DavError(400, message="The body is not well-formed XML") from None
    return reader.root
