"""Sends a mail to each owner of an organization, as a job."""

import msgspec

from coterie.model.jobs import Job
from coterie.model.organizations import OWNER
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import list_members
from coterie.worker import mail
from coterie.worker.mail_once import Record, send_once

OWNERS_MAX = 100


def mail_each_owner(database: Database, settings: Settings, job: Job, *, subject: str, text: str, kind: str) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again.

    kind: begins the id of the messages. Raises TemporaryFailure if an owner must be tried again; the others have their
    mail by then, unless the server is Unreachable.
    """
    with database.read() as tx:
        owners = list_members(tx, job.organization_id, role=OWNER, limit=OWNERS_MAX)
    sent: list[str] = msgspec.json.decode(job.progress)["sent"] if job.progress else []
    failure: mail.TemporaryFailure | None = None
    for owner in (each for each in owners if each.user_id not in sent):
        message = mail.Mail(owner.email, subject, text, f"{kind}-{job.id}-{owner.user_id}")
        record = Record(sent={"sent": [*sent, owner.user_id]}, unsent={"sent": sent})
        try:
            send_once(database, settings, job, message, record)
            sent = [*sent, owner.user_id]
        except mail.Unreachable:
            raise
        except mail.TemporaryFailure as error:
            failure = error
    if failure is not None:
        raise failure
