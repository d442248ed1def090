"""Failed logins: the newest 10,000 of the last 30 days. The address itself is not stored: it may be a password."""

from msgspec import Struct

from coterie.model import times
from coterie.model.ids import new_id
from coterie.store.database import Tx

STORED_MAX = 10_000
STORED_SECONDS = 30 * 86_400


class FailedLogin(Struct, frozen=True):
    """email: of the user whose address was used; None if no user has it. source: the client's network. via: a door."""

    happened_at: str
    email: str | None
    source: str
    via: str


def insert_failed_login(tx: Tx, user_id: str | None, source: str, via: str) -> None:
    """Stores a failed login and deletes those that are too old or too many."""
    now = times.now()
    tx.run(
        "INSERT INTO failed_logins (id, user_id, source, via, happened_at) VALUES (:id, :user_id, :source, :via, :now)",
        {"id": new_id(), "user_id": user_id, "source": source, "via": via, "now": now},
    )
    # ids grow with time; the old ones of a clock that was ahead stay until others push them out
    tx.run(
        "DELETE FROM failed_logins WHERE id < coalesce((SELECT id FROM failed_logins ORDER BY id DESC"
        " LIMIT 1 OFFSET :most), '') OR id IN (SELECT id FROM failed_logins WHERE happened_at < :before"
        " ORDER BY id LIMIT 100)",
        {"most": STORED_MAX - 1, "before": times.after(now, -STORED_SECONDS)},
    )


def list_failed_logins(tx: Tx, *, limit: int) -> list[FailedLogin]:
    """The failed logins of the last 30 days, newest first."""
    rows = tx.all(
        "SELECT f.happened_at, u.email, f.source, f.via FROM failed_logins f LEFT JOIN users u ON u.id = f.user_id"
        " WHERE f.happened_at >= :after ORDER BY f.id DESC LIMIT :limit",
        {"after": times.after(times.now(), -STORED_SECONDS), "limit": limit},
    )
    return [FailedLogin(*row) for row in rows]
