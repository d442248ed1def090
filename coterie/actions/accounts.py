"""What changes of an account have in common: the event, a mail, and the end of other sessions and logins."""

from coterie.actions.events import record
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.jobs import enqueue
from coterie.store.organizations import find_user, list_organizations, list_organizations_of_user
from coterie.store.sessions import delete_other_sessions
from coterie.store.users import revoke_login_tokens

# kind of event -> what the mail to the user says
MAILED = {
    "user.password_changed": "Your password was changed, and every session was ended.",
    "user.email_changed": "Your account has another e-mail address now: this one does not sign in any more.",
    "user.second_factor_changed": "Your second factor or its recovery codes were changed.",
    "user.passkeys_changed": "A passkey of your account was added or removed.",
}
MAIL_JOB = "mail_account_change"


def record_of_user(tx: Tx, user_id: str, kind: str, via: str, *, email: str | None = None) -> None:
    """Records an event about a user in each of the user's organizations, and mails it.

    email: the address before the change; by default the present one.
    """
    now = times.now()
    mail_change(tx, user_id, kind, email=email)
    for organization in list_organizations_of_user(tx, user_id):
        caller = Caller.for_organization(organization, user_id=user_id, via=via)
        record(tx, caller, kind, user_id, now=now)


def mail_change(tx: Tx, user_id: str, kind: str, *, email: str | None = None) -> None:
    """Enqueues the mail about a change of an account; the worker sends it where mail is set up."""
    user = find_user(tx, user_id)
    organizations = list_organizations_of_user(tx, user_id) or list_organizations(tx, limit=1)
    if user is not None and organizations:
        arguments = {"email": email or user.email, "kind": kind, "happened_at": times.now()}
        enqueue(tx, organizations[0].id, MAIL_JOB, arguments, attempts_max=8)


def end_other_logins(tx: Tx, user_id: str, session_id: str) -> int:
    """Ends the sessions of a user but one, and the tokens that a password was exchanged for. Returns their number."""
    return delete_other_sessions(tx, user_id, session_id) + revoke_login_tokens(tx, user_id, times.now())
