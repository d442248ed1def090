"""Sequences and cached counts of an organization: one row per name, so that nothing is counted over rows."""

from collections.abc import Mapping

from coterie.store.database import Tx


def next_number(tx: Tx, organization_id: int, name: str, by: int = 1) -> int:
    """Returns the first of `by` new numbers of a sequence that begins at 1. A rollback returns them to it."""
    return next_numbers(tx, organization_id, {name: by})[name]


def next_numbers(tx: Tx, organization_id: int, by: Mapping[str, int]) -> dict[str, int]:
    """Takes numbers of several sequences in one statement: name -> how many; returns name -> the first of them.

    PostgreSQL locks the rows in the order of the mapping until the commit: callers agree on one order.
    """
    places = ", ".join(f"(:organization_id, :name_{place}, :by_{place})" for place in range(len(by)))
    bound: dict[str, object] = {"organization_id": organization_id}
    for place, (name, number) in enumerate(by.items()):
        bound |= {f"name_{place}": name, f"by_{place}": number}
    rows = tx.all(
        f"INSERT INTO counters (organization_id, name, value) VALUES {places}"
        " ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + excluded.value"
        " RETURNING name, value",
        bound,
    )
    return {name: int(value) - by[name] + 1 for name, value in rows}


def add_to_count(tx: Tx, organization_id: int, name: str, by: int) -> None:
    """Changes a cached count by so much."""
    next_numbers(tx, organization_id, {name: by})


def count(tx: Tx, organization_id: int, name: str) -> int:
    """Returns a cached count; 0 where nothing was counted yet."""
    row = tx.one(
        "SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0
