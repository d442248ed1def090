"""Content lines: the grammar that vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) share, as a stream of cards.

Nothing here raises for what a file holds: what is not a card comes out as a BrokenCard with its reason.
Memory is bound by one card, whatever the file's size. Values of 2.1 come out in the escaping of 3.0, so that
those who read properties know one grammar only.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import BinaryIO

from msgspec import Struct

from coterie.vcard.stream import LINE_BYTES_MAX, read_lines

PROPERTY_BYTES_MAX = 10 * 1024 * 1024
CARD_BYTES_MAX = 16 * 1024 * 1024
CARD_LINES_MAX = 250_000
PROPERTIES_MAX = 2_000
HEAD_LENGTH_MAX = 16 * 1024
EXCERPT_LENGTH_MAX = 2_000
PROBLEMS_MAX = 50

_HEAD = re.compile(r'(?:([\w-]+)\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*+)*+):', re.ASCII)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*+)')
_PARAMETER_VALUE = re.compile(r'"([^"]*)"|([^",]+)')
_CARET = re.compile(r"\^([n'^])")
_CARET_MEANS = {"n": "\n", "'": '"', "^": "^"}
_FOLD = re.compile(rb"\n[ \t]")
_IS_2_1 = re.compile(rb"^VERSION[^:\n]*:[ \t]*2\.1[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(rb"QUOTED-PRINTABLE|BASE64", re.IGNORECASE)
_MAY_BEGIN_OR_END = frozenset((b"b", b"B", b"e", b"E"))
_LONE_BACKSLASH = re.compile(r"\\(?![;,])")
_PLAIN_COMMA = re.compile(r"(?<!\\),")
_ENCODINGS = ("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT")
_BINARY = ("PHOTO", "LOGO", "SOUND", "KEY")
_LISTS_IN_2_1 = ("CATEGORIES", "NICKNAME")
_CACHED_HEAD_LENGTH_MAX = 200
# only charsets that map bytes to letters: Python's own codecs also know escapes, surrogates and compression
_CHARSET = re.compile(
    r"(us-)?ascii|iso-?8859-\d+|latin-?\d+|(windows-?|cp)\d+|koi8-[rut]|shift[_-]jis|euc-(jp|kr)|gb\w+|big5"
    r"|macintosh|iso-2022-(jp|kr)",
    re.IGNORECASE | re.ASCII,
)
_LATIN_1 = re.compile(r"iso-?8859-1|latin-?1", re.IGNORECASE)

Parameters = Mapping[str, tuple[str, ...]]


class Property(Struct, frozen=True):
    """One content line: name and parameter names in capitals, the value still escaped as in 3.0."""

    group: str | None
    name: str
    parameters: Parameters
    value: str

    def first(self, parameter: str) -> str:
        """The first value of a parameter, or ''."""
        values = self.parameters.get(parameter)
        return values[0] if values else ""


class Card(Struct, frozen=True):
    """One card: its number in the file (from 1), its properties in order, and the lines nobody can read."""

    number: int
    properties: list[Property]
    problems: list[str]
    body: bytes

    @property
    def source(self) -> str:
        """The card as it stood, at most 2,000 characters."""
        return excerpt(b"BEGIN:VCARD\n" + self.body[: EXCERPT_LENGTH_MAX * 4])


class BrokenCard(Struct, frozen=True):
    """What is not a card: why, the beginning of it (at most 2,000 characters), its number in the file."""

    reason: str
    source: str
    number: int


def read_cards(stream: BinaryIO) -> Iterator[Card | BrokenCard]:
    """The cards of a file in their order, one at a time.

    A BrokenCard stands for: a line over 64 KiB before unfolding, a property over 10 MiB, a card over 16 MiB,
    250,000 lines or 2,000 properties, a card without END or with another inside, an END without BEGIN, and
    text between cards.
    """
    number = 1
    for lines, reason in _records(stream):
        if reason:
            yield BrokenCard(reason, excerpt(b"\n".join(lines[:EXCERPT_LENGTH_MAX])), number)
        else:
            yield _card(b"\n".join(lines), number)
        number += 1


def read_records(stream: BinaryIO) -> Iterator[list[bytes]]:
    """What read_cards makes its cards of, in the same order and number: the lines of each, without BEGIN and END.

    They are whole up to 16 MiB or 250,000 lines.
    """
    for lines, _ in _records(stream, is_whole=True):
        yield lines


def excerpt(source: bytes) -> str:
    """The beginning of some bytes as text for people, at most 2,000 characters."""
    return source[: EXCERPT_LENGTH_MAX * 4].decode(errors="replace").replace("\0", "")[:EXCERPT_LENGTH_MAX]


def _records(stream: BinaryIO, *, is_whole: bool = False) -> Iterator[tuple[list[bytes], str]]:
    """The lines of each record with '' (the lines between BEGIN and END) or with what is wrong with it, of which the
    lines are the beginning, or is_whole."""
    lines: list[bytes] = []
    inside, reason, size = False, "", 0
    for line in read_lines(stream, CARD_BYTES_MAX if is_whole else LINE_BYTES_MAX):
        if reason and line is not None and not is_whole and line[:1] not in _MAY_BEGIN_OR_END:
            continue  # nothing more of this record is wanted
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
            if is_whole:
                if size <= CARD_BYTES_MAX and len(lines) < CARD_LINES_MAX:
                    lines.append(line)
            elif not reason and (inside or size < EXCERPT_LENGTH_MAX * 4 or not lines):
                lines.append(line)
    if inside:
        yield lines, "has no END:VCARD"
    elif lines or reason:
        yield lines, reason or "is text after the last card"


def _card(body: bytes, number: int) -> Card | BrokenCard:
    is_2_1 = b"2.1" in body and _IS_2_1.search(body) is not None
    lines = _unfold(body, is_2_1)
    properties: list[Property] = []
    problems: list[str] = []
    for line in lines:
        if not line or line.isspace():
            continue
        if len(line) > PROPERTY_BYTES_MAX:
            return BrokenCard(f"has a property over {PROPERTY_BYTES_MAX >> 20} MiB", excerpt(body), number)
        if len(properties) + len(problems) >= PROPERTIES_MAX:
            return BrokenCard(f"has more than {PROPERTIES_MAX:,} properties", excerpt(body), number)
        entry = _property(line, is_2_1)
        if entry is None:
            problems.append(f"line {excerpt(line)[:80]!r} is not a vCard property")
        else:
            properties.append(entry)
    return Card(number, properties, problems[:PROBLEMS_MAX], body[: EXCERPT_LENGTH_MAX * 4])


def _unfold(body: bytes, is_2_1: bool) -> list[bytes]:
    """The content lines of a card. A fold of 2.1 stands for a space (RFC 822), a later one for nothing."""
    if _ENCODED.search(body):
        return _unfold_encoded(body, is_2_1)
    if b"\n " in body or b"\n\t" in body:
        body = _FOLD.sub(b" " if is_2_1 else b"", body)
    return body.split(b"\n")


def _unfold_encoded(body: bytes, is_2_1: bool) -> list[bytes]:
    """Unfolding that also knows the soft line breaks of quoted-printable, and base64 that is not indented."""
    lines: list[list[bytes]] = []
    encoding = b""
    for line in body.split(b"\n"):
        if lines and encoding == b"QUOTED-PRINTABLE" and lines[-1][-1].endswith(b"="):
            lines[-1][-1] = lines[-1][-1][:-1]
            lines[-1].append(line)
        elif lines and line[:1] in (b" ", b"\t"):
            lines[-1].append(b" " + line[1:] if is_2_1 and encoding != b"BASE64" else line[1:])
        elif lines and encoding == b"BASE64" and line and b":" not in line:
            lines[-1].append(line)
        else:
            found = _ENCODED.search(line.partition(b":")[0])
            encoding = found[0].upper() if found else b""
            lines.append([line])
    return [b"".join(pieces) for pieces in lines]


def _property(line: bytes, is_2_1: bool) -> Property | None:
    text = decode(line, "")
    head, _, value = text.partition(":")
    if '"' in head:
        match = _HEAD.match(text[: HEAD_LENGTH_MAX + 1])
        if match is None:
            return None
        head, value = text[: match.end() - 1], text[match.end() :]
    if len(head) > HEAD_LENGTH_MAX:
        return None
    parsed = _cached_head(head) if len(head) <= _CACHED_HEAD_LENGTH_MAX else _parse_head(head)
    if parsed is None or len(head) == len(text):
        return None
    group, name, parameters = parsed
    if parameters and ("ENCODING" in parameters or "CHARSET" in parameters):
        value = _decode_value(line[len(head) + 1 :] if head.isascii() else value.encode(), name, parameters)
    if is_2_1:
        value = _LONE_BACKSLASH.sub(r"\\\\", value)
        if name not in _LISTS_IN_2_1 and "," in value:
            value = _PLAIN_COMMA.sub(r"\\,", value)
    if "\n" in value or "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return Property(group, name, parameters, value)


def _parse_head(head: str) -> tuple[str | None, str, Parameters] | None:
    """What stands before the colon: group.NAME;PARAMETER=a,"b";BARE, or None where it is no such thing."""
    match = _HEAD.fullmatch(head.strip() + ":")
    if match is None:
        return None
    parameters: dict[str, list[str]] = {}
    for item in _PARAMETER.findall(match[3]):
        name, equals, values = item.partition("=")
        name = name.strip().upper()
        if not equals:
            name, values = ("ENCODING" if name in _ENCODINGS else "TYPE"), item.strip()
        found = [
            part
            for quoted, plain in _PARAMETER_VALUE.findall(values)
            # 4.0 lets a whole list of types stand in one pair of quotes: TYPE="cell,voice"
            for part in (quoted.split(",") if name == "TYPE" else [quoted] if quoted else [])
            + ([plain] if plain else [])
        ]
        clean = [_CARET.sub(lambda m: _CARET_MEANS[m[1]], part.strip()) for part in found if part.strip()]
        parameters.setdefault(name, []).extend(clean)
    return match[1], match[2].upper(), {name: tuple(parts) for name, parts in parameters.items()}


# The same few dozen heads make up nearly all lines of a file.
_cached_head = lru_cache(maxsize=1024)(_parse_head)


def _decode_value(raw: bytes, name: str, parameters: Parameters) -> str:
    encoding = (parameters.get("ENCODING") or ("",))[0].upper()
    charset = (parameters.get("CHARSET") or ("",))[0]
    if encoding == "QUOTED-PRINTABLE":
        return decode(quopri.decodestring(raw), charset)
    if encoding in ("B", "BASE64") and name not in _BINARY:
        try:
            return decode(base64.b64decode(raw, validate=True), charset)
        except binascii.Error:
            return decode(raw, charset)
    return decode(raw, charset)


def decode(raw: bytes, charset: str) -> str:
    """Bytes as text, whatever they are: by the charset named, else as UTF-8, else as windows-1252 or latin-1.

    latin-1 is read as windows-1252, which it nearly always is: the same letters, with quotes and dashes.
    """
    if _CHARSET.fullmatch(charset):
        try:
            return raw.decode("cp1252" if _LATIN_1.fullmatch(charset) else charset)
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
