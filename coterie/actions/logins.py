"""Letting people in with a password.

Guarantees. An address nobody has takes as long as a wrong password. After 10 failures in 15 minutes an address has
to wait, whether somebody has it or not; failures are remembered by this process only, of 10,000 addresses at most.
"""

import secrets
import time
from collections import OrderedDict
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coterie.actions.events import record
from coterie.actions.organizations import create_access_token
from coterie.errors import Forbidden, Invalid, TooOften, Unauthorized
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.organizations import Caller, Organization, User
from coterie.store import organizations as store
from coterie.store.database import Tx

FAILURES_MAX = 10
FAILURES_SECONDS = 900
REMEMBERED_MAX = 10_000
LOGIN = "login"
LOGINS_MAX = 100

_lock = Lock()
# e-mail address in its matching form -> when attempts were made that did not succeed, oldest first
_attempts: OrderedDict[str, list[float]] = OrderedDict()


def check_password(tx: Tx, email: str, password: str) -> str:
    """The id of the user who has this address and this password. Takes a tenth of a second: not for the writer.

    Refused: Unauthorized, without a hint which of the two is wrong; TooOften after too many failures.
    """
    try:
        key = normalize_email(email.strip(), "email")
    except Invalid:
        key = ""
    nobody = _hash_of_nobody()
    known = store.find_login(tx, key) if key else None
    _begin(key)
    try:
        PasswordHasher().verify(known[1] if known else nobody, password)
    except (VerificationError, InvalidHashError):
        known = None
    if known is None:
        raise Unauthorized("The e-mail address or the password is wrong")
    _succeed(key)
    return known[0]


def log_in(tx: Tx, user_id: str, via: str) -> tuple[str, User, Organization]:
    """A token for all organizations of a user who proved to be one: (token, user, their first organization).

    Of a user's logins the newest 100 are good; the oldest ends when another is made.

    Refused: a user who is a member of no organization.
    """
    user = store.find_user(tx, user_id)
    organizations = store.list_organizations_of_user(tx, user_id)
    if user is None or not organizations:
        raise Forbidden("This account is in no organization")
    first = organizations[0]
    token = create_access_token(tx, first.id, user_id=user_id, name=LOGIN, all_organizations=True)
    store.delete_oldest_access_tokens(tx, first.id, user_id, LOGIN, keep=LOGINS_MAX)
    record(tx, Caller.for_organization(first, user_id=user_id, via=via), "user.logged_in", user_id)
    return token, user, first


def log_out(tx: Tx, caller: Caller) -> None:
    """The token the caller came with is worth nothing from now on. Refused: a caller without one."""
    if caller.token_id is None:
        raise Unauthorized("Unauthorized")
    store.revoke_access_token(tx, caller.organization_id, caller.token_id, times.now())
    record(tx, caller, "user.logged_out", caller.user_id or "")


@cache
def _hash_of_nobody() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe(16))


def _begin(key: str) -> None:
    """An attempt counts as a failure until it succeeds, so that many at once do not slip through."""
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
