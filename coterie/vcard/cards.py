"""A vCard file as a stream of cards.

Nothing in a file raises: text that is not a card becomes a BrokenCard with its reason. Memory is bounded by one card,
whatever the size of the file.
"""

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from coterie.vcard.charsets import decode
from coterie.vcard.folding import is_base64, is_version_2_1, unfold
from coterie.vcard.lines import BINARY, Property, parse_property
from coterie.vcard.stream import LINE_BYTES_MAX, read_lines

PROPERTY_BYTES_MAX = 10 * 1024 * 1024
CARD_BYTES_MAX = 16 * 1024 * 1024
CARD_LINES_MAX = 250_000
PROPERTIES_MAX = 2_000
EXCERPT_LENGTH_MAX = 2_000

_OF_SEVERAL_LINES = ("NOTE", "ADR", "LABEL", "X-COTERIE-BIO", "X-COTERIE-HOW-YOU-MET")
_MAY_BEGIN_OR_END = frozenset((b"b", b"B", b"e", b"E"))


class Card(Struct, frozen=True):
    """One card: its number in the file (from 1), its properties in order, and the lines that could not be parsed."""

    number: int
    properties: list[Property]
    unread: list[str]
    body: bytes

    @property
    def source(self) -> str:
        """The beginning of the card as in the file, at most 2,000 characters."""
        return excerpt(b"BEGIN:VCARD\n" + self.body[: EXCERPT_LENGTH_MAX * 4])


class BrokenCard(Struct, frozen=True):
    """Text that is not a card: the reason, its beginning (at most 2,000 characters), its number in the file."""

    reason: str
    source: str
    number: int


def read_cards(stream: BinaryIO) -> Iterator[Card | BrokenCard]:
    """The cards of a file in order, one at a time.

    A BrokenCard is: a line over 64 KiB before unfolding, a property over 10 MiB, a card over 16 MiB, 250,000 lines or
    2,000 properties, a card without END or with another inside, an END without BEGIN, or text between cards.
    """
    number = 1
    for lines, reason in _records(stream):
        if reason:
            yield BrokenCard(reason, excerpt(b"\n".join(lines[:EXCERPT_LENGTH_MAX])), number)
        else:
            yield _card(b"\n".join(lines), number)
        number += 1


def read_records(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of each card or broken card, in the order and with the numbers of read_cards, without BEGIN and END.

    Each is complete up to 16 MiB or 250,000 lines.
    """
    for lines, _ in _records(stream, complete=True):
        yield lines


def excerpt(source: bytes) -> str:
    """The beginning of some bytes as readable text, at most 2,000 characters."""
    return source[: EXCERPT_LENGTH_MAX * 4].decode(errors="replace").replace("\0", "")[:EXCERPT_LENGTH_MAX]


def _records(stream: BinaryIO, *, complete: bool = False) -> Iterator[tuple[list[bytes], str]]:
    """(lines, reason) of each record: the lines between BEGIN and END with reason '', or the lines of a broken record.

    A broken record holds its first lines only, unless complete is set.
    """
    lines: list[bytes] = []
    inside, reason, size = False, "", 0
    for line in read_lines(stream, CARD_BYTES_MAX if complete else LINE_BYTES_MAX):
        if reason and line is not None and not complete and line[:1] not in _MAY_BEGIN_OR_END:
            continue  # the record is broken already and long enough
        if line is None or len(line) > LINE_BYTES_MAX:
            reason = reason or f"has a line over {LINE_BYTES_MAX // 1024} KiB"
            size += len(line or b"")
            if line is not None and size <= CARD_BYTES_MAX:
                lines.append(line)
        elif line[:1] in b"bB" and line[:12].rstrip().upper() == b"BEGIN:VCARD":
            if inside:
                yield lines, "has no END:VCARD before the next card begins"
            elif lines or reason:
                yield lines, reason or "is text between cards"
            lines, inside, reason, size = [], True, "", 0
        elif line[:1] in b"eE" and line[:10].rstrip().upper() == b"END:VCARD":
            yield lines, reason if inside else "has no BEGIN:VCARD"
            lines, inside, reason, size = [], False, "", 0
        elif inside or line.strip():
            size += len(line) + 1
            if size > CARD_BYTES_MAX or len(lines) >= CARD_LINES_MAX:
                reason = reason or f"is over {CARD_BYTES_MAX >> 20} MiB or {CARD_LINES_MAX:,} lines"
            if complete:
                if size <= CARD_BYTES_MAX and len(lines) < CARD_LINES_MAX:
                    lines.append(line)
            elif not reason and (inside or size < EXCERPT_LENGTH_MAX * 4 or not lines):
                lines.append(line)
    if inside:
        yield lines, "has no END:VCARD"
    elif lines or reason:
        yield lines, reason or "is text after the last card"


def _card(body: bytes, number: int) -> Card | BrokenCard:
    is_2_1 = is_version_2_1(body)
    properties: list[Property] = []
    # the lines that go on with the last property
    rest: list[str] = []
    unread: list[str] = []
    for line in unfold(body, is_2_1=is_2_1):
        if not line or line.isspace():
            continue
        if len(line) > PROPERTY_BYTES_MAX:
            return BrokenCard(f"has a property over {PROPERTY_BYTES_MAX >> 20} MiB", excerpt(body), number)
        if len(properties) + len(unread) >= PROPERTIES_MAX:
            return BrokenCard(f"has more than {PROPERTIES_MAX:,} properties", excerpt(body), number)
        entry = parse_property(line, is_2_1=is_2_1)
        if entry is None and properties and _may_go_on(properties[-1], line):
            rest.append(decode(line, ""))
        elif entry is None:
            unread.append(decode(line, ""))
        else:
            _join(properties, rest)
            rest = []
            properties.append(entry)
    _join(properties, rest)
    return Card(number, properties, unread, body[: EXCERPT_LENGTH_MAX * 4])


def _may_go_on(entry: Property, line: bytes) -> bool:
    """Whether a line that is not a property can be the next line of one that was written with raw line breaks."""
    if entry.name in BINARY:
        return is_base64(line, entry.value)
    return entry.name in _OF_SEVERAL_LINES


def _join(properties: list[Property], rest: list[str]) -> None:
    if rest:
        entry = properties[-1]
        separator = "" if entry.name in BINARY else "\\n"
        properties[-1] = replace(entry, value=separator.join([entry.value, *rest]))
