"""Pairs of contacts that may be one person, and pairs that a user has marked as not the same.

In every pair the first id is the smaller one. Pairs with a contact that was deleted or merged are never listed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from coterie.model.duplicates import SUGGESTED, Duplicate, Level
from coterie.model.import_reasons import Reason
from coterie.store.database import Row, Tx

Pair = tuple[int, int]
Position = tuple[float, int, int]
_SELECT = "SELECT d.first_contact_id, d.second_contact_id, d.decibits, d.level, d.reasons FROM duplicates d"
_ARE_ALIVE = (
    " EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = d.organization_id AND c.id = d.first_contact_id"
    " AND c.deleted_at IS NULL) AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = d.organization_id"
    " AND c.id = d.second_contact_id AND c.deleted_at IS NULL)"
)


def ordered(one: int, other: int) -> Pair:
    """Two ids as a pair."""
    return (one, other) if one < other else (other, one)


def _duplicate(row: Row) -> Duplicate:
    return Duplicate(row[0], row[1], row[2] / 10, row[3], msgspec.json.decode(row[4], type=list[Reason]))


def list_duplicates(
    tx: Tx, organization_id: int, level: Level, *, limit: int, after: Position | None = None
) -> list[Duplicate]:
    """A page of the pairs of a level, the likeliest first. after: (bits, first id, second id) of the last one seen."""
    below = ""
    bound: dict[str, object] = {"organization_id": organization_id, "level": level, "limit": limit}
    if after is not None:
        below = (
            " AND (d.decibits < :decibits OR (d.decibits = :decibits"
            " AND (d.first_contact_id, d.second_contact_id) > (:first, :second)))"
        )
        bound |= {"decibits": round(after[0] * 10), "first": after[1], "second": after[2]}
    rows = tx.all(
        f"{_SELECT} WHERE d.organization_id = :organization_id AND d.level = :level{below} AND{_ARE_ALIVE}"
        " ORDER BY d.decibits DESC, d.first_contact_id, d.second_contact_id LIMIT :limit",
        bound,
    )
    return [_duplicate(row) for row in rows]


def count_duplicates(tx: Tx, organization_id: int) -> dict[str, int]:
    """level -> the number of its pairs."""
    rows = tx.all(
        f"SELECT d.level, count(*) FROM duplicates d WHERE d.organization_id = :organization_id AND{_ARE_ALIVE}"
        " GROUP BY d.level",
        {"organization_id": organization_id},
    )
    return dict(rows)


def count_suggested(tx: Tx, organization_id: int, limit: int) -> int:
    """The number of suggested pairs, counted up to a limit."""
    row = tx.one(
        "SELECT count(*) FROM (SELECT 1 FROM duplicates d WHERE d.organization_id = :organization_id"
        f" AND d.level = :level AND{_ARE_ALIVE} LIMIT :limit) found",
        {"organization_id": organization_id, "level": SUGGESTED, "limit": limit},
    )
    return int(row[0]) if row else 0


def find_duplicate(tx: Tx, organization_id: int, pair: Pair) -> Duplicate | None:
    row = tx.one(
        f"{_SELECT} WHERE d.organization_id = :organization_id AND d.first_contact_id = :first"
        " AND d.second_contact_id = :second",
        {"organization_id": organization_id, "first": pair[0], "second": pair[1]},
    )
    return _duplicate(row) if row else None


def list_duplicates_of(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> list[Duplicate]:
    """The pairs of these contacts, the likeliest first."""
    bound = {"organization_id": organization_id, "ids": tx.list_param(contact_ids)}
    rows: set[Row] = set()
    for column in ("first_contact_id", "second_contact_id"):
        rows.update(
            tx.all(
                f"{_SELECT} WHERE d.organization_id = :organization_id AND d.{column} {tx.in_list('ids')}"
                f" AND{_ARE_ALIVE}",
                bound,
            )
        )
    return [_duplicate(row) for row in sorted(rows, key=lambda row: (-row[2], row[0], row[1]))]


def list_pairs(tx: Tx, organization_id: int) -> list[Pair]:
    """All pairs, of deleted contacts too."""
    rows = tx.all(
        "SELECT first_contact_id, second_contact_id FROM duplicates WHERE organization_id = :organization_id",
        {"organization_id": organization_id},
    )
    return [(first, second) for first, second in rows]


def save_duplicates(tx: Tx, organization_id: int, duplicates: Iterable[Duplicate]) -> int:
    """Stores pairs, unless a user has marked them as not the same or one of them no longer exists; returns how many."""
    wanted = {(each.first_contact_id, each.second_contact_id): each for each in duplicates}
    alive = _lock_alive(tx, organization_id, {contact_id for pair in wanted for contact_id in pair})
    dismissed = find_dismissed(tx, organization_id, wanted)
    rows = [
        {
            "organization_id": organization_id,
            "first_contact_id": pair[0],
            "second_contact_id": pair[1],
            "decibits": round(each.bits * 10),
            "level": each.level,
            "reasons": msgspec.json.encode(each.reasons).decode(),
        }
        for pair, each in sorted(wanted.items())
        if pair not in dismissed and alive.issuperset(pair)
    ]
    tx.insert_rows("duplicates", rows, replace_on=("organization_id", "first_contact_id", "second_contact_id"))
    return len(rows)


def _lock_alive(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> set[int]:
    """Those of the contacts that are not deleted; they cannot be erased until the commit."""
    rows = tx.all(
        f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
        f" AND deleted_at IS NULL{' ORDER BY id FOR KEY SHARE' if tx.lock else ''}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {contact_id for (contact_id,) in rows}


def delete_pairs(tx: Tx, organization_id: int, pairs: Iterable[Pair]) -> None:
    tx.execute_many(
        "DELETE FROM duplicates WHERE organization_id = :organization_id AND first_contact_id = :first"
        " AND second_contact_id = :second",
        [{"organization_id": organization_id, "first": first, "second": second} for first, second in pairs],
    )


def delete_pairs_of(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Deletes the pairs of contacts that were merged, deleted or are going to be compared again."""
    bound = {"organization_id": organization_id, "ids": tx.list_param(contact_ids)}
    for column in ("first_contact_id", "second_contact_id"):
        tx.run(
            f"DELETE FROM duplicates WHERE organization_id = :organization_id AND {column} {tx.in_list('ids')}", bound
        )


