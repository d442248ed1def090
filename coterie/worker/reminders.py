"""Mails reminders that are due, each occurrence once.

Each occurrence is one job; the job's dedupe key identifies the occurrence. The job waits until the mail server accepts
the recipient, records the hand-over in its own row, sends the text, and marks the reminder. So a job that runs again
after a crash knows whether the text may have been sent, and then does not send it again: at most once after the
hand-over, as often as necessary before it. The price: a crash during that exchange can lose a mail, and the reminder
then says that the server's response is unknown. Without SMTP settings nothing is enqueued, and reminders show that they
are waiting for them.
"""

import logging
import threading
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions import reminders as actions
from coterie.model import times
from coterie.model.jobs import MAIL, Job
from coterie.model.reminders import ANNIVERSARY, BIRTHDAY, SEND_JOB, Reminder
from coterie.settings import Settings
from coterie.store import job_claims, jobs
from coterie.store import reminders as store
from coterie.store.contacts import find_contact
from coterie.store.database import Database, Tx
from coterie.store.organizations import find_user, list_organizations
from coterie.worker import mail
from coterie.worker.mail_once import hand_over, is_handed_over

# a mail starts within two seconds of its moment, also while other work keeps the machine busy
FIND_SECONDS = 0.4
REFRESH_SECONDS = 3600.0
BATCH = 100
# about five days, with pauses of up to six hours
ATTEMPTS_MAX = 30
# how long all mail waits after the server could not be reached
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 30.0, 300.0
DELIVERY_UNKNOWN = "Handed to the mail server, but its response is unknown"
log = logging.getLogger(__name__)


class Occurrence(Struct, frozen=True):
    """One due date of a reminder; the arguments of its job."""

    reminder_id: str
    due_at: str


def find_due(database: Database, settings: Settings) -> None:
    """Enqueues a job for each due reminder that has none, and skips reminders that are not mailed."""
    now, can_mail = times.now(), mail.can_mail(settings)
    late_before = times.after(now, -settings.reminder_late_seconds)
    with database.read() as tx:
        due = store.list_due(tx, now, late_before=late_before, limit=BATCH) if can_mail else []
        passed = store.list_passed_without_mail(tx, now, can_mail=can_mail, late_before=late_before, limit=BATCH)
    if not due and not passed:
        return
    with database.write() as tx:
        for organization_id, reminder_id, due_at in passed:
            actions.pass_over(tx, organization_id, reminder_id, due_at, can_mail=can_mail)
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
    """Recomputes the reminders that depend on a contact's dates, because a change of a date does not do it."""
    with database.read() as tx:
        organizations = list_organizations(tx, limit=100_000)
    for organization in organizations:
        after_id: str | None = ""
        while after_id is not None:
            with database.write() as tx:
                after_id = actions.refresh_dates(tx, organization.id, after_id=after_id)


def send(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends one occurrence, unless an earlier run handed it over or it is no longer due."""
    occurrence = msgspec.json.decode(job.arguments, type=Occurrence)
    organization_id = job.organization_id
    if is_handed_over(job):
        with database.write() as tx:
            actions.mark_sent(tx, organization_id, occurrence.reminder_id, occurrence.due_at, DELIVERY_UNKNOWN)
        return
    with database.read() as tx:
        message = compose(tx, settings, organization_id, occurrence)
    if message is None or occurrence.due_at < times.after(times.now(), -settings.reminder_late_seconds):
        return
    remark: str | None = None
    try:
        hand_over(database, settings, job, message)
    except mail.DeliveryUnknown as error:
        log.warning("mail handed over, response unknown", extra={"id": job.id, "error": str(error)})
        remark = DELIVERY_UNKNOWN
    except mail.PermanentFailure as error:
        with database.write() as tx:
            actions.mark_failed(tx, organization_id, occurrence.reminder_id, occurrence.due_at, str(error))
        return
    except mail.TemporaryFailure as error:
        _record_failure(database, job, occurrence, str(error))
        if isinstance(error, mail.Unreachable):
            _postpone_mail(database, job)
        raise
    with database.write() as tx:
        actions.mark_sent(tx, organization_id, occurrence.reminder_id, occurrence.due_at, remark)


def _record_failure(database: Database, job: Job, occurrence: Occurrence, error: str) -> None:
    """Records the error with the reminder, and gives up after the last attempt."""
    record_error = actions.mark_failed if job.attempt_count >= job.attempts_max else actions.note_error
    with database.write() as tx:
        record_error(tx, job.organization_id, occurrence.reminder_id, occurrence.due_at, error)


def _postpone_mail(database: Database, job: Job) -> None:
    """Makes all mail wait: each attempt takes up to 15 seconds. This job tries first, after its own pause."""
    seconds = min(max(PAUSE_SECONDS_MIN, 2.0**job.attempt_count), PAUSE_SECONDS_MAX)
    with database.write() as tx:
        job_claims.postpone(tx, MAIL, times.after(times.now(), seconds))


def compose(tx: Tx, settings: Settings, organization_id: int, occurrence: Occurrence) -> mail.Mail | None:
    """The message of an occurrence, or None if it is no longer due."""
    reminder = store.find_reminder(tx, organization_id, occurrence.reminder_id)
    if reminder is None or reminder.finished_at or reminder.due_at != occurrence.due_at:
        return None
    user = find_user(tx, reminder.user_id)
    contact = find_contact(tx, organization_id, reminder.contact_id) if reminder.contact_id is not None else None
    if user is None or reminder.is_muted or (contact is not None and contact.deleted_at):
        return None
    name = contact.shown_name if contact else None
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
