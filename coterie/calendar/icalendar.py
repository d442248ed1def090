"""Writes iCalendar (RFC 5545): all-day events, and events with a time in UTC."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

LINE_BYTES_MAX = 75
PRODUCT = "-//Coterie//Coterie//EN"
MINUTES = 15
# characters that no value may have
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


class CalendarEvent(Struct, frozen=True, kw_only=True):
    """One event. start: a day, or a moment in UTC. changed_at: when what it shows last changed; sequence: a number
    that grows with it."""

    uid: str
    start: date | datetime
    summary: str
    category: str
    changed_at: datetime
    sequence: int = 0
    url: str | None = None
    description: str | None = None


def write_calendar(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """The calendar as text/calendar, in the order of the events."""
    head = (
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"NAME:{escape(name)}", f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    )  # fmt: skip
    lines = [*head, *(line for event in events for line in _lines(event)), "END:VCALENDAR"]
    return b"".join(fold(line) for line in lines)


def _lines(event: CalendarEvent) -> Sequence[str]:
    stamp = _moment(event.changed_at)
    optional = [("DESCRIPTION", event.description and escape(event.description)), ("URL", event.url)]
    return [
        "BEGIN:VEVENT", f"UID:{escape(event.uid)}", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.sequence}", *_times(event.start), f"SUMMARY:{escape(event.summary)}",
        *(f"{name}:{value}" for name, value in optional if value), f"CATEGORIES:{escape(event.category)}",
        "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def _times(start: date | datetime) -> tuple[str, str]:
    """DTSTART and DTEND, which is exclusive."""
    if isinstance(start, datetime):
        return f"DTSTART:{_moment(start)}", f"DTEND:{_moment(start + timedelta(minutes=MINUTES))}"
    return f"DTSTART;VALUE=DATE:{_day(start)}", f"DTEND;VALUE=DATE:{_day(start + timedelta(days=1))}"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _moment(at: datetime) -> str:
    return f"{_day(at)}T{at:%H%M%S}Z"


def escape(text: str) -> str:
    """A TEXT value (3.3.11): one line, without control characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> bytes:
    """A content line with CRLF, folded at 75 octets without cutting a character (3.1)."""
    rest = line.encode("utf-8", "replace")
    pieces, room = [], LINE_BYTES_MAX
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        pieces.append(rest[:end])
        rest, room = rest[end:], LINE_BYTES_MAX - 1
    return b"\r\n ".join((*pieces, rest)) + b"\r\n"
