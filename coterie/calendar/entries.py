"""The events of a feed: explicit days from 30 days back to 400 ahead, no rules of repetition.

Programs read such rules differently: a yearly 29 February is missing in most years, and a changed rule is not taken
over. Whatever has not changed gives the same text at any time of the day.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from coterie.calendar.icalendar import CalendarEvent
from coterie.model import times
from coterie.model.calendar_feeds import BIRTHDAYS, DATES, IN_TOUCH, REMINDERS, CalendarFeed
from coterie.model.contacts import Contact
from coterie.store import calendar_days
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.reminders import list_reminders
from coterie.store.touch_plans import count_due, list_due

DAYS_BACK, DAYS_AHEAD = 30, 400
EVENTS_MAX = 5_000
REMINDERS_MAX = 1_000
NAMED_MAX = 20
NOBODY = "No name"
_BATCH = 1_000


class Window(Struct, frozen=True):
    """Which days a feed shows, and where its links lead. host: of the ids of events; root: of an organization's
    pages."""

    today: date
    host: str
    root: str

    @property
    def day(self) -> str:
        """Today as MM-DD."""
        return self.today.isoformat()[5:]

    @property
    def first(self) -> date:
        return self.today - timedelta(days=DAYS_BACK)

    @property
    def last(self) -> date:
        return self.today + timedelta(days=DAYS_AHEAD)


def list_events(tx: Tx, organization_id: int, feed: CalendarFeed, window: Window) -> list[CalendarEvent]:
    """The events of a feed by time; of more than 5,000 those that are nearest to today."""
    events: list[CalendarEvent] = []
    if BIRTHDAYS in feed.contents:
        events += _birthdays(tx, organization_id, window)
    if DATES in feed.contents:
        events += _dates(tx, organization_id, window)
    if REMINDERS in feed.contents:
        events += _reminders(tx, organization_id, feed.user_id, window)
    if IN_TOUCH in feed.contents:
        events += _in_touch(tx, organization_id, window)
    if len(events) > EVENTS_MAX:
        nearest = sorted(events, key=lambda event: (abs((_day_of(event) - window.today).days), event.uid))
        events = nearest[:EVENTS_MAX]
    return sorted(events, key=lambda event: (_day_of(event), event.uid))


def _day_of(event: CalendarEvent) -> date:
    return event.start.date() if isinstance(event.start, datetime) else event.start


def _birthdays(tx: Tx, organization_id: int, window: Window) -> Iterator[CalendarEvent]:
    born = dict(calendar_days.list_birthdays(tx, organization_id, today=window.day, limit=EVENTS_MAX))
    for contact in _contacts(tx, organization_id, born).values():
        for day, years, note in occurrences(born[contact.id], window):
            name = contact.shown_name or NOBODY
            summary = f"{name} turns {years}" if years else f"{name}'s birthday"
            yield _event(
                contact, window, f"birthday-{contact.uuid}", day=day, summary=summary + note, category="Birthday"
            )


def _dates(tx: Tx, organization_id: int, window: Window) -> Iterator[CalendarEvent]:
    dates = [
        *calendar_days.list_dates(tx, organization_id, today=window.day, limit=EVENTS_MAX),
        *calendar_days.list_anniversaries(tx, organization_id, today=window.day, limit=EVENTS_MAX),
    ]
    ids = {id_ for each in dates for id_ in (each.contact_id, each.other_id) if id_ is not None}
    contacts = _contacts(tx, organization_id, ids)
    for each in dates:
        contact = contacts.get(each.contact_id)
        if contact is None:
            continue
        other = contacts.get(each.other_id) if each.other_id is not None else None
        name = " and ".join((person.shown_name or NOBODY) for person in (contact, other) if person is not None)
        for day, years, note in occurrences(each.on, window):
            summary = f"{name}: {each.label}" + (f" ({years} years)" if years and years > 1 else "") + note
            yield _event(contact, window, f"date-{each.id}", day=day, summary=summary, category="Anniversary")


def _reminders(tx: Tx, organization_id: int, user_id: str, window: Window) -> Iterator[CalendarEvent]:
    due_from = times.moment(datetime.combine(window.first, time.min, UTC))
    reminders = [
        each
        for each in list_reminders(tx, organization_id, user_id, due_from=due_from, limit=REMINDERS_MAX)
        if each.due_at and each.finished_at is None and not each.is_contact_deleted
    ]
    contacts = _contacts(tx, organization_id, {each.contact_id for each in reminders if each.contact_id is not None})
    for each in reminders:
        due = times.parse(each.due_at or "")
        if not window.first <= due.date() <= window.last:
            continue
        contact = contacts.get(each.contact_id) if each.contact_id is not None else None
        yield CalendarEvent(
            uid=f"reminder-{each.id}@{window.host}", start=due, category="Reminder", changed_at=_at(each.updated_at),
            summary=": ".join(filter(None, (each.shown_title, contact.shown_name if contact else None))),
            url=f"{window.root}/people/{contact.id}" if contact else None,
        )  # fmt: skip


def _in_touch(tx: Tx, organization_id: int, window: Window) -> Iterator[CalendarEvent]:
    """One event for each contact on its day; those who are late are one event of today, or the calendar fills."""
    today = window.today.isoformat()
    coming = list_due(tx, organization_id, window.last.isoformat(), from_on=_next(window.today), limit=EVENTS_MAX)
    late = list_due(tx, organization_id, today, limit=NAMED_MAX)
    contacts = _contacts(tx, organization_id, {plan.contact_id for plan in (*coming, *late)})
    for plan in coming:
        if contact := contacts.get(plan.contact_id):
            day, summary = date.fromisoformat(plan.due_on), f"Be in touch with {contact.shown_name or NOBODY}"
            yield _event(contact, window, f"touch-{contact.uuid}", day=day, summary=summary, category="Be in touch")
    if late:
        number = count_due(tx, organization_id, today, EVENTS_MAX)
        names = [contacts[plan.contact_id].shown_name or NOBODY for plan in late if plan.contact_id in contacts]
        yield CalendarEvent(
            uid=f"touch-late-{today}@{window.host}", start=window.today, category="Be in touch",
            summary=f"{number} {'person' if number == 1 else 'people'} to be in touch with",
            description="\n".join((*names, *(["…"] if number > len(names) else []))),
            changed_at=datetime(window.today.year, window.today.month, window.today.day, tzinfo=UTC),
            url=f"{window.root}/today",
        )  # fmt: skip


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


def occurrences(on: str, window: Window) -> Iterator[tuple[date, int | None, str]]:
    """(day, years since, what to add to the title) of a date in each year of the window.

    29 February is 28 February in years without it. A date with a year does not occur before.
    """
    month, day = int(on[-5:-3]), int(on[-2:])
    born = None if on.startswith("--") else int(on[:4])
    for year in range(window.first.year, window.last.year + 1):
        is_moved = (month, day) == (2, 29) and not calendar.isleap(year)
        at = date(year, month, 28 if is_moved else day)
        if window.first <= at <= window.last and (born is None or year >= born):
            yield at, year - born if born is not None else None, " (29 Feb)" if is_moved else ""


def _event(contact: Contact, window: Window, uid: str, *, day: date, summary: str, category: str) -> CalendarEvent:
    return CalendarEvent(
        uid=f"{uid}-{day.year}@{window.host}", start=day, summary=summary, category=category,
        changed_at=_at(contact.updated_at), sequence=contact.revision, url=f"{window.root}/people/{contact.id}",
    )  # fmt: skip


def _at(moment: str) -> datetime:
    return times.parse(moment)


def _contacts(tx: Tx, organization_id: int, ids: object) -> dict[int, Contact]:
    """id -> contact, of those that are not deleted."""
    every = sorted(ids)  # type: ignore[call-overload]
    found = {}
    for start in range(0, len(every), _BATCH):
        for contact in list_contacts_by_id(tx, organization_id, every[start : start + _BATCH]):
            found[contact.id] = contact
    return found
