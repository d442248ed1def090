"""One mail a day to members who want it: the people to be in touch with, reminders of the day, birthdays of the week.

It is made at the first look after nine in the morning where the member is. A day with nothing to say has no mail. The
day is claimed in the transaction that enqueues the job, so there is at most one a day; after the hand-over to the mail
server the job sends nothing more.
"""

import threading
from datetime import UTC, date, datetime, time

import msgspec
from msgspec import Struct

from coterie.actions.cadences import list_due
from coterie.actions.callers import caller_for
from coterie.model import times
from coterie.model.cadences import words_of
from coterie.model.dates import coming_days
from coterie.model.jobs import Job
from coterie.model.time_zones import zone_of
from coterie.settings import Settings
from coterie.store import digests as store
from coterie.store import jobs
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Database, Tx
from coterie.store.organizations import find_membership, find_organization, find_user
from coterie.store.reminders import list_reminders
from coterie.store.today import list_birthdays, list_dates_on
from coterie.worker import mail
from coterie.worker.mail_once import is_handed_over, send_once

SEND_JOB = "send_digest"
FIND_SECONDS = 60.0
HOUR = 9
SHOWN_MAX = 10
DAYS = 7
ATTEMPTS_MAX = 8


class Digest(Struct, frozen=True):
    """The mail of a day; the arguments of its job."""

    user_id: str
    day: str


def find_due(database: Database, settings: Settings, now: datetime | None = None) -> None:
    """Enqueues the mails of the day for members where it is nine in the morning or later."""
    if not mail.can_mail(settings):
        return
    with database.read() as tx:
        readers = store.list_readers(tx)
    for reader in readers:
        local = (now or datetime.now(UTC)).astimezone(zone_of(reader.time_zone))
        day = local.date().isoformat()
        if local.hour < HOUR or reader.sent_on >= day:
            continue
        with database.write() as tx:
            if store.claim_day(tx, reader.organization_id, reader.user_id, day):
                arguments = msgspec.structs.asdict(Digest(reader.user_id, day))
                jobs.enqueue(tx, reader.organization_id, SEND_JOB, arguments, attempts_max=ATTEMPTS_MAX)


def send(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends the mail of a day, unless an earlier run handed it over, the day is over, or there is nothing to report."""
    if is_handed_over(job):
        return
    digest = msgspec.json.decode(job.arguments, type=Digest)
    with database.read() as tx:
        message = compose(tx, settings, job.organization_id, digest)
    if message is not None:
        send_once(database, settings, job, message)


def compose(
    tx: Tx, settings: Settings, organization_id: int, digest: Digest, now: datetime | None = None
) -> mail.Mail | None:
    """The mail, or None if there is nothing to report, the day is over, or the user left or switched it off."""
    user, organization = find_user(tx, digest.user_id), find_organization(tx, organization_id)
    if user is None or organization is None or find_membership(tx, organization_id, digest.user_id) is None:
        return None
    today = (now or datetime.now(UTC)).astimezone(zone_of(user.time_zone)).date()
    if today.isoformat() != digest.day or not store.has_digest(tx, organization_id, digest.user_id):
        return None
    root = f"{settings.base_url.rstrip('/')}/{organization_id}" if settings.base_url else ""
    parts = {
        "Be in touch": _in_touch(tx, organization_id, digest.user_id, today, root),
        "Reminders today": _reminders(tx, organization_id, digest.user_id, today),
        "Birthdays and other days": _days(tx, organization_id, today),
    }
    if not any(parts.values()):
        return None
    sections = ["\n".join((title, *(f"- {line}" for line in lines))) for title, lines in parts.items() if lines]
    if root:
        sections.append(f"Today: {root}/today\nTurn off this e-mail: {root}/in-touch")
    subject = f"{organization.name}: your day"
    return mail.Mail(user.email, subject, "\n\n".join(sections) + "\n", f"digest.{user.id}.{digest.day}")


def _in_touch(tx: Tx, organization_id: int, user_id: str, today: date, root: str) -> list[str]:
    caller = caller_for(tx, organization_id, user_id=user_id, via="worker")
    lines = []
    for due in list_due(tx, caller, today, limit=SHOWN_MAX):
        late = f"{due.days_late} days late" if due.days_late > 1 else "1 day late" if due.days_late else "today"
        link = f"  {root}/people/{due.contact.id}" if root else ""
        lines.append(f"{due.contact.shown_name or 'No name'}: {late}, {words_of(due.plan.every)}{link}")
    return lines


def _reminders(tx: Tx, organization_id: int, user_id: str, today: date) -> list[str]:
    user = find_user(tx, user_id)
    zone = zone_of(user.time_zone if user else "UTC")
    # without those that are late: as many as the limit would leave no room for those of today
    due_from = times.moment(datetime.combine(today, time.min, zone))
    due = [
        (times.parse(each.due_at).astimezone(zone), each)
        for each in list_reminders(tx, organization_id, user_id, due_from=due_from, limit=100)
        if each.due_at and each.finished_at is None and not each.is_contact_deleted
    ]
    ids = {each.contact_id for _, each in due if each.contact_id is not None}
    people = list_contacts_by_id(tx, organization_id, ids) if ids else []
    names = {contact.id: contact.shown_name for contact in people}
    lines = []
    for at, each in sorted(due, key=lambda pair: pair[0]):
        if at.date() == today:
            words = (each.shown_title, names.get(each.contact_id or 0))
            lines.append(f"{at:%H:%M} {': '.join(filter(None, words))}")
    return lines[:SHOWN_MAX]


def _days(tx: Tx, organization_id: int, today: date) -> list[str]:
    """Birthdays and important dates of the next seven days, soonest first."""
    coming = coming_days(today, DAYS)
    found = [
        (coming[(each.birthday or "")[-5:]], each.shown_name or "No name", "birthday")
        for each in list_birthdays(tx, organization_id, coming, limit=100)
    ]
    dates = list_dates_on(tx, organization_id, coming, limit=100)
    names = {each.id: each.shown_name for each in list_contacts_by_id(tx, organization_id, {row[0] for row in dates})}
    found += [(coming[on[-5:]], names.get(contact_id) or "No name", label) for contact_id, label, on in dates]
    return [f"{day:%a} {day.day} {day:%b}: {name}, {label}" for day, name, label in sorted(found)][: SHOWN_MAX * 2]
