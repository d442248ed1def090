"""Passwords of users."""

from argon2 import PasswordHasher

from coterie.actions.accounts import mail_change
from coterie.actions.events import record
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.organizations import Caller
from coterie.model.passwords import check_password
from coterie.store import users as store
from coterie.store.database import Tx
from coterie.store.organizations import find_login, list_organizations_of_user
from coterie.store.password_resets import delete_password_reset


def hash_password(password: str) -> str:
    """An argon2id hash with the library's current parameters. Takes a tenth of a second: not for a transaction.

    Raises Invalid if the password breaks the rules of model.passwords.
    """
    check_password(password)
    return PasswordHasher().hash(password)


def set_password(tx: Tx, email: str, password_hash: str, *, via: str) -> int:
    """Sets the password of the user with this e-mail address, and ends the user's logins. Returns how many ended.

    API tokens stay valid. Raises NotFound if no user has the address.
    """
    login = find_login(tx, normalize_email(email.strip(), "email"))
    if login is None:
        raise NotFound(f"There is no user {email}")
    return set_password_of(tx, login[0], password_hash, via=via)


def set_password_of(tx: Tx, user_id: str, password_hash: str, *, via: str) -> int:
    """The same for a user by id. Links for a new password end too, and the user gets a mail."""
    now = times.now()
    mail_change(tx, user_id, "user.password_changed")
    delete_password_reset(tx, user_id)
    store.save_password_hash(tx, user_id, password_hash, now)
    ended = store.revoke_logins(tx, user_id, now)
    for organization in list_organizations_of_user(tx, user_id):
        caller = Caller.for_organization(organization, via=via)
        record(tx, caller, "user.password_changed", user_id, now=now)
    return ended