# Not the same ---------------------------------------------------------------------------------------------------------


def insert_not_same(tx: Tx, organization_id: int, pair: Pair, *, user_id: str | None, now: str) -> bool:
    """Stores that two contacts are two people; returns False if that was stored before."""
    return bool(
        tx.run(
            "INSERT INTO not_same (organization_id, first_contact_id, second_contact_id, user_id, created_at)"
            " VALUES (:organization_id, :first, :second, :user_id, :now) ON CONFLICT DO NOTHING",
            {
                "organization_id": organization_id,
                "first": pair[0],
                "second": pair[1],
                "user_id": user_id,
                "now": now,
            },
        )
    )


def delete_not_same(tx: Tx, organization_id: int, pair: Pair) -> bool:
    """Deletes that two contacts are two people; returns False if it was not stored."""
    return bool(
        tx.run(
            "DELETE FROM not_same WHERE organization_id = :organization_id AND first_contact_id = :first"
            " AND second_contact_id = :second",
            {"organization_id": organization_id, "first": pair[0], "second": pair[1]},
        )
    )


def find_dismissed(tx: Tx, organization_id: int, pairs: Collection[Pair] | Mapping[Pair, object]) -> set[Pair]:
    """Those of these pairs that a user has marked as not the same."""
    if not pairs:
        return set()
    rows = tx.all(
        "SELECT first_contact_id, second_contact_id FROM not_same WHERE organization_id = :organization_id"
        f" AND first_contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param({first for first, _ in pairs})},
    )
    return {(first, second) for first, second in rows}.intersection(pairs)
