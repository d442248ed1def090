"""Sessions of browsers and links for set-up: only the hashes of their tokens are stored."""

from coterie.model.organizations import User
from coterie.model.sessions import Session
from coterie.store.database import Tx

_SESSION = "s.id, s.user_id, s.user_agent, s.created_at, s.last_used_at"
_USER = "u.id, u.email, u.first_name, u.last_name, u.time_zone, u.created_at, u.updated_at"


def insert_session(tx: Tx, session: Session, token_hash: str) -> None:
    tx.run(
        "INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, last_used_at)"
        " VALUES (:id, :token_hash, :user_id, :user_agent, :created_at, :last_used_at)",
        {
            "id": session.id,
            "token_hash": token_hash,
            "user_id": session.user_id,
            "user_agent": session.user_agent,
            "created_at": session.created_at,
            "last_used_at": session.last_used_at,
        },
    )


def find_session(tx: Tx, token_hash: str, *, created_after: str, used_after: str) -> tuple[Session, User] | None:
    """A session and its user; None if it is unknown, ended, or not created and used after these moments."""
    row = tx.one(
        f"SELECT {_SESSION}, {_USER} FROM sessions s JOIN users u ON u.id = s.user_id"
        " WHERE s.token_hash = :token_hash AND s.created_at > :created_after AND s.last_used_at > :used_after",
        {"token_hash": token_hash, "created_after": created_after, "used_after": used_after},
    )
    return (Session(*row[:5]), User(*row[5:])) if row else None


def list_sessions(tx: Tx, user_id: str, *, created_after: str, used_after: str) -> list[Session]:
    """The sessions of a user that have not ended, last used first."""
    rows = tx.all(
        f"SELECT {_SESSION} FROM sessions s WHERE s.user_id = :user_id AND s.created_at > :created_after"
        " AND s.last_used_at > :used_after ORDER BY s.last_used_at DESC, s.id DESC",
        {"user_id": user_id, "created_after": created_after, "used_after": used_after},
    )
    return [Session(*row) for row in rows]


def touch_session(tx: Tx, session_id: str, *, before: str, now: str) -> None:
    """Stores when a session was last used, unless another request has changed last_used_at in the meantime."""
    tx.run(
        "UPDATE sessions SET last_used_at = :now WHERE id = :id AND last_used_at = :before",
        {"id": session_id, "before": before, "now": now},
    )


def delete_session(tx: Tx, user_id: str, session_id: str) -> bool:
    """Ends a session of a user. Returns whether there was one."""
    deleted = tx.run(
        "DELETE FROM sessions WHERE id = :id AND user_id = :user_id", {"id": session_id, "user_id": user_id}
    )
    return deleted == 1


def delete_other_sessions(tx: Tx, user_id: str, session_id: str) -> int:
    """Ends every session of a user but this one. Returns their number."""
    return tx.run("DELETE FROM sessions WHERE user_id = :user_id AND id <> :id", {"user_id": user_id, "id": session_id})


def delete_oldest_sessions(tx: Tx, user_id: str, *, keep: int) -> None:
    """Ends the sessions of a user except the newest `keep`."""
    tx.run(
        "DELETE FROM sessions WHERE user_id = :user_id AND id NOT IN"
        " (SELECT id FROM sessions WHERE user_id = :user_id ORDER BY created_at DESC, id DESC LIMIT :keep)",
        {"user_id": user_id, "keep": keep},
    )


def save_set_up_link(tx: Tx, token_hash: str, now: str) -> None:
    """Stores the only link that is valid from now on."""
    tx.run("DELETE FROM set_up_links")
    tx.run(
        "INSERT INTO set_up_links (token_hash, created_at) VALUES (:token_hash, :now)",
        {"token_hash": token_hash, "now": now},
    )


def has_set_up_link(tx: Tx, token_hash: str) -> bool:
    row = tx.one("SELECT 1 FROM set_up_links WHERE token_hash = :token_hash", {"token_hash": token_hash})
    return row is not None


def use_set_up_link(tx: Tx, token_hash: str) -> bool:
    """Deletes the link. Returns whether it was valid; of two callers at once only one gets True."""
    return tx.run("DELETE FROM set_up_links WHERE token_hash = :token_hash", {"token_hash": token_hash}) == 1
