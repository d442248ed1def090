"""Second factors of users: sealed secrets, and the hashes of recovery codes."""

from collections.abc import Iterable

from coterie.model.second_factors import SecondFactor
from coterie.store.database import Tx


def find_second_factor(tx: Tx, user_id: str) -> SecondFactor | None:
    """The second factor of a user, confirmed or not."""
    row = tx.one(
        "SELECT user_id, sealed_secret, last_step, created_at, confirmed_at FROM second_factors"
        " WHERE user_id = :user_id",
        {"user_id": user_id},
    )
    return SecondFactor(*row) if row else None


def save_second_factor(tx: Tx, factor: SecondFactor) -> None:
    """Replaces the second factor of the user."""
    row = {
        "user_id": factor.user_id,
        "sealed_secret": factor.sealed_secret,
        "last_step": factor.last_step,
        "created_at": factor.created_at,
        "confirmed_at": factor.confirmed_at,
    }
    tx.insert_rows("second_factors", [row], replace_on=("user_id",))


def use_step(tx: Tx, user_id: str, step: int) -> bool:
    """Marks the code of a step as used. Returns whether it was not: of two callers at once only one gets True."""
    updated = tx.run(
        "UPDATE second_factors SET last_step = :step WHERE user_id = :user_id AND last_step < :step",
        {"user_id": user_id, "step": step},
    )
    return updated == 1


def delete_second_factor(tx: Tx, user_id: str) -> bool:
    """Deletes the second factor and the recovery codes of a user. Returns whether there was a second factor."""
    save_recovery_codes(tx, user_id, ())
    return tx.run("DELETE FROM second_factors WHERE user_id = :user_id", {"user_id": user_id}) == 1


def save_recovery_codes(tx: Tx, user_id: str, hashes: Iterable[str]) -> None:
    """Replaces the recovery codes of a user."""
    tx.run("DELETE FROM recovery_codes WHERE user_id = :user_id", {"user_id": user_id})
    tx.insert_rows("recovery_codes", [{"user_id": user_id, "code_hash": code_hash} for code_hash in hashes])


def use_recovery_code(tx: Tx, user_id: str, code_hash: str) -> bool:
    """Deletes a recovery code. Returns whether the user had it; of two callers at once only one gets True."""
    deleted = tx.run(
        "DELETE FROM recovery_codes WHERE user_id = :user_id AND code_hash = :code_hash",
        {"user_id": user_id, "code_hash": code_hash},
    )
    return deleted == 1


def count_recovery_codes(tx: Tx, user_id: str) -> int:
    row = tx.one("SELECT count(*) FROM recovery_codes WHERE user_id = :user_id", {"user_id": user_id})
    return int(row[0]) if row else 0
