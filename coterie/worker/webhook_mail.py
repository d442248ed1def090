"""Tells the owners of an organization by mail that one of its webhooks was disabled."""

import threading

import msgspec

from coterie.model.jobs import Job
from coterie.model.webhooks import DISABLED_BY_FILTER, DISABLED_BY_RECEIVER
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import find_organization
from coterie.store.webhooks import find_webhook
from coterie.worker import mail
from coterie.worker.owner_mail import mail_each_owner

_REASONS = {
    DISABLED_BY_RECEIVER: "its receiver responded 410 Gone",
    DISABLED_BY_FILTER: "its filter refers to something that was deleted",
}


def mail_owners(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again."""
    if not mail.can_mail(settings):
        return
    with database.read() as tx:
        webhook = find_webhook(tx, job.organization_id, msgspec.json.decode(job.arguments)["webhook_id"])
        organization = find_organization(tx, job.organization_id)
    if webhook is None or organization is None or webhook.is_active:
        return
    why = _REASONS.get(webhook.disabled_reason or "", "all deliveries to it failed for five days")
    text = (
        f"Coterie has disabled the webhook {webhook.url} of {organization.name}: {why}.\n\n"
        f"Failed deliveries:  coterie webhooks deliveries {webhook.id}\n"
        f"Enable it again:    coterie webhooks enable {webhook.id}\n\n"
        "When it is enabled, the events since it was disabled are sent.\n"
    )
    mail_each_owner(database, settings, job, subject="A webhook was disabled", text=text, kind="webhook")
