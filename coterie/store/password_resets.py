"""Links for a new password: one of a user at a time, and only the hash of its code."""

from coterie.store.database import Tx


def save_password_reset(tx: Tx, user_id: str, token_hash: str, now: str) -> None:
    """Replaces the link of the user."""
    row = {"user_id": user_id, "token_hash": token_hash, "created_at": now}
    tx.insert_rows("password_resets", [row], replace_on=("user_id",))


def find_password_reset(tx: Tx, token_hash: str, *, created_after: str) -> str | None:
    """The id of the user whose link it is, unless it is too old."""
    row = tx.one(
        "SELECT user_id FROM password_resets WHERE token_hash = :token_hash AND created_at > :created_after",
        {"token_hash": token_hash, "created_after": created_after},
    )
    return row[0] if row else None


def delete_password_reset(tx: Tx, user_id: str) -> bool:
    """Returns whether there was one: of two callers at once only one gets True."""
    return tx.run("DELETE FROM password_resets WHERE user_id = :user_id", {"user_id": user_id}) == 1
