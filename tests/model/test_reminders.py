"""When a reminder is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from coterie.model import times
from coterie.model.reminders import (
    BEFORE_UNITS,
    CATEGORIES,
    REPEAT_UNITS,
    ContactDates,
    Reminder,
    next_before,
    next_repeat,
)

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
BLANK = Reminder("r", "u", 1, "custom", None, "email", None, None, None, None, "day", 0, 0, None, None, None, "", "")


def before(day: str, now: str, zone: ZoneInfo = UTC_ZONE, unit: str = "day", magnitude: int = 0) -> str | None:
    reminder = replace(BLANK, before_unit=unit, before_magnitude=magnitude)
    return next_before(reminder, ContactDates(day, ()), zone, times.parse(now))


@pytest.mark.parametrize(
    ("day", "now", "due"),
    [
        ("1980-05-12", "2026-01-01T00:00:00Z", "2026-05-12"),
        ("1980-05-12", "2026-05-12T08:59:59Z", "2026-05-12"),
        ("1980-05-12", "2026-05-12T09:00:00Z", "2027-05-12"),
        ("--07-22", "2026-08-01T00:00:00Z", "2027-07-22"),
        ("1952-02-29", "2026-01-01T00:00:00Z", "2026-02-28"),
        ("--02-29", "2027-03-01T00:00:00Z", "2028-02-29"),
        ("1952-02-29", "2099-06-01T00:00:00Z", "2100-02-28"),
        ("2030-04-19", "2026-01-01T00:00:00Z", "2030-04-19"),
    ],
)
def test_a_date_comes_every_year_at_nine(day: str, now: str, due: str) -> None:
    assert before(day, now) == f"{due}T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("unit", "magnitude", "due"),
    [
        ("minute", 30, "2026-07-22T06:30"),
        ("hour", 48, "2026-07-20T07:00"),
        ("day", 1, "2026-07-21T07:00"),
        ("week", 20, "2026-03-04T08:00"),  # nine o'clock in winter
    ],
)
def test_so_long_before_is_told_by_the_clocks_of_the_user(unit: str, magnitude: int, due: str) -> None:
    assert (before("--07-22", "2026-01-01T00:00:00Z", BERLIN, unit, magnitude) or "")[:16] == due


def test_a_birthday_wins_over_anniversaries_of_which_the_next_one_counts() -> None:
    now = times.parse("2026-03-01T00:00:00Z")
    both = ContactDates("1980-12-01", ("2001-02-01", "2010-06-01"))
    due = {each: next_before(replace(BLANK, category=each), both, UTC_ZONE, now) or "" for each in CATEGORIES}
    assert {each: moment[:10] for each, moment in due.items()} == {
        "custom": "2026-12-01", "birthday": "2026-12-01", "anniversary": "2026-06-01",
    }  # fmt: skip
    none = ContactDates(None, ("2001-02-01",))
    assert (next_before(BLANK, none, UTC_ZONE, now) or "")[:10] == "2027-02-01"
    assert next_before(replace(BLANK, category="birthday"), none, UTC_ZONE, now) is None


def test_a_week_keeps_the_time_of_day_across_the_change_of_clocks() -> None:
    weekly = replace(BLANK, before_unit=None, repeat_unit="week", repeat_magnitude=1, due_at="2026-03-23T08:00:00Z")
    assert next_repeat(weekly, BERLIN, times.parse("2026-03-23T08:00:01Z")) == "2026-03-30T07:00:00.000000Z"
    hourly = replace(weekly, repeat_unit="hour", repeat_magnitude=24)
    assert next_repeat(hourly, BERLIN, times.parse("2026-03-30T00:00:00Z")) == "2026-03-30T08:00:00.000000Z"


moments = st.datetimes(datetime(1970, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC))


@settings(max_examples=150, deadline=None)
@given(due=moments, now=moments, unit=st.sampled_from(REPEAT_UNITS), magnitude=st.integers(1, 1000))
def test_the_next_repeat_is_ahead_and_less_than_one_step_away(
    due: datetime, now: datetime, unit: str, magnitude: int
) -> None:
    reminder = replace(BLANK, before_unit=None, repeat_unit=unit, repeat_magnitude=magnitude, due_at=times.moment(due))
    following = times.parse(next_repeat(reminder, BERLIN, now) or "")
    hours = {"hour": 1, "day": 24, "week": 168}[unit] * magnitude
    assert max(due, now) < following <= max(due, now) + timedelta(hours=hours + 1)


@settings(max_examples=150, deadline=None)
@given(
    day=st.dates().map(lambda each: each.isoformat()),
    now=moments,
    unit=st.sampled_from(BEFORE_UNITS),
    magnitude=st.integers(0, 52),
)
def test_the_next_date_is_always_ahead(day: str, now: datetime, unit: str, magnitude: int) -> None:
    due = before(day, times.moment(now), BERLIN, unit, magnitude)
    assert due is None or times.parse(due) > now
    if int(day[:4]) <= now.year:
        assert due is not None and times.parse(due) < now + timedelta(days=367)


@pytest.mark.parametrize(
    ("zone", "due", "unit", "expected"),
    [
        ("Europe/Berlin", "2027-03-27T02:30", "day", ["03-28T03:30+0200", "03-29T02:30+0200", "03-30T02:30+0200"]),
        ("Europe/Berlin", "2027-03-27T03:30", "day", ["03-28T03:30+0200", "03-29T03:30+0200"]),
        ("America/New_York", "2027-03-07T02:15", "week", ["03-14T03:15-0400", "03-21T02:15-0400"]),
        ("Australia/Lord_Howe", "2027-10-02T02:10", "day", ["10-03T02:40+1100", "10-04T02:10+1100"]),
        ("Europe/Berlin", "2027-10-30T02:30", "day", ["10-31T02:30+0200", "11-01T02:30+0100"]),
    ],
)
def test_a_time_the_clocks_skip_moves_one_reminder_and_not_its_series(
    zone: str, due: str, unit: str, expected: list[str]
) -> None:
    place = ZoneInfo(zone)
    moment = times.moment(datetime.fromisoformat(due).replace(tzinfo=place))
    found = []
    for _ in expected:
        reminder = replace(BLANK, before_unit=None, repeat_unit=unit, repeat_magnitude=1, due_at=moment)
        moment = next_repeat(reminder, place, times.parse(moment) + timedelta(seconds=5)) or ""
        found.append(times.parse(moment).astimezone(place).strftime("%m-%dT%H:%M%z"))
    assert found == expected
