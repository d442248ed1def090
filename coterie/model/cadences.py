"""Staying in touch: how often the organization means to be in touch with a contact, and when that is due.

A contact's own cadence beats those of its tags and folders, of which the shortest counts; "off" on a contact beats all.
"""

import re
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from coterie.errors import invalid
from coterie.model import times
from coterie.model.filters.spans import shifted
from coterie.model.interactions import MESSAGE
from coterie.model.touches import KINDS

OFF = "off"
# interactions that are touches: not comments and mentions, or an audience would never be due
TOUCHES = (MESSAGE, *KINDS)
CADENCES_MAX = 500
DAYS_MAX = 3_660
SNOOZE_DAYS_MAX = 3_660
TargetKind = Literal["contact", "tag", "folder"]
TARGET_KINDS: tuple[TargetKind, ...] = ("contact", "tag", "folder")
_EVERY = re.compile(r"(\d{1,4})\s*(d|w|m|y|days?|weeks?|months?|years?)", re.ASCII | re.IGNORECASE)
_DAYS = {"d": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}
_WORDS = {"d": "day", "w": "week", "m": "month", "y": "year"}


class Cadence(Struct, frozen=True, kw_only=True):
    """A rule: one of contact_id, tag_id, folder_id is its target. every: such as 3w, or off."""

    id: str
    contact_id: int | None = None
    tag_id: str | None = None
    folder_id: int | None = None
    every: str
    created_at: str
    updated_at: str

    @property
    def is_of_contact(self) -> bool:
        return self.contact_id is not None


class Target(Struct, frozen=True):
    """The contact, tag or folder of a cadence."""

    kind: TargetKind
    id: int | str


class Snooze(Struct, frozen=True):
    until_on: str
    created_at: str


class TouchPlan(Struct, frozen=True):
    """The rule in force for a contact, its last touch, and the day (YYYY-MM-DD) on which the next is due."""

    contact_id: int
    cadence_id: str
    every: str
    last_touch_at: str | None
    due_on: str


def parse_every(text: str, field: str = "every") -> str:
    """Parses an interval: 10d, 3w, "2 months", 1y, or off. Returns it as 10d, 3w, 2m, 1y, off.

    Raises Invalid if it is none of these, is 0, or is longer than ten years.
    """
    plain = text.strip().lower()
    if plain == OFF:
        return OFF
    match = _EVERY.fullmatch(plain)
    if match is None or not int(match[1]):
        raise invalid(field, "must be a number of days, weeks, months or years, such as 3w or 2m, or off")
    every = f"{int(match[1])}{match[2][0]}"
    if length_of(every) > DAYS_MAX:
        raise invalid(field, "is longer than ten years")
    return every


def length_of(every: str) -> float:
    """The days of an interval, on average."""
    return int(every[:-1]) * _DAYS[every[-1]]


def words_of(every: str) -> str:
    """An interval in words: every 3 weeks."""
    if every == OFF:
        return "never"
    count, unit = int(every[:-1]), _WORDS[every[-1]]
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def rule_in_force(cadences: list[Cadence]) -> Cadence | None:
    """Which of a contact's cadences counts, None if none does or it is off."""
    own = [cadence for cadence in cadences if cadence.is_of_contact]
    groups = [cadence for cadence in cadences if cadence.every != OFF]
    if own:
        return own[0] if own[0].every != OFF else None
    return min(groups, key=lambda cadence: (length_of(cadence.every), cadence.id), default=None)


def plan_of(
    contact_id: int, created_at: str, cadence: Cadence, *, last_touch_at: str | None, snooze: Snooze | None,
    zone: ZoneInfo,
) -> TouchPlan:  # fmt: skip
    """The plan of a contact that was created at a moment. zone: the organization's.

    Counted from the last touch. Without one, from the day on which the contact or the rule was added, whichever is
    later; the contacts of a tag or folder are then spread over the interval, so that not all are due on one day. A
    snooze later than the last touch moves the day further, never nearer.
    """
    if last_touch_at is not None:
        due = later_by(_day_of(last_touch_at, zone), cadence.every)
    else:
        start = _day_of(max(created_at, cadence.created_at), zone)
        due = later_by(start, cadence.every)
        if not cadence.is_of_contact:
            due = _moved(start, 1 + contact_id * 7919 % max((due - start).days, 1))
    due_on = due.isoformat()
    if snooze is not None and (last_touch_at is None or last_touch_at < snooze.created_at):
        due_on = max(due_on, snooze.until_on)
    return TouchPlan(contact_id, cadence.id, cadence.every, last_touch_at, due_on)


def later_by(day: date, every: str) -> date:
    """The day one interval later; 31 January and a month is 28 or 29 February."""
    return shifted(datetime(day.year, day.month, day.day), int(every[:-1]), every[-1]).date()  # noqa: DTZ001


def _moved(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))


def _day_of(moment: str, zone: ZoneInfo) -> date:
    """The local day; that of UTC at the ends of the calendar."""
    try:
        return times.parse(moment).astimezone(zone).date()
    except OverflowError:
        return date.fromisoformat(moment[:10])
