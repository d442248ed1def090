"""A new password by mail, for users who forgot theirs.

Guarantees. A request takes as long, and has the same response, whether the address has an account or not: it only
enqueues a job, and the worker finds the user. A link works once and for an hour; its code is made when the mail is
sent, so nothing that is stored opens the account. A second factor is still asked for.
"""

import secrets

from coterie.actions.passwords import set_password_of
from coterie.errors import Invalid, NotFound
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.emails import normalize_email
from coterie.model.login_attempts import LoginAttempts
from coterie.model.organizations import User
from coterie.store import password_resets as store
from coterie.store.database import Tx
from coterie.store.jobs import enqueue
from coterie.store.organizations import find_login, find_user, list_organizations

MAIL_JOB = "mail_password_reset"
VALID_SECONDS = 3600
CODE_LENGTH_MAX = 100
# of one address from one source, within 15 minutes
_requests = LoginAttempts()


def count_request(email: str, source: str) -> None:
    """Raises TooOften after 10 requests for one address from one source within 15 minutes, and as failed logins do."""
    _requests.begin(_key(email), source)


def request_password_reset(tx: Tx, email: str) -> None:
    """Enqueues the mail. One that waits or is being sent is enough."""
    key, organizations = _key(email), list_organizations(tx, limit=1)
    if organizations:
        enqueue(tx, organizations[0].id, MAIL_JOB, {"email_key": key}, dedupe_key=f"{MAIL_JOB}:{key}")


def make_code(tx: Tx, email_key: str) -> tuple[User, str] | None:
    """(user, code of a new link, which replaces an earlier one); None if no user has the address."""
    login = find_login(tx, email_key) if email_key else None
    user = find_user(tx, login[0]) if login else None
    if user is None:
        return None
    code = secrets.token_urlsafe(24)
    store.save_password_reset(tx, user.id, hash_token(code), times.now())
    return user, code


def check_code(tx: Tx, code: str) -> User:
    """The user of a link. Raises NotFound if it is not valid."""
    after = times.after(times.now(), -VALID_SECONDS)
    user_id = store.find_password_reset(tx, hash_token(code), created_after=after)
    user = find_user(tx, user_id) if user_id else None
    if user is None:
        raise NotFound("This link was used, replaced by a newer one or is older than an hour", hint="ask for a new one")
    return user


def reset_password(tx: Tx, code: str, password_hash: str, via: str) -> None:
    """Sets the password and ends the link, every session and every login. Raises NotFound if it is not valid."""
    user = check_code(tx, code)
    if not store.delete_password_reset(tx, user.id):
        raise NotFound("This link was already used", hint="ask for a new one")
    set_password_of(tx, user.id, password_hash, via=via)


def _key(email: str) -> str:
    try:
        return normalize_email(email.strip(), "email")
    except Invalid:
        return ""
