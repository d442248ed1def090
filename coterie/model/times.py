"""Moments and dates as text, the form in which they are stored, sorted and shown.

A moment is ISO 8601 in UTC with microseconds, always 27 characters: 2026-11-22T10:00:00.000000Z.
A date is YYYY-MM-DD, or --MM-DD where the year is not known (RFC 6350, 4.3.1).
"""

import calendar
import re
from datetime import UTC, datetime, timedelta

from coterie.errors import invalid

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEARLESS = re.compile(r"--(\d{2})-?(\d{2})", re.ASCII)
_DAYS_OF = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def now() -> str:
    """This moment."""
    return moment(datetime.now(UTC))


def moment(at: datetime) -> str:
    """An aware datetime as a moment; a naive one is taken as UTC."""
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    # half the time of strftime, which also forgets to pad a year
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


def parse(text: str) -> datetime:
    """A stored moment as an aware datetime."""
    return datetime.fromisoformat(text)


def after(text: str, seconds: float) -> str:
    """The moment so many seconds after (or, negative, before) a stored one."""
    return moment(parse(text) + timedelta(seconds=seconds))


def parse_moment(text: str, field: str) -> str:
    """Text someone sent, as a moment. Without an offset it is taken as UTC; another offset is converted.

    Refused: what is not ISO 8601 (a typographic minus or hyphen is forgiven), and years outside 1–9999.
    """
    plain = text.strip().replace("\u2010", "-").replace("\u2011", "-").replace("\u2212", "-")
    try:
        return moment(datetime.fromisoformat(plain))
    except (ValueError, OverflowError):
        raise invalid(field, "is not a date and time in ISO 8601") from None


def parse_date(text: str, field: str) -> str:
    """Text someone sent, as a date: 1980-05-12, or --05-12 (also --0512) without a year. A date with a time
    keeps its day. Refused: days that do not exist, such as 2023-02-30; the year 0."""
    plain = text.strip().replace("\u2010", "-").replace("\u2011", "-").replace("\u2212", "-")
    if match := _YEARLESS.fullmatch(plain):
        month, day = int(match[1]), int(match[2])
        if 1 <= month <= 12 and 1 <= day <= _DAYS_OF[month - 1]:
            return f"--{month:02}-{day:02}"
    elif match := _DATE.match(plain):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        rest = plain[10:]
        in_calendar = year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
        if in_calendar and (not rest or rest[0] in "T "):
            return match[0]
    raise invalid(field, "is not a date (YYYY-MM-DD, or --MM-DD without a year)")
