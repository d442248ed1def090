"""A user's own profile and notifications."""

from collections.abc import Mapping
from typing import Any

from coterie.actions.accounts import end_other_logins, record_of_user
from coterie.actions.events import record
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.notifications import ACTIVE, CHANNELS, DISABLED, notification_id
from coterie.model.organizations import NAME_LENGTH_MAX, Caller, User
from coterie.store import organizations as organization_store
from coterie.store import users as store
from coterie.store.database import Tx
from coterie.store.password_resets import delete_password_reset


def update_user(
    tx: Tx, caller: Caller, names: Mapping[str, str | None], subscriptions: Mapping[str, str] | None = None
) -> User:
    """Changes the caller's own first_name and last_name (None or '' removes one) and subscriptions (id -> status).

    Others stay. Raises Invalid if a name is longer than 200 characters, a subscription is not the user's, or a status
    is not valid.
    """
    user = organization_store.find_user(tx, caller.user_id) if caller.user_id else None
    if user is None:
        raise NotFound("User not found")
    after = {name: (value or "").strip() or None for name, value in names.items()}
    problems = [
        Problem((name,), "too_long", f"is longer than {NAME_LENGTH_MAX} characters")
        for name, value in after.items()
        if value and len(value) > NAME_LENGTH_MAX
    ]
    channels = _channels(user.id, subscriptions or {}, problems)
    if problems:
        raise Invalid(*problems)
    before: dict[str, Any] = {"first_name": user.first_name, "last_name": user.last_name}
    before |= store.list_subscriptions(tx, user.id)
    new: dict[str, Any] = {**after, **channels}
    changes = {name: (before[name], value) for name, value in new.items() if before[name] != value}
    if changes:
        now = times.now()
        names = before | new
        store.save_user_names(tx, user.id, names["first_name"], names["last_name"], now)
        store.save_subscriptions(tx, user.id, channels)
        record(tx, caller, "user.updated", user.id, changes=changes, now=now)
    return organization_store.find_user(tx, user.id) or user


def change_email(tx: Tx, user: User, email: str, *, session_id: str, via: str) -> None:
    """Changes the address a user signs in with; the user's other sessions and logins end.

    Raises Invalid if it is not an address, or already has an account.
    """
    key, now = normalize_email(email.strip(), "email"), times.now()
    login = organization_store.find_login(tx, key)
    if login is not None and login[0] != user.id:
        raise invalid("email", "is already in use", kind="taken")
    delete_password_reset(tx, user.id)  # it was mailed to the old address
    store.save_email(tx, user.id, email.strip(), key, now)
    end_other_logins(tx, user.id, session_id)
    record_of_user(tx, user.id, "user.email_changed", via, email=user.email)


def _channels(user_id: str, subscriptions: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """channel -> status. Adds a problem, with its position in the list, for each that is not valid."""
    channel_of = {notification_id(user_id, channel): channel for channel in CHANNELS}
    statuses = {}
    for position, (key, status) in enumerate(subscriptions.items()):
        if key not in channel_of:
            path = ("notifications", str(position), "notif_id")
            problems.append(Problem(path, "choice", "is not one of the user's notifications"))
        elif status not in (ACTIVE, DISABLED):
            path = ("notifications", str(position), "notif_status")
            problems.append(Problem(path, "choice", f"is not {ACTIVE} or {DISABLED}"))
        else:
            statuses[channel_of[key]] = status
    return statuses
