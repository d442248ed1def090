"""Sequences and kept counts of an organization: a number per name, never counted over rows."""

from coterie.store.database import Tx


def next_number(tx: Tx, organization_id: int, name: str, by: int = 1) -> int:
    """The first of `by` fresh numbers of a sequence, from 1 on. A rolled-back transaction gives its numbers back."""
    row = tx.one(
        "INSERT INTO counters (organization_id, name, value) VALUES (:organization_id, :name, :by)"
        " ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + :by RETURNING value",
        {"organization_id": organization_id, "name": name, "by": by},
    )
    assert row is not None
    return int(row[0]) - by + 1


def add_to_count(tx: Tx, organization_id: int, name: str, by: int) -> None:
    """A kept count goes up, or down, by so much."""
    next_number(tx, organization_id, name, by)


def count(tx: Tx, organization_id: int, name: str) -> int:
    """A kept count; 0 where nothing was ever counted."""
    row = tx.one(
        "SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0
