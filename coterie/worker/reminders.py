"""Reminders go out by mail: found when they are due, sent once each.

Each occurrence of a reminder is one job, whose dedupe key names the occurrence. The job speaks with the mail server
up to its acceptance of the recipient, then writes the hand-over down in its own row, then gives the text away, then
marks the reminder. So a job that runs again (its worker died, the machine lost power) knows whether the text may be
out already, and in that case does not send it again: after the hand-over an occurrence is sent at most once, and
until then as often as it takes. The price is that a crash within that one exchange can lose a mail; the reminder
says then that the answer was not seen. Without SMTP settings nothing is enqueued: reminders wait, and say so.
"""

import threading
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from coterie.actions import reminders as actions
from coterie.model import times
from coterie.model.jobs import Job
from coterie.model.reminders import ANNIVERSARY, BIRTHDAY, SEND_JOB, Reminder
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store import reminders as store
from coterie.store.contacts import find_contact
from coterie.store.database import Database, Tx
from coterie.store.organizations import find_user, list_organizations
from coterie.worker import mail
from coterie.worker.lease import renew_lease

FIND_SECONDS = 10.0
REFRESH_SECONDS = 3600.0
BATCH = 100
# with pauses of up to six hours: about five days
ATTEMPTS_MAX = 30
UNSEEN = "It was handed to the mail server, whose answer was not seen"
log = structlog.get_logger()


class Occurrence(Struct, frozen=True):
    """One time a reminder is due: the arguments of its job."""

    reminder_id: str
    due_at: str


def find_due(database: Database, settings: Settings) -> None:
    """Enqueue a job for each reminder that is due; one that waits already is not enqueued again."""
    if not mail.can_mail(settings):
        return
    now = times.now()
    with database.read() as tx:
        due = store.list_due(tx, now, limit=BATCH)
    if not due:
        return
    with database.write() as tx:
        for organization_id, reminder_id, due_at in due:
            jobs.enqueue(
                tx,
                organization_id,
                SEND_JOB,
                msgspec.structs.asdict(Occurrence(reminder_id, due_at)),
                dedupe_key=f"{SEND_JOB}:{reminder_id}:{due_at}",
                attempts_max=ATTEMPTS_MAX,
            )


def refresh(database: Database, settings: Settings) -> None:
    """Plan reminders that hang on dates anew: anniversaries come and go without a word to the reminders."""
    with database.read() as tx:
        organizations = list_organizations(tx, limit=100_000)
    for organization in organizations:
        after_id: str | None = ""
        while after_id is not None:
            with database.write() as tx:
                after_id = actions.refresh_dates(tx, organization.id, after_id=after_id)


def send(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Send one occurrence of a reminder, unless it was handed over by an earlier run or is not up any more."""
    occurrence = msgspec.json.decode(job.arguments, type=Occurrence)
    organization_id = job.organization_id
    if _is_handed_over(job):
        with database.write() as tx:
            actions.mark_sent(tx, organization_id, occurrence.reminder_id, occurrence.due_at, UNSEEN)
        return
    with database.read() as tx:
        message = compose(tx, settings, organization_id, occurrence)
    if message is None:
        return
    remark: str | None = None
    try:
        mail.send(settings, message, lambda: _note(database, job, is_handed_over=True))
    except mail.DeliveryUnknown as error:
        log.warning("mail handed over, answer not seen", id=job.id, error=str(error))
        remark = UNSEEN
    except mail.PermanentFailure as error:
        with database.write() as tx:
            actions.mark_failed(tx, organization_id, occurrence.reminder_id, occurrence.due_at, str(error))
        return
    except mail.TemporaryFailure as error:
        _put_off(database, job, occurrence, str(error))
        raise
    with database.write() as tx:
        actions.mark_sent(tx, organization_id, occurrence.reminder_id, occurrence.due_at, remark)


def _is_handed_over(job: Job) -> bool:
    return bool(job.progress and msgspec.json.decode(job.progress).get("is_handed_over"))


def _note(database: Database, job: Job, *, is_handed_over: bool) -> None:
    """Write down whether the text may be out, in a transaction that is on the disk when this returns."""
    with database.write() as tx:
        renew_lease(tx, job, {"is_handed_over": is_handed_over})


def _put_off(database: Database, job: Job, occurrence: Occurrence, error: str) -> None:
    """It did not go out: say so with the reminder, and give it up after the last attempt."""
    _note(database, job, is_handed_over=False)
    say = actions.mark_failed if job.attempt_count >= job.attempts_max else actions.note_error
    with database.write() as tx:
        say(tx, job.organization_id, occurrence.reminder_id, occurrence.due_at, error)


# What it says ---------------------------------------------------------------------------------------------------------


def compose(tx: Tx, settings: Settings, organization_id: int, occurrence: Occurrence) -> mail.Mail | None:
    """The message of an occurrence; None where it is not up any more."""
    reminder = store.find_reminder(tx, organization_id, occurrence.reminder_id)
    if reminder is None or reminder.finished_at or reminder.due_at != occurrence.due_at:
        return None
    user = find_user(tx, reminder.user_id)
    contact = find_contact(tx, organization_id, reminder.contact_id) if reminder.contact_id is not None else None
    if user is None or reminder.is_muted or (contact is not None and contact.deleted_at):
        return None
    name = (contact.name or contact.username or contact.email or contact.phone) if contact else None
    subject = _subject(reminder, name)
    lines: list[Any] = [subject]
    if reminder.title and contact:
        lines.append(f"Contact: {name}")
    if contact and contact.birthday and reminder.before_unit and reminder.category != ANNIVERSARY:
        lines.append(f"Birthday: {contact.birthday}")
    if settings.base_url:
        lines.append(settings.base_url)
    text = "\n\n".join(str(line) for line in lines) + "\n"
    return mail.Mail(user.email, subject, text, f"reminder.{reminder.id}.{occurrence.due_at}")


def _subject(reminder: Reminder, name: str | None) -> str:
    if reminder.title:
        return reminder.title
    if name is None:
        return "Reminder"
    words = {BIRTHDAY: "The birthday of", ANNIVERSARY: "The anniversary of"}
    return f"{words.get(reminder.category, 'Remember')} {name}"
