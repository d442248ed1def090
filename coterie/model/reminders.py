"""Reminders: at a moment, once or repeating, or a time span before a date of a contact, every year."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from coterie.errors import Invalid, Problem
from coterie.model import times

EMAIL, PUSH = "email", "push"
WAYS = (EMAIL, PUSH)
CUSTOM, BIRTHDAY, ANNIVERSARY = "custom", "birthday", "anniversary"
CATEGORIES = (CUSTOM, BIRTHDAY, ANNIVERSARY)
REPEAT_UNITS = ("hour", "day", "week")
BEFORE_UNITS = ("minute", "hour", "day", "week")
TITLE_LENGTH_MAX = 500
REPEAT_MAGNITUDE_MAX = 1000
REPEAT_COUNT_MAX = 10_000
# a reminder comes at most a year before its date
BEFORE_MAGNITUDE_MAX = {"minute": 525_600, "hour": 8_760, "day": 365, "week": 52}
REMINDERS_MAX = 5_000
# the job that mails one occurrence; its dedupe key is SEND_JOB:id:due_at
SEND_JOB = "send_reminder"
# the hour of a reminder of a date, in the user's time zone
HOUR = 9
YEARS_AHEAD = 4
# a later occurrence is not mailed (the default of COTERIE_REMINDER_LATE_SECONDS)
LATE_SECONDS = 86_400
# marks a moment that a change of the clocks moved, so that its series returns to its own time of day
_SKIPPED = 1


class Reminder(Struct, frozen=True):
    """One reminder of one user.

    due_at: the next moment, or None if there is none yet. done_until: the latest moment that the user marked as done,
    perhaps ahead of time. advanced_at: when the occurrence at advanced_from, the one before, was sent, missed or done.
    before_unit: set for a reminder of a date of its contact; repeat_unit and repeat_magnitude are then None.
    Read-only: contact_uuid, is_contact_deleted, and is_muted, which is set when the user has disabled mail about
    reminders.
    """

    id: str
    user_id: str
    contact_id: int | None
    category: str
    title: str | None
    remind_by: str
    due_at: str | None
    repeat_unit: str | None
    repeat_magnitude: int | None
    repeat_count: int | None
    before_unit: str | None
    before_magnitude: int | None
    sent_count: int
    last_sent_at: str | None
    last_error: str | None
    finished_at: str | None
    created_at: str
    updated_at: str
    done_until: str | None = None
    advanced_at: str | None = None
    advanced_from: str | None = None
    contact_uuid: str | None = None
    is_muted: bool = False
    is_contact_deleted: bool = False

    @property
    def shown_title(self) -> str:
        """The title, or what kind of reminder it is."""
        return self.title or {BIRTHDAY: "Birthday", ANNIVERSARY: "Anniversary"}.get(self.category, "Reminder")


class ContactDates(Struct, frozen=True):
    """The dates of one contact a reminder can depend on."""

    birthday: str | None
    anniversaries: tuple[str, ...]


def status_of(reminder: Reminder, *, can_mail: bool) -> str:
    """One of finished, failed, waiting_for_date, unscheduled, waiting_for_contact (deleted), in_app (shown
    there, never mailed), muted, waiting_for_smtp and scheduled."""
    if reminder.finished_at:
        return "finished"
    if reminder.due_at is None:
        if reminder.last_error:
            return "failed"
        return "waiting_for_date" if reminder.before_unit else "unscheduled"
    if reminder.is_contact_deleted:
        return "waiting_for_contact"
    if reminder.remind_by == PUSH:
        return "in_app"
    if reminder.is_muted:
        return "muted"
    return "scheduled" if can_mail else "waiting_for_smtp"


def check(reminder: Reminder) -> None:
    """Raises Invalid with every problem: an unknown choice, a number out of range, a count or magnitude without its
    unit, a reminder of a date without a contact or with a repeat_unit."""
    problems: list[Problem] = []

    def choice(field: str, value: str | None, choices: Iterable[str]) -> None:
        if value is not None and value not in choices:
            problems.append(Problem((field,), "choice", f"is not one of {', '.join(choices)}"))

    def number(field: str, value: int | None, minimum: int, maximum: int) -> None:
        if value is not None and not minimum <= value <= maximum:
            problems.append(Problem((field,), "invalid", f"is not {minimum} to {maximum}"))

    def reject(condition: Any, field: str, reason: str) -> None:
        if condition:
            problems.append(Problem((field,), "invalid", reason))

    choice("remind_by", reminder.remind_by, WAYS)
    choice("category", reminder.category, CATEGORIES)
    choice("repeat_unit", reminder.repeat_unit, REPEAT_UNITS)
    choice("before_unit", reminder.before_unit, BEFORE_UNITS)
    number("repeat_magnitude", reminder.repeat_magnitude, 1, REPEAT_MAGNITUDE_MAX)
    number("repeat_count", reminder.repeat_count, 1, REPEAT_COUNT_MAX)
    number("before_magnitude", reminder.before_magnitude, 0, BEFORE_MAGNITUDE_MAX.get(reminder.before_unit or "", 0))
    if len(reminder.title or "") > TITLE_LENGTH_MAX:
        problems.append(Problem(("title",), "too_long", f"is longer than {TITLE_LENGTH_MAX} characters"))
    years = (reminder.due_at or "2000")[:4]
    reject(not "1970" <= years <= "2200", "due_at", "is not in the years 1970 to 2200")
    reject(reminder.before_unit and reminder.contact_id is None, "before_unit", "requires a contact")
    reject(
        reminder.before_unit and reminder.repeat_unit,
        "repeat_unit",
        "cannot be combined with before_unit: such a reminder repeats every year",
    )
    reject(reminder.repeat_magnitude and not reminder.repeat_unit, "repeat_unit", "is required with repeat_magnitude")
    repeats = reminder.repeat_unit or reminder.before_unit
    reject((reminder.repeat_count or 1) > 1 and not repeats, "repeat_unit", "is required with repeat_count")
    if problems:
        raise Invalid(*problems)


# When it is due -------------------------------------------------------------------------------------------------------


def next_repeat(reminder: Reminder, zone: ZoneInfo, now: datetime) -> str | None:
    """The first moment after now in the series of a repeating reminder, or None if it does not repeat.

    Missed occurrences are skipped. Days and weeks keep the local time of day when the clocks change; hours are exact.
    """
    if reminder.due_at is None or reminder.repeat_unit is None:
        return None
    due, step = times.parse(reminder.due_at), _step(reminder)
    if reminder.repeat_unit == "hour":
        return times.moment(due + step * (max((now - due) // step, 0) + 1))
    local = _time_of_series(due, zone)
    count = max((now - due) // step, 0)
    while True:
        count += 1
        following = _moment_of_series(local + step * count, zone)
        if following > now and following > due:
            return times.moment(following)


def rewind(reminder: Reminder, zone: ZoneInfo, now: datetime) -> str | None:
    """next_repeat() of a reminder whose series a clock ahead of now has advanced: earlier moments count too."""
    if reminder.due_at is None or reminder.repeat_unit is None:
        return None
    due, step = times.parse(reminder.due_at), _step(reminder)
    back = step * max((due - now) // step + 1, 0)
    if reminder.repeat_unit == "hour":
        earlier = due - back
    else:
        earlier = _moment_of_series(_time_of_series(due, zone) - back, zone)
    return next_repeat(replace(reminder, due_at=times.moment(earlier)), zone, now)


def _step(reminder: Reminder) -> timedelta:
    size = reminder.repeat_magnitude or 1
    if reminder.repeat_unit == "hour":
        return timedelta(hours=size)
    return timedelta(days=size * (7 if reminder.repeat_unit == "week" else 1))


def _moment_of_series(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time as a moment. One that the clocks skip moves after the gap, marked by the microsecond _SKIPPED."""
    moment = local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
    is_skipped = moment.astimezone(zone).replace(tzinfo=None) != local
    return moment.replace(microsecond=_SKIPPED) if is_skipped else moment


