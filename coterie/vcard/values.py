"""Values inside a content line, in both directions: escapes, structured values, dates (RFC 6350, 3.4, 4)."""

import re

from coterie.errors import Invalid
from coterie.model.times import parse_date

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BASIC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|[T ])")
_YEARLESS_WITH_TIME = re.compile(r"(--\d{2}-?\d{2})[T ].*")
# C0 and C1 controls except tab and newline; NUL among them cannot be stored everywhere
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\s*\n\s*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Apple fills this year in where none is known; X-APPLE-OMIT-YEAR says so, but others drop that parameter
APPLE_NO_YEAR = "1604"


def split(value: str, separator: str) -> list[str]:
    """An escaped value at each unescaped separator; the pieces are still escaped."""
    if "\\" not in value:
        return value.split(separator)
    pieces: list[str] = []
    held = ""
    for piece in value.split(separator):
        held += piece
        if (len(piece) - len(piece.rstrip("\\"))) % 2:
            held += separator
            continue
        pieces.append(held)
        held = ""
    if held:
        pieces.append(held.removesuffix(separator))
    return pieces


def unescape(value: str) -> str:
    """An escaped value as text without control characters; \\n and \\N are line ends."""
    if "\\" in value:
        value = _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
    return value if value.isprintable() else _CONTROL.sub("", value)


def escape_free(value: str) -> str:
    """A link without the backslashes some programs put before its commas, semicolons and colons."""
    return value.replace("\\", "") if "\\" in value else value


def text(value: str) -> str | None:
    """An escaped value as text of several lines, or None where it is empty."""
    return unescape(value).strip() or None


def line(value: str) -> str | None:
    """An escaped value as text of one line, or None where it is empty."""
    plain = unescape(value).strip()
    return (_LINE_END.sub(" ", plain) if "\n" in plain else plain) or None


def components(value: str, count: int) -> list[str]:
    """The first so many components of a structured value, still escaped; missing ones are ''."""
    found = split(value, ";")[:count]
    return found + [""] * (count - len(found))


def escape(value: str) -> str:
    """Text as it stands in a content line: backslash, line end, comma and semicolon escaped."""
    return escape_uri(value).replace(",", "\\,").replace(";", "\\;")


def escape_uri(value: str) -> str:
    """A link as it stands in a content line: its commas and semicolons are its own (RFC 3986)."""
    plain = _SURROGATE.sub("\ufffd", value.replace("\r\n", "\n"))
    if not plain.isprintable():
        plain = _CONTROL.sub("", plain)
    return plain.replace("\\", "\\\\").replace("\n", "\\n")


def quote(value: str) -> str:
    """Text as the value of a parameter (RFC 6868), in quotes where it needs them."""
    plain = _CONTROL.sub("", _SURROGATE.sub("\ufffd", value)).replace("^", "^^").replace("\n", "^n")
    plain = plain.replace('"', "^'")
    return f'"{plain}"' if re.search(r"[,;:]", plain) else plain


def read_date(value: str, omitted_year: str = "") -> str | None:
    """A date of any version as YYYY-MM-DD or --MM-DD, or None where it is none or not a whole day.

    omitted_year is Apple's X-APPLE-OMIT-YEAR: the year that stands for "not known"; 1604 always does.
    """
    plain = _BASIC_DATE.sub(r"\1-\2-\3", value.strip(), count=1)
    if match := _YEARLESS_WITH_TIME.fullmatch(plain):
        plain = match[1]
    try:
        date = parse_date(plain, "date")
    except Invalid:
        return None
    if not date.isascii():
        return None
    return f"-{date[4:]}" if date[:4] in (APPLE_NO_YEAR, omitted_year) else date
