"""Tells the owners of an organization by mail that a device deleted many contacts."""

import logging
import threading

import msgspec

from coterie.model.jobs import Job
from coterie.model.organizations import OWNER
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.deletions import find_bundle
from coterie.store.devices import list_devices
from coterie.store.organizations import find_organization, list_members
from coterie.worker import mail
from coterie.worker.batches import renew_lease

OWNERS_MAX = 100
DEVICES_MAX = 10_000
log = logging.getLogger(__name__)


def mail_deletions(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again."""
    if not mail.can_mail(settings):
        return
    with database.read() as tx:
        bundle = find_bundle(tx, job.organization_id, msgspec.json.decode(job.arguments)["bundle_id"])
        organization = find_organization(tx, job.organization_id)
        members = list_members(tx, job.organization_id, limit=OWNERS_MAX)
        devices = {device.id: device for device in list_devices(tx, job.organization_id, limit=DEVICES_MAX)}
    if bundle is None or organization is None or bundle.restored_at is not None or bundle.device_id not in devices:
        return
    device = devices[bundle.device_id]
    text = (
        f"The device {device.name} of {device.email} is deleting many contacts of {organization.name}:"
        f" {bundle.deleted_count} of {bundle.card_count} so far.\n\n"
        f"Restore all of them:  coterie device restore {bundle.id}\n"
        f"Stop the device:      coterie device revoke {device.id}\n\n"
        "Once it has deleted more than half of the contacts, further deletions wait until a member agrees:\n"
        f"                      coterie device allow {bundle.id}\n"
    )
    sent = msgspec.json.decode(job.progress)["sent"] if job.progress else []
    for owner in (member for member in members if member.role == OWNER and member.user_id not in sent):
        sent = [*sent, owner.user_id]
        message = mail.Mail(owner.email, "A device deletes many contacts", text, f"deletions-{job.id}-{owner.user_id}")
        try:
            mail.send(settings, message, lambda sent=sent: _save(database, job, sent))  # type: ignore[misc]
        except (mail.DeliveryUnknown, mail.PermanentFailure) as error:
            log.warning("mail not sent", extra={"id": job.id, "error": str(error)})


def _save(database: Database, job: Job, sent: list[str]) -> None:
    with database.write() as tx:
        renew_lease(tx, job, {"sent": sent})
