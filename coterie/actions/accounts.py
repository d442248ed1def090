"""The common part of changes of an account: the event, a mail, and the end of other sessions and logins."""

from coterie.actions.events import record
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.jobs import enqueue
from coterie.store.organizations import find_user, list_organizations, list_organizations_of_user
from coterie.store.sessions import delete_other_sessions
from coterie.store.users import revoke_login_tokens

# kind of event -> the first sentence of the mail to the user
MAILED = {
    "user.password_changed": "Your password was changed, and all sessions were ended.",
    "user.email_changed": "Your e-mail address was changed. This address can no longer be used to sign in.",
    "second_factor_added": "A second factor was added to your account. Sign-in now asks for a code.",
    "second_factor_removed": "The second factor of your account was removed. Sign-in no longer asks for a code.",
    "recovery_codes_renewed": "Your recovery codes were replaced. The previous codes no longer work.",
    "recovery_code_used": "A recovery code was used to sign in. Remaining codes: {about}.",
    "passkey_added": "A passkey was added to your account: {about}.",
    "passkey_removed": "A passkey of your account was removed: {about}.",
}
# for a job that an older version enqueued
MAILED_OTHERWISE = "The way you sign in was changed."
MAIL_JOB = "mail_account_change"


def record_of_user(
    tx: Tx, user_id: str, kind: str, via: str, *, change: str = "", about: str = "", email: str | None = None
) -> None:
    """Records an event about a user in each of the user's organizations, and mails it.

    change, about: as mail_change; the kind by default. email: the address before the change; by default the present
    one.
    """
    now = times.now()
    mail_change(tx, user_id, change or kind, about=about, email=email)
    for organization in list_organizations_of_user(tx, user_id):
        caller = Caller.for_organization(organization, user_id=user_id, via=via)
        record(tx, caller, kind, user_id, now=now)


def mail_change(tx: Tx, user_id: str, change: str, *, about: str = "", email: str | None = None) -> None:
    """Enqueues the mail about a change of an account; the worker sends it where mail is set up.

    change: a key of MAILED; about: the name or number in its sentence.
    """
    user = find_user(tx, user_id)
    organizations = list_organizations_of_user(tx, user_id) or list_organizations(tx, limit=1)
    if user is not None and organizations:
        arguments = {"email": email or user.email, "kind": change, "about": about, "happened_at": times.now()}
        enqueue(tx, organizations[0].id, MAIL_JOB, arguments, attempts_max=8)


def end_other_logins(tx: Tx, user_id: str, session_id: str) -> int:
    """Ends the sessions of a user but one, and the tokens that a password was exchanged for. Returns their number."""
    return delete_other_sessions(tx, user_id, session_id) + revoke_login_tokens(tx, user_id, times.now())
