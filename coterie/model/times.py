"""Moments and dates as text: the form in which they are stored, sorted and presented.

A moment is ISO 8601 in UTC with microseconds, always 27 characters: 2026-11-22T10:00:00.000000Z.
A date is YYYY-MM-DD, or --MM-DD if the year is unknown (RFC 6350, 4.3.1).
"""

import calendar
import re
from datetime import UTC, datetime, timedelta

from coterie.errors import invalid

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEARLESS = re.compile(r"--(\d{2})-?(\d{2})", re.ASCII)
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def now() -> str:
    return moment(datetime.now(UTC))


def moment(at: datetime) -> str:
    """A datetime as a moment. One without a time zone is UTC."""
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    # twice as fast as strftime, which does not pad years either
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


def parse(text: str) -> datetime:
    """A stored moment as an aware datetime."""
    return datetime.fromisoformat(text)


def after(text: str, seconds: float) -> str:
    """The moment this many seconds after a stored one; before it if negative."""
    return moment(parse(text) + timedelta(seconds=seconds))


def parse_moment(text: str, field: str) -> str:
    """Parses a moment. Text without an offset is UTC; other offsets are converted.

    Raises Invalid if it is not ISO 8601 (typographic minus signs and hyphens are accepted), or the year is outside
    1–9999.
    """
    plain = text.strip().replace("\u2010", "-").replace("\u2011", "-").replace("\u2212", "-")
    try:
        return moment(datetime.fromisoformat(plain))
    except (ValueError, OverflowError):
        raise invalid(field, "is not a date and time in ISO 8601") from None


def parse_date(text: str, field: str) -> str:
    """Parses a date: 1980-05-12, or without a year --05-12 or --0512. A time after the date is ignored.

    Raises Invalid if it is not a date, the day does not exist, such as 2023-02-30, or the year is 0.
    """
    plain = text.strip().replace("\u2010", "-").replace("\u2011", "-").replace("\u2212", "-")
    if match := _YEARLESS.fullmatch(plain):
        month, day = int(match[1]), int(match[2])
        if 1 <= month <= 12 and 1 <= day <= _MONTH_DAYS[month - 1]:
            return f"--{month:02}-{day:02}"
    elif match := _DATE.match(plain):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        rest = plain[10:]
        in_calendar = year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
        if in_calendar and (not rest or rest[0] in "T "):
            return match[0]
    raise invalid(field, "is not a date (YYYY-MM-DD, or --MM-DD without a year)")
