"""Second factors: after the password, sign-in asks for a code of an authenticator app or for a recovery code.

Guarantees. A code works once. Of one user, 10 wrong codes within 15 minutes are the limit, whatever the source; each
process counts on its own. The secret is sealed (docs/decisions/0026); of recovery codes only hashes are stored.
"""

import time
from logging import getLogger
from pathlib import Path

from coterie.actions.accounts import end_other_logins, mail_change, record_of_user
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.login_attempts import LoginAttempt, LoginAttempts
from coterie.model.second_factors import (
    DIGITS,
    SETUP_SECONDS,
    SecondFactor,
    hash_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_code,
)
from coterie.store import second_factors as store
from coterie.store.database import Tx
from coterie.store.failed_logins import insert_failed_login
from coterie.store.organizations import find_login
from coterie.store.secrets import seal, unseal

CHANGED = "user.second_factor_changed"
_attempts = LoginAttempts()
log = getLogger(__name__)


def has_second_factor(tx: Tx, user_id: str) -> bool:
    """Whether sign-in asks this user for a code."""
    factor = store.find_second_factor(tx, user_id)
    return factor is not None and factor.confirmed_at is not None


def begin_set_up(tx: Tx, folder: Path, user_id: str) -> None:
    """Stores a new secret, which counts once confirm_set_up got a code of it. Raises Conflict if there is one."""
    if has_second_factor(tx, user_id):
        raise Conflict("This account already has a second factor: remove it first")
    sealed = seal(folder, new_secret())
    store.save_second_factor(tx, SecondFactor(user_id, sealed, 0, times.now(), None))


def secret_of_set_up(tx: Tx, folder: Path, user_id: str) -> str | None:
    """The secret of a set-up that was begun within the last hour and is not confirmed."""
    factor = store.find_second_factor(tx, user_id)
    if factor is None or factor.confirmed_at or factor.created_at < times.after(times.now(), -SETUP_SECONDS):
        return None
    return unseal(folder, factor.sealed_secret)


def confirm_set_up(tx: Tx, folder: Path, user_id: str, code: str, *, session_id: str, via: str) -> list[str]:
    """The recovery codes, which are shown once. The user's other sessions and logins end.

    Raises NotFound if no set-up is open, Invalid if the code is wrong.
    """
    secret = secret_of_set_up(tx, folder, user_id)
    if secret is None:
        raise NotFound("The set-up of the second factor has expired", hint="start again")
    step = matching_step(secret, plain_code(code), seconds=time.time(), after=0)
    if step is None:
        raise invalid("code", "is wrong: check the clock of your device")
    now = times.now()
    store.save_second_factor(tx, SecondFactor(user_id, seal(folder, secret), step, now, now))
    end_other_logins(tx, user_id, session_id)
    record_of_user(tx, user_id, CHANGED, via, change="second_factor_added")
    return _new_recovery_codes(tx, user_id)


def renew_recovery_codes(tx: Tx, user_id: str, *, session_id: str, via: str) -> list[str]:
    """Ten new codes instead of the present ones. Raises NotFound without a second factor."""
    if not has_second_factor(tx, user_id):
        raise NotFound("This account has no second factor")
    end_other_logins(tx, user_id, session_id)
    record_of_user(tx, user_id, CHANGED, via, change="recovery_codes_renewed")
    return _new_recovery_codes(tx, user_id)


def remove_second_factor(tx: Tx, user_id: str, *, session_id: str, via: str) -> None:
    """Removes the second factor: sign-in no longer asks for a code.

    session_id: the session that stays, "" for none. Raises NotFound.
    """
    if not store.delete_second_factor(tx, user_id):
        raise NotFound("This account has no second factor")
    end_other_logins(tx, user_id, session_id)
    record_of_user(tx, user_id, CHANGED, via, change="second_factor_removed")


def remove_second_factor_of(tx: Tx, email: str, *, via: str) -> bool:
    """The operator's way for a user who lost the app and the codes. Returns whether there was a second factor.

    Raises NotFound if no user has the address.
    """
    login = find_login(tx, normalize_email(email.strip(), "email"))
    if login is None:
        raise NotFound(f"There is no user {email}")
    if store.find_second_factor(tx, login[0]) is None:
        return False
    remove_second_factor(tx, login[0], session_id="", via=via)
    return True


def _new_recovery_codes(tx: Tx, user_id: str) -> list[str]:
    codes = new_recovery_codes()
    store.save_recovery_codes(tx, user_id, map(hash_recovery_code, codes))
    return codes


def begin_code(user_id: str) -> LoginAttempt:
    """Counts an attempt to enter a code. Raises TooOften after too many failures."""
    # one source for all: a guesser with many addresses gets no more guesses
    return _attempts.begin(user_id, "")


def use_code(tx: Tx, folder: Path, attempt: LoginAttempt, code: str) -> bool:
    """Whether a code is valid: a code of the app works once, and a recovery code is deleted.

    The use of a recovery code is mailed.
    """
    factor, plain = store.find_second_factor(tx, attempt.address), plain_code(code)
    if factor is None or factor.confirmed_at is None:
        return False
    if len(plain) == DIGITS:
        secret = unseal(folder, factor.sealed_secret)
        step = matching_step(secret, plain, seconds=time.time(), after=factor.last_step)
        is_right = step is not None and store.use_step(tx, attempt.address, step)
    else:
        is_right = store.use_recovery_code(tx, attempt.address, hash_recovery_code(plain))
        if is_right:
            left = store.count_recovery_codes(tx, attempt.address)
            mail_change(tx, attempt.address, "recovery_code_used", about=str(left))
    if is_right:
        _attempts.succeed(attempt)
    return is_right


def record_wrong_code(tx: Tx, user_id: str, source: str, via: str) -> None:
    """Logs and stores a wrong code for `coterie logins`. source: the network of the client."""
    log.warning("second factor failed", extra={"source": source, "via": via})
    insert_failed_login(tx, user_id, source, via)
