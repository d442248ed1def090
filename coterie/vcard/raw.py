"""A card line by line as it was written: joining the lines gives the card again, octet for octet.

The lines of a card that a device wrote are kept like this, and a change of the contact edits only those it is about.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from coterie.errors import invalid
from coterie.vcard import values
from coterie.vcard.cards import PROPERTIES_MAX, PROPERTY_BYTES_MAX, Card
from coterie.vcard.content import fold
from coterie.vcard.lines import Property, parse_text

# a line with the lines folded into it, and its end; a lone CR is part of a value that some program broke
_LINE = re.compile(r"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_FOLD = re.compile(r"\r?\n[ \t]")
_GROUP_NUMBER = re.compile(r"item(\d{1,9})", re.IGNORECASE)
# XML cannot hold them, so one of them would make every answer that has the card unreadable
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ENVELOPE = frozenset(("BEGIN", "END", "VERSION"))
# the lines of a group that say that it is one, and that name its members
KIND_NAMES = frozenset(("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-KIND"))
MEMBER_NAMES = frozenset(("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"))
GROUP_MEMBERS_MAX = 5_000


class RawLine(Struct, frozen=True):
    """text: as written, with folds and line end. entry: what it says; None if it is not a property."""

    text: str
    entry: Property | None

    @property
    def name(self) -> str:
        """The name of the property in upper case; '' if it is not one."""
        return self.entry.name if self.entry else ""

    @property
    def group(self) -> str:
        """Its group in lower case, or ''."""
        return self.written_group.lower()

    @property
    def written_group(self) -> str:
        """Its group as it is spelled, or ''."""
        return (self.entry.group or "") if self.entry else ""

    @property
    def is_envelope(self) -> bool:
        """Whether the line is BEGIN, VERSION or END."""
        return self.name in ENVELOPE


def decode_card(body: bytes) -> list[RawLine]:
    """The lines of a card, without control characters.

    Raises Invalid if it is not UTF-8, or not exactly one complete card of at most 2,000 properties of 10 MiB, and of
    at most 5,000 members if it is a group.
    """
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise invalid("card", "is not UTF-8") from None
    text = _CONTROL.sub("", text)
    lines = split_card(text)
    entries = [line.entry for line in lines if line.text.strip()]
    names = [entry.name if entry else "" for entry in entries]
    if names[:1] != ["BEGIN"] or names[-1:] != ["END"] or names.count("BEGIN") != 1 or names.count("END") != 1:
        raise invalid("card", "is not exactly one vCard with BEGIN and END")
    if any(entry.value.strip().upper() != "VCARD" for entry in (entries[0], entries[-1]) if entry):
        raise invalid("card", "is not a vCard")
    member_count = sum(name in MEMBER_NAMES for name in names)
    if member_count > GROUP_MEMBERS_MAX:
        raise invalid("card", f"has more than {GROUP_MEMBERS_MAX:,} members")
    if len(lines) - member_count > PROPERTIES_MAX or any(len(line.text) > PROPERTY_BYTES_MAX for line in lines):
        raise invalid("card", f"has more than {PROPERTIES_MAX} properties, or one over {PROPERTY_BYTES_MAX >> 20} MiB")
    return lines


def _value(line: RawLine) -> str:
    return line.entry.value.strip().upper() if line.entry else ""


def split_card(text: str) -> list[RawLine]:
    """The lines of a card. "".join(line.text for line in …) is the text."""
    return [RawLine(match, parse_line(match)) for match in _LINE.findall(text) if match]


def parse_line(text: str) -> Property | None:
    """The property of a line; None if it has none."""
    plain = _plain(text)
    return parse_text(plain) if plain.strip() else None


def _plain(text: str) -> str:
    """A line without its folds and its end."""
    content = text.rstrip("\r\n")
    return _FOLD.sub("", content).rstrip("\r\n") if "\n" in content else content


def join_lines(lines: Iterable[RawLine]) -> str:
    return "".join([line.text for line in lines])


def make_line(content: str) -> RawLine:
    """An own line from unfolded content."""
    text = fold(content)
    return RawLine(text, parse_line(text))


def with_value(line: RawLine, value: str) -> RawLine:
    """The line with another escaped value: its group, name and parameters stay as they are spelled."""
    return make_line(split_line(line)[0] + ":" + value)


def split_line(line: RawLine) -> tuple[str, str]:
    """(what precedes the colon, the value) of a line, as spelled but without folds."""
    plain = _plain(line.text)
    length = _head_length(plain)
    return plain[:length], plain[length + 1 :]


def _head_length(plain: str) -> int:
    """The position of the colon that ends the parameters, which may have colons within quotes."""
    quoted = False
    for position, char in enumerate(plain):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return position
    return len(plain)


def with_group(line: RawLine, group: str) -> RawLine:
    """The line in another group, or in none ('')."""
    start = len(line.group) + 1 if line.group else 0
    is_folded_there = "\n" in line.text[: start + 1]
    text = (make_line(_plain(line.text)) if is_folded_there else line).text
    text = (f"{group}." if group else "") + text[start:]
    return RawLine(text, parse_line(text))


def next_group(lines: Sequence[RawLine]) -> int:
    """The first number above those of Apple's groups item1, item2, …"""
    numbers = [int(match[1]) for line in lines if (match := _GROUP_NUMBER.fullmatch(line.group))]
    return max(numbers, default=0) + 1


def card_of(lines: Iterable[RawLine]) -> Card:
    """The card for the readers of properties. Lines that are not properties are left out."""
    return Card(1, [line.entry for line in lines if line.entry], [], b"")


def version_of(lines: Iterable[RawLine]) -> str:
    """The version a card declares; 3.0 if it declares none."""
    return next((line.entry.value.strip() for line in lines if line.name == "VERSION" and line.entry), "3.0")


def uid_of(lines: Iterable[RawLine]) -> str | None:
    """The UID without urn:uuid:, at most 500 characters; None if the card has none."""
    for line in lines:
        if line.name == "UID" and line.entry and (uid := values.line(line.entry.value)):
            return (uid[9:] if uid[:9].lower() == "urn:uuid:" else uid)[:500]
    return None


def is_group(lines: Iterable[RawLine]) -> bool:
    """Whether the card is a group of other cards and not a contact."""
    return any(line.name in KIND_NAMES and _value(line) == "GROUP" for line in lines)
