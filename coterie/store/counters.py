"""Sequences and cached counts of an organization: one row per name, so that no rows are counted."""

from coterie.store.database import Tx


def next_number(tx: Tx, organization_id: int, name: str, by: int = 1) -> int:
    """Returns the first of `by` new numbers of a sequence that begins at 1. A rollback gives them back."""
    row = tx.one(
        "INSERT INTO counters (organization_id, name, value) VALUES (:organization_id, :name, :by)"
        " ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + :by RETURNING value",
        {"organization_id": organization_id, "name": name, "by": by},
    )
    assert row is not None
    return int(row[0]) - by + 1


def add_to_count(tx: Tx, organization_id: int, name: str, by: int) -> None:
    next_number(tx, organization_id, name, by)


def count(tx: Tx, organization_id: int, name: str) -> int:
    """Returns a cached count; 0 if nothing was counted yet."""
    row = tx.one(
        "SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0
