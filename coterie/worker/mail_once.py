"""Mails of jobs, each sent at most once.

Guarantees. From the moment that the text may have been sent, the progress of the job says so: a job that runs again
does not send it a second time. If the server then rejects the text for now, the progress says that it was not sent, and
the next attempt sends it.
"""

import logging
from typing import Any

import msgspec

from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker import mail
from coterie.worker.batches import renew_lease

log = logging.getLogger(__name__)


class Record(msgspec.Struct, frozen=True):
    """The progress of a job: once the mail may have been sent, and while it was not."""

    sent: dict[str, Any]
    unsent: dict[str, Any]


ONE_MAIL = Record({"is_handed_over": True}, {"is_handed_over": False})


def is_handed_over(job: Job) -> bool:
    """Whether an earlier run of a job may have sent its one mail."""
    return bool(job.progress and msgspec.json.decode(job.progress).get("is_handed_over"))


def hand_over(database: Database, settings: Settings, job: Job, message: mail.Mail, record: Record = ONE_MAIL) -> None:
    """Sends a mail, and records in the job whether it may have been sent. Raises as mail.send does."""
    try:
        mail.send(settings, message, lambda: save_progress(database, job, record.sent))
    except mail.TemporaryFailure:
        save_progress(database, job, record.unsent)
        raise


def send_once(database: Database, settings: Settings, job: Job, message: mail.Mail, record: Record = ONE_MAIL) -> None:
    """As hand_over; a mail that no later attempt may send is logged. Raises TemporaryFailure only."""
    try:
        hand_over(database, settings, job, message, record)
    except (mail.DeliveryUnknown, mail.PermanentFailure) as error:
        log.warning("mail not sent", extra={"id": job.id, "error": str(error)})


def save_progress(database: Database, job: Job, progress: dict[str, Any]) -> None:
    """Saves the progress of a job, synced to disk. Raises LookupError if another worker owns the job."""
    with database.write() as tx:
        renew_lease(tx, job, progress)
