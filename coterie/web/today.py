"""Today: reminders that are due, birthdays and other days of the next two weeks, and what waits for a decision."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from coterie.actions.reminders import find_reminder_of_user, finish_reminder, update_reminder
from coterie.demo.springfield import can_look_around
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.dates import coming_days
from coterie.model.imports import STAGED, Import
from coterie.model.reminders import Reminder
from coterie.store.contacts import count_contacts, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.deletions import any_held
from coterie.store.duplicates import count_duplicates
from coterie.store.imports import list_imports
from coterie.store.reminders import list_reminders
from coterie.store.today import list_birthdays, list_dates_on
from coterie.web import in_touch
from coterie.web.history import undo_of
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

DAYS = 14
SHOWN_MAX = 100
REMINDERS_MAX = 200
IMPORTS_READ = 20
BUNDLES_READ = 20
_DAY_SECONDS = 86_400


class Day(Struct, frozen=True):
    """A birthday or another date of a contact. days: until it comes; age: the years it completes, None if unknown."""

    contact: Contact
    label: str
    days: int
    age: int | None
    on: str

    @property
    def when(self) -> str:
        return {0: "Today", 1: "Tomorrow"}.get(self.days, f"In {self.days} days")


class Due(Struct, frozen=True):
    """A reminder that is or was due. contact: None if it is about no contact."""

    reminder: Reminder
    contact: Contact | None
    is_late: bool


def show(tx: Tx, visit: Visit) -> Result:
    organization_id = visit.acting.organization_id
    today = datetime.now(_zone(visit)).date()
    waiting = [each for each in list_imports(tx, organization_id, limit=IMPORTS_READ) if _waits(each)]
    people_count = count_contacts(tx, organization_id)
    days, touch = list_days(tx, organization_id, today), in_touch.today_values(tx, visit)
    return Show(
        template="today/index.html",
        values={
            "people_count": people_count,
            "can_look_around": not people_count and can_look_around(tx, visit.acting),
            "days": days,
            "reminders": list_due(tx, visit),
            "imports": waiting,
            "has_held_deletions": any_held(tx, organization_id, limit=BUNDLES_READ),
            "duplicate_count": sum(count_duplicates(tx, organization_id).values()),
            "date": today,
            "pictures": pictures_of(tx, visit, [each.contact for each in (*days, *touch["touch_due"])]),
            **touch,
        },
    )


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.user.time_zone if visit.user else "UTC")


def _waits(import_: Import) -> bool:
    return import_.state == STAGED


def list_days(tx: Tx, organization_id: int, today: date, days: int = DAYS) -> list[Day]:
    """The birthdays and other dates from today on, soonest first."""
    coming = coming_days(today, days + 1)
    born = list_birthdays(tx, organization_id, coming, limit=SHOWN_MAX)
    dates = list_dates_on(tx, organization_id, coming, limit=SHOWN_MAX)
    contacts = {each.id: each for each in list_contacts_by_id(tx, organization_id, {row[0] for row in dates})}
    found = [_day(each, "Birthday", each.birthday or "", coming, today) for each in born]
    found += [_day(contacts[id_], label, on, coming, today) for id_, label, on in dates if id_ in contacts]
    return sorted(found, key=lambda each: (each.days, each.contact.shown_name or ""))


def _day(contact: Contact, label: str, on: str, coming: dict[str, date], today: date) -> Day:
    day = coming[on[-5:]]
    age = day.year - int(on[:4]) if not on.startswith("--") else None
    return Day(contact, label, (day - today).days, age if age is None or age >= 0 else None, on)


def list_due(tx: Tx, visit: Visit) -> list[Due]:
    """The user's reminders that are due within two weeks, the latest due first."""
    organization_id, now = visit.acting.organization_id, times.now()
    until = times.after(now, DAYS * _DAY_SECONDS)
    reminders = [
        each
        for each in list_reminders(tx, organization_id, visit.acting.user_id or "", limit=REMINDERS_MAX)
        if each.due_at and each.due_at <= until and not each.is_contact_deleted
    ]
    ids = {each.contact_id for each in reminders if each.contact_id is not None}
    contacts = {each.id: each for each in list_contacts_by_id(tx, organization_id, ids)} if ids else {}
    return [
        Due(each, contacts.get(each.contact_id) if each.contact_id else None, (each.due_at or now) < now)
        for each in reminders
    ]


def snooze(tx: Tx, visit: Visit) -> Result:
    """Moves a reminder to tomorrow at the same time."""
    reminder = find_reminder_of_user(tx, visit.acting, visit.path["reminder"])
    if reminder.due_at is None:
        raise NotFound("The reminder has no date")
    due = max(times.parse(reminder.due_at), datetime.now(UTC)) + timedelta(days=1)
    update_reminder(tx, visit.acting, reminder.id, {"due_at": times.moment(due)})
    return Go(url=f"{visit.root}/today", message="Snoozed until tomorrow", undo=undo_of(tx, visit))


def finish(tx: Tx, visit: Visit) -> Result:
    """Marks the next occurrence of a reminder as done."""
    finish_reminder(tx, visit.acting, visit.path["reminder"])
    return Go(url=f"{visit.root}/today", message="The reminder is done", undo=undo_of(tx, visit))


PAGES = (
    Page("GET", "/{o:int}/today", show),
    Page("POST", "/{o:int}/today/{reminder}/done", finish, "write"),
    Page("POST", "/{o:int}/today/{reminder}/snooze", snooze, "write"),
)
