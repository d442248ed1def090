"""Tells the owners of an organization by mail that a device deleted many contacts."""

import threading

import msgspec

from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.deletions import find_bundle
from coterie.store.devices import find_device
from coterie.store.organizations import find_organization
from coterie.worker import mail
from coterie.worker.owner_mail import mail_each_owner


def mail_deletions(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends one mail to each owner; an owner who has one gets no second if the job runs again."""
    if not mail.can_mail(settings):
        return
    with database.read() as tx:
        bundle = find_bundle(tx, job.organization_id, msgspec.json.decode(job.arguments)["bundle_id"])
        organization = find_organization(tx, job.organization_id)
        device = find_device(tx, job.organization_id, bundle.device_id) if bundle else None
    if bundle is None or organization is None or device is None or bundle.restored_at is not None:
        return
    text = (
        f"The device {device.name} of {device.email} is deleting many contacts of {organization.name}:"
        f" {bundle.deleted_count} of {bundle.card_count} so far.\n\n"
        f"Restore all of them:  coterie devices restore {bundle.id}\n"
        f"Stop the device:      coterie devices revoke {device.id}\n\n"
        "Once it has deleted more than half of the contacts, further deletions wait until a member allows them:\n"
        f"                      coterie devices allow {bundle.id}\n"
    )
    mail_each_owner(database, settings, job, subject="A device is deleting many contacts", text=text, kind="deletions")
