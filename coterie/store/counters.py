"""Sequences and cached counts of an organization: one row per name, so that no rows are counted."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.store.database import Tx


class Counts(Struct, frozen=True):
    """A table of counts of an organization: the column of the counted value, with its type, and that of the count."""

    table: str
    key: str
    key_type: str
    count: str


COUNTERS = Counts("counters", "name", "TEXT", "value")


def next_number(tx: Tx, organization_id: int, name: str, by: int = 1) -> int:
    """Returns the first of `by` new numbers of a sequence that begins at 1. A rollback gives them back."""
    row = tx.one(
        "INSERT INTO counters (organization_id, name, value) VALUES (:organization_id, :name, :by)"
        " ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + :by RETURNING value",
        {"organization_id": organization_id, "name": name, "by": by},
    )
    assert row is not None
    return int(row[0]) - by + 1


def next_numbers(tx: Tx, organization_id: int, names: Mapping[str, int]) -> dict[str, int]:
    """next_number of several sequences or cached counts, in their order: name -> the first of its new numbers."""
    return {
        name: value - names[name] + 1 for name, value in add_to_counts(tx, organization_id, COUNTERS, names).items()
    }


def add_to_count(tx: Tx, organization_id: int, name: str, by: int) -> None:
    next_number(tx, organization_id, name, by)


def add_to_counts(tx: Tx, organization_id: int, counts: Counts, changes: Mapping[Any, int]) -> dict[Any, int]:
    """Adds to several counts in one statement, in their order; a count that is missing begins at 0. Returns the counts
    as they are now."""
    if tx.engine == "sqlite":
        # a key that is a number is one again by the type of its column
        source = "SELECT :organization_id, key, value FROM json_each(:changes) WHERE TRUE"
        bound: dict[str, Any] = {"changes": msgspec.json.encode(changes).decode()}
    else:
        source = (
            "SELECT :organization_id, change.key, change.by FROM"
            f" unnest(CAST(:keys AS {counts.key_type}[]), CAST(:by AS BIGINT[])) AS change (key, by)"
        )
        bound = {"keys": list(changes), "by": list(changes.values())}
    rows = tx.all(
        f"INSERT INTO {counts.table} (organization_id, {counts.key}, {counts.count}) {source}"
        f" ON CONFLICT (organization_id, {counts.key})"
        f" DO UPDATE SET {counts.count} = {counts.table}.{counts.count} + excluded.{counts.count}"
        f" RETURNING {counts.key}, {counts.count}",
        {"organization_id": organization_id, **bound},
    )
    return dict(rows)


def count(tx: Tx, organization_id: int, name: str) -> int:
    """A cached count; 0 if nothing was counted yet."""
    row = tx.one(
        "SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0
