"""Spans of time in filters: absolute ones (2026, 2026-05, 2026-05-12, a moment), named ones, and amounts such as 90d.

A span begins and ends at moments as model.times stores them. Its days are those of the reader's time zone.
"""

import calendar
import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from coterie.model import times

NAMED_DAYS = ("today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month", "this_year")
AMOUNT = re.compile(r"(\d{1,5})([hdwmy])", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Clock(NamedTuple):
    """The moment at which a request runs, fixed once, and the reader's time zone."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> datetime:
        """The beginning of the reader's day, without a zone."""
        local = self.now.astimezone(self.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)

    def local(self, moment: str) -> datetime:
        """A stored moment as a local time, without a zone; at the ends of the calendar it is that of UTC."""
        at = times.parse(moment)
        try:
            return at.astimezone(self.zone).replace(tzinfo=None)
        except OverflowError:
            return at.replace(tzinfo=None)

    def moment(self, local: datetime) -> str:
        """A local time as a stored moment; times that the calendar does not reach are its first or last moment."""
        try:
            return times.moment(local.replace(tzinfo=self.zone).astimezone(UTC))
        except (OverflowError, ValueError):
            return times.moment(FIRST if local.year < MAXYEAR else LAST)


class Span(NamedTuple):
    """From start to before end, as stored moments."""

    start: str
    end: str


def parse_span(text: str) -> tuple[datetime, datetime]:
    """The local beginning and end of an absolute span, or of a moment with an offset or Z.

    Raises ValueError, worded for the end of "… is not", if the text is neither.
    """
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            if not _MOMENT.match(text):
                raise ValueError
            at = datetime.fromisoformat(text)
            return at, at
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        start = datetime(year, month or 1, day or 1, tzinfo=UTC).replace(tzinfo=None)
        return start, _next(start, "y" if month is None else "m" if day is None else "d")
    except (ValueError, OverflowError):
        raise ValueError(
            f"a date (2026, 2026-05, 2026-05-12), a date and time, or one of {', '.join(NAMED_DAYS)}"
        ) from None


def _next(start: datetime, unit: str) -> datetime:
    return shifted(start, 1, unit)


def shifted(at: datetime, count: int, unit: str) -> datetime:
    """A local time so many hours, days, weeks, months or years later; the day of a shorter month is its last."""
    try:
        if unit in "hdw":
            return at + count * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[unit]
        months = at.year * 12 + at.month - 1 + count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        if not MINYEAR <= year <= MAXYEAR:
            raise OverflowError
        return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
    except OverflowError:
        return (LAST if count > 0 else FIRST).replace(tzinfo=None)


def local_span(text: str, clock: Clock) -> tuple[datetime, datetime]:
    """The local beginning and end of a checked value."""
    return _named(text, clock.today) if text in NAMED_DAYS else parse_span(text)


def span_of(text: str, clock: Clock) -> Span:
    """The span of a checked value."""
    start, end = local_span(text, clock)
    if start == end:
        at = clock.moment(start) if start.tzinfo is None else times.moment(start)
        return Span(at, times.after(at, 1) if at < "9999-12-31" else at)
    return Span(clock.moment(start), clock.moment(end))


def _named(text: str, today: datetime) -> tuple[datetime, datetime]:
    monday = shifted(today, -today.weekday(), "d")
    first = today.replace(day=1)
    new_year = first.replace(month=1)
    start, unit, count = {
        "today": (today, "d", 1),
        "yesterday": (shifted(today, -1, "d"), "d", 1),
        "tomorrow": (shifted(today, 1, "d"), "d", 1),
        "this_week": (monday, "w", 1),
        "last_week": (shifted(monday, -1, "w"), "w", 1),
        "this_month": (first, "m", 1),
        "last_month": (shifted(first, -1, "m"), "m", 1),
        "this_year": (new_year, "y", 1),
    }[text]
    return start, shifted(start, count, unit)


def moved(amount: str, clock: Clock, sign: int) -> str:
    """The moment so long before (sign -1) or after now. Days and longer are local: they follow daylight saving."""
    match = AMOUNT.fullmatch(amount)
    assert match is not None
    count, unit = int(match[1]) * sign, match[2]
    if unit == "h":
        try:
            return times.moment(clock.now + timedelta(hours=count))
        except OverflowError:
            return times.moment(LAST if sign > 0 else FIRST)
    local = clock.now.astimezone(clock.zone).replace(tzinfo=None)
    return clock.moment(shifted(local, count, unit))
