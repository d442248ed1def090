"""Sends a mail to each owner of an organization, as a job."""

import logging
from functools import partial

import msgspec

from coterie.model.jobs import Job
from coterie.model.organizations import OWNER
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import list_members
from coterie.worker import mail
from coterie.worker.batches import renew_lease

OWNERS_MAX = 100
log = logging.getLogger(__name__)


def mail_each_owner(database: Database, settings: Settings, job: Job, *, subject: str, text: str, kind: str) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again. kind: begins the id of
    the messages."""
    with database.read() as tx:
        members = list_members(tx, job.organization_id, limit=OWNERS_MAX)
    sent = msgspec.json.decode(job.progress)["sent"] if job.progress else []
    for owner in (member for member in members if member.role == OWNER and member.user_id not in sent):
        sent = [*sent, owner.user_id]
        message = mail.Mail(owner.email, subject, text, f"{kind}-{job.id}-{owner.user_id}")
        try:
            mail.send(settings, message, partial(_save, database, job, sent))
        except (mail.DeliveryUnknown, mail.PermanentFailure) as error:
            log.warning("mail not sent", extra={"id": job.id, "error": str(error)})


def _save(database: Database, job: Job, sent: list[str]) -> None:
    with database.write() as tx:
        renew_lease(tx, job, {"sent": sent})