def _time_of_series(due: datetime, zone: ZoneInfo) -> datetime:
    """The local time of a moment of a series; if the clocks skipped it, the time before the gap."""
    local = due.astimezone(zone)
    if due.microsecond == _SKIPPED:
        gap = (local.utcoffset() or timedelta()) - (
            (due - timedelta(days=1)).astimezone(zone).utcoffset() or timedelta()
        )
        if gap > timedelta():
            return local.replace(tzinfo=None, microsecond=0) - gap
    return local.replace(tzinfo=None)


def next_before(reminder: Reminder, dates: ContactDates, zone: ZoneInfo, now: datetime) -> str | None:
    """The first moment after now that is the reminder's time span before a date of the contact, or None.

    A moment that the user marked as done, and those before it, do not come again.
    The category chooses the date: birthday, or the next anniversary; custom means the birthday, or the anniversaries if
    there is none. In common years the 29th of February is the 28th.
    """
    if reminder.category == ANNIVERSARY or (reminder.category == CUSTOM and not dates.birthday):
        days = dates.anniversaries
    else:
        days = (dates.birthday,) if dates.birthday else ()
    now = max(now, times.parse(reminder.done_until)) if reminder.done_until else now
    moments = [due for day in days if (due := _next_time(reminder, day, zone, now))]
    return times.moment(min(moments)) if moments else None


def _next_time(reminder: Reminder, day: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    this_year = now.astimezone(zone).year
    first_year = this_year if day.startswith("--") else max(this_year, int(day[:4]))
    for year in range(first_year, first_year + YEARS_AHEAD):
        if year > date.max.year - 1:
            return None
        local = datetime(year, *_day_in(day, year), HOUR)  # noqa: DTZ001 (the zone comes with the arithmetic)
        due = _before(reminder, local, zone)
        if due > now:
            return due
    return None


def _day_in(day: str, year: int) -> tuple[int, int]:
    month, number = int(day[-5:-3]), int(day[-2:])
    if (month, number) == (2, 29) and (year % 4 or (not year % 100 and year % 400)):
        return 2, 28
    return month, number


def _before(reminder: Reminder, local: datetime, zone: ZoneInfo) -> datetime:
    unit, size = reminder.before_unit, reminder.before_magnitude or 0
    if unit in ("day", "week"):
        return (local - timedelta(days=size * (7 if unit == "week" else 1))).replace(tzinfo=zone)
    moment = local.replace(tzinfo=zone)
    # arithmetic in a time zone is that of its clocks; hours and minutes are exact in UTC
    return moment.astimezone(ZoneInfo("UTC")) - timedelta(minutes=size * (60 if unit == "hour" else 1))


def next_due(reminder: Reminder, dates: ContactDates, zone: ZoneInfo, now: datetime) -> str | None:
    """The next moment of a reminder after now: by its date or by its series. None if there is none."""
    if reminder.before_unit:
        return next_before(reminder, dates, zone, now)
    return next_repeat(reminder, zone, now)
