"""Logins: a password is exchanged for a token.

Guarantees. An unknown address takes as long as a wrong password. Failures of the last 15 minutes are limited (see
model/login_attempts.py). Each process counts them on its own.
"""

import secrets
from functools import cache
from hashlib import sha256
from logging import getLogger

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coterie.actions.access_tokens import insert_token
from coterie.actions.events import record
from coterie.actions.second_factors import has_second_factor
from coterie.errors import Forbidden, Invalid, Unauthorized
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.login_attempts import LoginAttempt, LoginAttempts, network_of
from coterie.model.organizations import Caller, Organization, User
from coterie.store import access_tokens as token_store
from coterie.store import organizations as store
from coterie.store.database import Tx
from coterie.store.failed_logins import insert_failed_login

LOGIN = "login"
LOGINS_MAX = 100

_attempts = LoginAttempts()
log = getLogger(__name__)


def begin_login(email: str, source: str) -> LoginAttempt:
    """Counts an attempt. source: the network address of the client. Raises TooOften after too many failures."""
    try:
        address = normalize_email(email.strip(), "email")
    except Invalid:
        address = ""
    return _attempts.begin(address, source)


def find_password_hash(tx: Tx, attempt: LoginAttempt) -> tuple[str, str] | None:
    """(user id, password hash) of the user with the address of the attempt, or None."""
    return store.find_login(tx, attempt.address) if attempt.address else None


def is_password_right(login: tuple[str, str] | None, password: str) -> bool:
    """Verifies a password; takes the same time if there is no user. A tenth of a second: not for a transaction."""
    try:
        PasswordHasher().verify(login[1] if login else _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return login is not None


def end_login(attempt: LoginAttempt, login: tuple[str, str] | None, *, is_right: bool) -> str:
    """The id of the user. Raises Unauthorized, without revealing whether the address or the password is wrong."""
    if login is None or not is_right:
        log_failed_login(attempt)
        raise Unauthorized("The e-mail address or the password is wrong")
    _attempts.succeed(attempt)
    return login[0]


def log_failed_login(attempt: LoginAttempt) -> None:
    """Logs it without the address, which is private, and often a password typed into the wrong field."""
    digest = sha256(attempt.address.encode()).hexdigest()[:16]
    log.warning("login failed", extra={"address_digest": digest, "source": attempt.source})


def failed_device_login(user_name: str, source: str) -> LoginAttempt:
    """A device's wrong password as a failed login. user_name: as the device sent it. source: the client's address."""
    try:
        return LoginAttempt(normalize_email(user_name, "user"), network_of(source))
    except Invalid:
        return LoginAttempt("", network_of(source))


def record_failed_login(tx: Tx, attempt: LoginAttempt, login: tuple[str, str] | None, via: str) -> None:
    """Stores a failed login for `coterie logins`."""
    insert_failed_login(tx, login[0] if login else None, attempt.source, via)


def log_in(tx: Tx, user_id: str, via: str) -> tuple[str, User, Organization]:
    """(token, user, first organization): a token for all organizations of a user whose password was checked.

    A user can have 100 logins; the oldest ends when there are more. Raises Forbidden if the user is a member of no
    organization, or has a second factor: a program cannot enter its code (docs/decisions/0049).
    """
    if has_second_factor(tx, user_id):
        raise Forbidden("This account has a second factor: use an API token instead of the password")
    user = store.find_user(tx, user_id)
    organizations = store.list_organizations_of_user(tx, user_id)
    if user is None or not organizations:
        raise Forbidden("This account does not belong to any organization")
    first = organizations[0]
    _, token = insert_token(tx, first.id, user_id=user_id, name=LOGIN, all_organizations=True)
    token_store.delete_oldest_access_tokens(tx, first.id, user_id, LOGIN, keep=LOGINS_MAX)
    record(tx, Caller.for_organization(first, user_id=user_id, via=via), "user.logged_in", user_id)
    return token, user, first


def log_out(tx: Tx, caller: Caller) -> None:
    """Revokes the token of the caller. Raises Unauthorized if there is none."""
    if caller.token_id is None:
        raise Unauthorized("Unauthorized")
    token_store.revoke_access_token(tx, caller.organization_id, caller.token_id, times.now())
    record(tx, caller, "user.logged_out", caller.user_id or "")


@cache
def _hash_of_nobody() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe(16))
