"""Mails about accounts: invitations, links for a new password, and changes of an account."""

import threading

import msgspec

from coterie.actions.accounts import MAILED, MAILED_OTHERWISE
from coterie.actions.password_resets import make_code
from coterie.model import times
from coterie.model.jobs import Job
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.invitations import list_invitations
from coterie.store.organizations import find_organization, find_user
from coterie.store.secrets import unseal
from coterie.worker import mail
from coterie.worker.mail_once import is_handed_over, save_progress, send_once

LISTED_MAX = 1000


def mail_invitation(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends the link of an invitation that is still open, once."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        open_ = list_invitations(tx, job.organization_id, times.now(), limit=LISTED_MAX)
        invitation = next((each for each in open_ if each.id == arguments["invitation_id"]), None)
        organization = find_organization(tx, job.organization_id)
        host = find_user(tx, invitation.invited_by) if invitation else None
    if invitation is None or invitation.email is None or organization is None or host is None:
        return
    text = (
        f"{host.name} invites you to {organization.name} on Coterie, a place for the people you know together.\n\n"
        f"{unseal(settings.data_folder, arguments['sealed_link'])}\n\n"
        f"The link works once, until {invitation.expires_at[:10]}. If you do not know {host.name}, you can ignore this"
        " e-mail.\n"
    )
    _send(database, settings, job, mail.Mail(invitation.email, f"Join {organization.name}", text, f"account-{job.id}"))


def mail_password_reset(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends a link for a new password, if the address has an account. A repeated run makes a new link."""
    if is_handed_over(job) or not settings.can_mail or not settings.base_url:
        return
    with database.write() as tx:
        made = make_code(tx, msgspec.json.decode(job.arguments)["email_key"])
    if made is None:
        return
    user, code = made
    text = (
        "Someone, probably you, requested a new password for your Coterie account.\n\n"
        f"{settings.base_url}/reset-password?code={code}\n\n"
        "The link works once, within an hour. If you did not request it, you can ignore this e-mail: your password"
        " stays the same.\n"
    )
    _send(database, settings, job, mail.Mail(user.email, "A new password for Coterie", text, f"account-{job.id}"))


def mail_account_change(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Reports a change to the previous address of the account."""
    arguments = msgspec.json.decode(job.arguments)
    moment = arguments["happened_at"][:16].replace("T", " at ")
    place = f", {settings.base_url}" if settings.base_url else ""
    sentence = MAILED.get(arguments["kind"], MAILED_OTHERWISE).format(about=arguments.get("about"))
    text = (
        f"{sentence} This was done on {moment} UTC{place}.\n\n"
        "If this was you, you can ignore this e-mail. If not, ask the operator of this instance to set a new password"
        " with `coterie password`, which ends all sessions.\n"
    )
    message = mail.Mail(arguments["email"], "Your Coterie account was changed", text, f"account-{job.id}")
    _send(database, settings, job, message)


def mail_test(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Sends a test mail to the user who requested it. An error is saved as the progress of the job, without a retry."""
    with database.read() as tx:
        user = find_user(tx, msgspec.json.decode(job.arguments)["user_id"])
    if user is None or not settings.can_mail:
        return
    message = mail.Mail(user.email, "Test mail from Coterie", "Coterie can send mail.\n", f"mail-test-{job.id}")
    try:
        mail.send(settings, message, lambda: None)
    except (mail.TemporaryFailure, mail.PermanentFailure, mail.DeliveryUnknown) as error:
        save_progress(database, job, {"error": str(error)[:500]})


def _send(database: Database, settings: Settings, job: Job, message: mail.Mail) -> None:
    if settings.can_mail and not is_handed_over(job):
        send_once(database, settings, job, message)
