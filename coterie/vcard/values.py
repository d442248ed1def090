"""Values of a content line, read and written: escapes, structured values, dates (RFC 6350, sections 3.4 and 4)."""

import re

from coterie.errors import Invalid
from coterie.model import written_dates
from coterie.model.times import parse_date

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BASIC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|[T ])")
_YEARLESS_WITH_TIME = re.compile(r"(--\d{2}-?\d{2})[T ].*")
# C0 and C1 controls except tab and newline; PostgreSQL cannot store NUL
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Apple's year for dates without one; X-APPLE-OMIT-YEAR says so, but other programs drop that parameter
APPLE_NO_YEAR = "1604"


def split(value: str, separator: str) -> list[str]:
    """Splits an escaped value at each unescaped separator. The pieces are still escaped."""
    if "\\" not in value:
        return value.split(separator)
    pieces: list[str] = []
    pending = ""
    for piece in value.split(separator):
        pending += piece
        if (len(piece) - len(piece.rstrip("\\"))) % 2:
            pending += separator
            continue
        pieces.append(pending)
        pending = ""
    if pending:
        pieces.append(pending.removesuffix(separator))
    return pieces


def unescape(value: str) -> str:
    """The text of an escaped value, without control characters. \\n and \\N are line ends."""
    if "\\" in value:
        value = _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
    return value if value.isprintable() else _CONTROL.sub("", value)


def escape_free(value: str) -> str:
    """A link without the backslashes that some programs put before commas, semicolons and colons."""
    return value.replace("\\", "") if "\\" in value else value


def text(value: str) -> str | None:
    """The text of an escaped value, of one or more lines; None if it is empty."""
    return unescape(value).strip() or None


def line(value: str) -> str | None:
    """The text of an escaped value as one line; None if it is empty."""
    plain = unescape(value).strip()
    if "\n" not in plain:
        return plain or None
    # not by a pattern: \s*\n\s* takes quadratic time where there are many spaces
    return " ".join([stripped for piece in plain.split("\n") if (stripped := piece.strip())])


def components(value: str, count: int) -> list[str]:
    """The first count components of a structured value, still escaped. Missing ones are ''."""
    pieces = split(value, ";")[:count]
    return pieces + [""] * (count - len(pieces))


def list_line(component: str, joiner: str) -> str | None:
    """The text of a component of N or ADR, which may be a list, as one line; None if it is empty."""
    if "," not in component:
        return line(component)
    pieces = [line(piece) for piece in split(component, ",")]
    return joiner.join([piece for piece in pieces if piece]) or None


def escape(value: str) -> str:
    """Text for a content line: backslash, line end, comma and semicolon are escaped."""
    return escape_uri(value).replace(",", "\\,").replace(";", "\\;")


def escape_uri(value: str) -> str:
    """A link for a content line. Its commas and semicolons stay: they are part of the URI (RFC 3986)."""
    plain = _SURROGATE.sub("\ufffd", value.replace("\r\n", "\n"))
    if not plain.isprintable():
        plain = _CONTROL.sub("", plain)
    return plain.replace("\\", "\\\\").replace("\n", "\\n")


def quote(value: str) -> str:
    """Text for a parameter (RFC 6868), quoted if necessary."""
    plain = _CONTROL.sub("", _SURROGATE.sub("\ufffd", value)).replace("^", "^^").replace("\n", "^n")
    plain = plain.replace('"', "^'")
    return f'"{plain}"' if re.search(r"[,;:]", plain) else plain


def read_date(value: str, omitted_year: str = "") -> str | None:
    """A date of any version, or as people write it, as YYYY-MM-DD or --MM-DD; None if it is not a full date.

    12/05/1980, which may be in May or in December, is not one.

    omitted_year is Apple's X-APPLE-OMIT-YEAR: the year that means an unknown one, as 1604 always does.
    """
    plain = _BASIC_DATE.sub(r"\1-\2-\3", value.strip(), count=1)
    if match := _YEARLESS_WITH_TIME.fullmatch(plain):
        plain = match[1]
    date: str | None
    try:
        date = parse_date(plain, "date")
    except Invalid:
        date = None if written_dates.is_ambiguous(plain) else written_dates.read_date(plain)
    if date is None or any(char.isdecimal() and not char.isascii() for char in plain):
        return None
    return f"-{date[4:]}" if date[:4] in (APPLE_NO_YEAR, omitted_year) else date
