"""Passkeys of users, and the challenges that were answered."""

from msgspec.structs import asdict

from coterie.model.passkeys import Passkey
from coterie.store.database import Tx

_COLUMNS = "user_id, id, credential_id, credential, name, sign_count, created_at, last_used_at"


def insert_passkey(tx: Tx, passkey: Passkey) -> None:
    tx.insert_rows("passkeys", [asdict(passkey)])


def find_passkey(tx: Tx, credential_id: str) -> Passkey | None:
    """credential_id: base64url, as the browser names it."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM passkeys WHERE credential_id = :credential_id{tx.lock}",
        {"credential_id": credential_id},
    )
    return Passkey(*row) if row else None


def list_passkeys(tx: Tx, user_id: str) -> list[Passkey]:
    """The passkeys of a user, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM passkeys WHERE user_id = :user_id ORDER BY created_at DESC, id DESC",
        {"user_id": user_id},
    )
    return [Passkey(*row) for row in rows]


def any_passkey(tx: Tx) -> bool:
    """Whether anybody on this instance has one."""
    return tx.one("SELECT 1 FROM passkeys LIMIT 1") is not None


def save_use(tx: Tx, passkey: Passkey, *, sign_count: int, now: str) -> None:
    tx.run(
        "UPDATE passkeys SET sign_count = :sign_count, last_used_at = :now WHERE user_id = :user_id AND id = :id",
        {"user_id": passkey.user_id, "id": passkey.id, "sign_count": sign_count, "now": now},
    )


def delete_passkey(tx: Tx, user_id: str, passkey_id: str) -> bool:
    """Returns whether there was one."""
    deleted = tx.run(
        "DELETE FROM passkeys WHERE user_id = :user_id AND id = :id", {"user_id": user_id, "id": passkey_id}
    )
    return deleted == 1


def use_challenge(tx: Tx, challenge_hash: str, now: str, *, used_before: str) -> bool:
    """Marks a challenge as answered. Returns whether it was not: of two callers at once only one gets True.

    used_before: those answered before this moment are deleted, because they have expired.
    """
    tx.run("DELETE FROM used_challenges WHERE used_at < :used_before", {"used_before": used_before})
    inserted = tx.run(
        "INSERT INTO used_challenges (challenge_hash, used_at) VALUES (:challenge_hash, :now) ON CONFLICT DO NOTHING",
        {"challenge_hash": challenge_hash, "now": now},
    )
    return inserted == 1
