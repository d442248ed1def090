"""Users: their profile, password, logins and notification subscriptions. A subscription without a row is active."""

from collections.abc import Mapping

from coterie.model.notifications import ACTIVE, CHANNELS, notification_id
from coterie.store.database import Tx


def lock_user(tx: Tx, user_id: str) -> None:
    """Locks the row of a user until the commit."""
    if tx.lock:
        tx.all(f"SELECT id FROM users WHERE id = :id{tx.lock}", {"id": user_id})


def save_user_names(tx: Tx, user_id: str, first_name: str | None, last_name: str | None, now: str) -> None:
    tx.run(
        "UPDATE users SET first_name = :first_name, last_name = :last_name, updated_at = :now WHERE id = :id",
        {"id": user_id, "first_name": first_name, "last_name": last_name, "now": now},
    )


def save_email(tx: Tx, user_id: str, email: str, email_key: str, now: str) -> None:
    """email_key: the address in its normalized form."""
    tx.run(
        "UPDATE users SET email = :email, email_key = :email_key, updated_at = :now WHERE id = :id",
        {"id": user_id, "email": email, "email_key": email_key, "now": now},
    )


def save_time_zone(tx: Tx, user_id: str, time_zone: str, now: str) -> None:
    tx.run(
        "UPDATE users SET time_zone = :time_zone, updated_at = :now WHERE id = :id",
        {"id": user_id, "time_zone": time_zone, "now": now},
    )


def save_time_zone_of_members(tx: Tx, organization_id: int, before: str, after: str, now: str) -> int:
    """Gives the members whose time zone is `before` the zone `after`; returns their number."""
    return tx.run(
        "UPDATE users SET time_zone = :after, updated_at = :now WHERE time_zone = :before AND id IN"
        " (SELECT user_id FROM memberships WHERE organization_id = :organization_id)",
        {"organization_id": organization_id, "before": before, "after": after, "now": now},
    )


def list_subscriptions(tx: Tx, user_id: str) -> dict[str, str]:
    """channel -> status, for every channel."""
    rows = tx.all(
        "SELECT channel, status FROM notification_subscriptions WHERE user_id = :user_id", {"user_id": user_id}
    )
    return dict.fromkeys(CHANNELS, ACTIVE) | {channel: status for channel, status in rows if channel in CHANNELS}


def save_subscriptions(tx: Tx, user_id: str, statuses: Mapping[str, str]) -> None:
    """Saves the statuses (channel -> status) of these channels; others stay."""
    rows = [
        {"user_id": user_id, "id": notification_id(user_id, channel), "channel": channel, "status": status}
        for channel, status in statuses.items()
    ]
    tx.insert_rows("notification_subscriptions", rows, replace_on=("user_id", "id"))


def find_password_hash(tx: Tx, user_id: str) -> str | None:
    row = tx.one("SELECT password_hash FROM users WHERE id = :id", {"id": user_id})
    return row[0] if row else None


def save_password_hash(tx: Tx, user_id: str, password_hash: str, now: str) -> None:
    tx.run(
        "UPDATE users SET password_hash = :password_hash, updated_at = :now WHERE id = :id",
        {"id": user_id, "password_hash": password_hash, "now": now},
    )


def revoke_login_tokens(tx: Tx, user_id: str, now: str) -> int:
    """Revokes the tokens that the user's password was exchanged for, in every organization. Returns their number."""
    return tx.run(
        "UPDATE access_tokens SET revoked_at = :now"
        " WHERE user_id = :user_id AND all_organizations AND revoked_at IS NULL",
        {"user_id": user_id, "now": now},
    )


def revoke_logins(tx: Tx, user_id: str, now: str) -> int:
    """Ends the sessions and login tokens of a user in every organization. Returns their number."""
    tokens = revoke_login_tokens(tx, user_id, now)
    return tokens + tx.run("DELETE FROM sessions WHERE user_id = :user_id", {"user_id": user_id})
