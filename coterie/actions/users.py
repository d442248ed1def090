"""What users can change about themselves."""

from collections.abc import Mapping
from typing import Any

from coterie.actions.events import record
from coterie.errors import Invalid, NotFound, Problem
from coterie.model import times
from coterie.model.notifications import ACTIVE, CHANNELS, DISABLED, notification_id
from coterie.model.organizations import Caller, User
from coterie.store import organizations as organization_store
from coterie.store import users as store
from coterie.store.database import Tx

NAME_LENGTH_MAX = 200


def update_user(
    tx: Tx, caller: Caller, names: Mapping[str, str | None], subscriptions: Mapping[str, str] | None = None
) -> User:
    """Change the caller's own first_name and last_name (None or '' clears) and subscriptions (id -> status).

    What is not named stays. Refused: a name of more than 200 characters, a subscription that is not the user's, a
    status that is none.
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
    wanted: dict[str, Any] = {**after, **channels}
    changes = {name: (before[name], value) for name, value in wanted.items() if before[name] != value}
    if changes:
        now = times.now()
        kept = before | wanted
        store.save_user_names(tx, user.id, kept["first_name"], kept["last_name"], now)
        store.save_subscriptions(tx, user.id, channels)
        record(tx, caller, "user.updated", user.id, changes=changes, now=now)
    return organization_store.find_user(tx, user.id) or user


def _channels(user_id: str, subscriptions: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """channel -> status; what cannot be is added to the problems, under its place in the list."""
    known = {notification_id(user_id, channel): channel for channel in CHANNELS}
    found = {}
    for position, (key, status) in enumerate(subscriptions.items()):
        if key not in known:
            path = ("notifications", str(position), "notif_id")
            problems.append(Problem(path, "choice", "is none of the user's notifications"))
        elif status not in (ACTIVE, DISABLED):
            path = ("notifications", str(position), "notif_status")
            problems.append(Problem(path, "choice", f"is not {ACTIVE} or {DISABLED}"))
        else:
            found[known[key]] = status
    return found
