"""Logins: a password is exchanged for a token.

Guarantees. An unknown address takes as long as a wrong password. After 10 failures within 15 minutes an address must
wait, whether it has an account or not. Each process counts failures on its own, for up to 10,000 addresses.
"""

import secrets
import time
from collections import OrderedDict
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coterie.actions.access_tokens import insert_token
from coterie.actions.events import record
from coterie.errors import Forbidden, Invalid, TooOften, Unauthorized
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.organizations import Caller, Organization, User
from coterie.store import access_tokens as token_store
from coterie.store import organizations as store
from coterie.store.database import Tx

FAILURES_MAX = 10
FAILURES_SECONDS = 900
REMEMBERED_MAX = 10_000
LOGIN = "login"
LOGINS_MAX = 100

_lock = Lock()
# normalized e-mail address -> times of the attempts that have not succeeded, oldest first
_attempts: OrderedDict[str, list[float]] = OrderedDict()


def check_password(tx: Tx, email: str, password: str) -> str:
    """The id of the user with this address and password. Takes a tenth of a second: not for the writer.

    Raises Unauthorized, without revealing which of the two is wrong, and TooOften after too many failures.
    """
    try:
        key = normalize_email(email.strip(), "email")
    except Invalid:
        key = ""
    nobody = _hash_of_nobody()
    login = store.find_login(tx, key) if key else None
    _begin(key)
    try:
        PasswordHasher().verify(login[1] if login else nobody, password)
    except (VerificationError, InvalidHashError):
        login = None
    if login is None:
        raise Unauthorized("The e-mail address or the password is wrong")
    _succeed(key)
    return login[0]


def log_in(tx: Tx, user_id: str, via: str) -> tuple[str, User, Organization]:
    """(token, user, first organization): a token for all organizations of a user whose password was checked.

    A user can have 100 logins; the oldest ends when there are more. Raises Forbidden if the user is a member of no
    organization.
    """
    user = store.find_user(tx, user_id)
    organizations = store.list_organizations_of_user(tx, user_id)
    if user is None or not organizations:
        raise Forbidden("This account belongs to no organization")
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


def _begin(key: str) -> None:
    """Counts an attempt as a failure until it succeeds, so that parallel attempts cannot bypass the limit."""
    now = time.monotonic()
    with _lock:
        recent = [at for at in _attempts.get(key, ()) if at > now - FAILURES_SECONDS]
        if len(recent) >= FAILURES_MAX:
            wait = int(recent[0] + FAILURES_SECONDS - now) + 1
            raise TooOften(f"Too many failed logins; try again in {wait} seconds", wait)
        _attempts[key] = [*recent, now]
        _attempts.move_to_end(key)
        while len(_attempts) > REMEMBERED_MAX:
            _attempts.popitem(last=False)


def _succeed(key: str) -> None:
    with _lock:
        _attempts.pop(key, None)
