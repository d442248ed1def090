"""Tells the owners of an organization by mail that one of its webhooks was disabled."""

import logging
import threading

import msgspec

from coterie.model.jobs import Job
from coterie.model.organizations import OWNER
from coterie.model.webhooks import DISABLED_BY_RECEIVER
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import find_organization, list_members
from coterie.store.webhooks import find_webhook
from coterie.worker import mail
from coterie.worker.batches import renew_lease

OWNERS_MAX = 100
log = logging.getLogger(__name__)


def mail_owners(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again."""
    if not mail.can_mail(settings):
        return
    with database.read() as tx:
        webhook = find_webhook(tx, job.organization_id, msgspec.json.decode(job.arguments)["webhook_id"])
        organization = find_organization(tx, job.organization_id)
        members = list_members(tx, job.organization_id, limit=OWNERS_MAX)
    if webhook is None or organization is None or webhook.is_active:
        return
    why = (
        "its receiver answered that it is gone (410)"
        if webhook.disabled_reason == DISABLED_BY_RECEIVER
        else "nothing could be delivered to it for five days"
    )
    text = (
        f"Coterie has disabled the webhook {webhook.url} of {organization.name}: {why}.\n\n"
        f"See what failed:  coterie webhooks deliveries {webhook.id}\n"
        f"Enable it again:  coterie webhooks enable {webhook.id}\n\n"
        "What happened since it was disabled is sent once it is enabled.\n"
    )
    sent = msgspec.json.decode(job.progress)["sent"] if job.progress else []
    for owner in (member for member in members if member.role == OWNER and member.user_id not in sent):
        sent = [*sent, owner.user_id]
        message = mail.Mail(owner.email, "A webhook was disabled", text, f"webhook-{job.id}-{owner.user_id}")
        try:
            mail.send(settings, message, lambda sent=sent: _save(database, job, sent))  # type: ignore[misc]
        except (mail.DeliveryUnknown, mail.PermanentFailure) as error:
            log.warning("mail not sent", extra={"id": job.id, "error": str(error)})


def _save(database: Database, job: Job, sent: list[str]) -> None:
    with database.write() as tx:
        renew_lease(tx, job, {"sent": sent})
