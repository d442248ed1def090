"""Search on SQLite: one FTS5 row per contact, its rowid composed of organization and contact."""

from collections.abc import Mapping
from typing import Any

from coterie.search.query import Number, Query
from coterie.store.database import Tx

_SHIFT = 1 << 32


def _match(query: Query) -> str:
    return " AND ".join([*(f'"{word}"*' for word in query.words), *map(_match_number, query.numbers)])


def _match_number(number: Number) -> str:
    ways = [f'"{digits}"*' for digits in (number.prefix, number.suffix) if digits]
    if number.words:
        ways.append("(" + " AND ".join(f'"{word}"*' for word in number.words) + ")")
    return "(" + " OR ".join(ways) + ")"


def _bound(organization_id: int, query: Query) -> dict[str, Any]:
    first = organization_id * _SHIFT
    return {"query": _match(query), "first": first, "last": first + _SHIFT - 1}


_MATCHES = "contact_words MATCH :query AND rowid BETWEEN :first AND :last"


def index(tx: Tx, organization_id: int, entries: Mapping[int, str]) -> None:
    """Replaces the words of these contacts."""
    tx.execute_many(
        "INSERT OR REPLACE INTO contact_words (rowid, words) VALUES (:rowid, :words)",
        [{"rowid": organization_id * _SHIFT + key, "words": words} for key, words in entries.items()],
    )


def unindex(tx: Tx, organization_id: int, contact_id: int) -> None:
    """Removes the words of one contact."""
    tx.run("DELETE FROM contact_words WHERE rowid = :rowid", {"rowid": organization_id * _SHIFT + contact_id})


def merge(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Merges up to so many pages of the index; returns whether there is more to merge.

    Every change adds a small segment, and a search reads all of them. See "The 'merge' Command" in SQLite's
    documentation of FTS5: a negative number begins to merge all segments into one, positive ones continue.
    """
    before = _change_count(tx)
    tx.run(
        "INSERT INTO contact_words (contact_words, rank) VALUES ('merge', :pages)",
        {"pages": -pages if is_first else pages},
    )
    return _change_count(tx) - before >= 2


def _change_count(tx: Tx) -> int:
    row = tx.one("SELECT total_changes()")
    return int(row[0]) if row else 0


def find(
    tx: Tx, organization_id: int, query: Query, *, column: str, descending: bool, limit: int, offset: int
) -> list[int]:
    """The ids of one page of matches."""
    direction = "DESC" if descending else "ASC"
    bound = {**_bound(organization_id, query), "limit": limit, "offset": offset}
    if column == "id":
        rows = tx.all(
            f"SELECT rowid - :first FROM contact_words WHERE {_MATCHES}"
            f" ORDER BY rowid {direction} LIMIT :limit OFFSET :offset",
            bound,
        )
    else:
        rows = tx.all(
            "SELECT c.id FROM contact_words w JOIN contacts c"
            " ON c.organization_id = :organization_id AND c.id = w.rowid - :first"
            " WHERE contact_words MATCH :query AND w.rowid BETWEEN :first AND :last"
            f" ORDER BY c.{column} {direction}, c.id {direction} LIMIT :limit OFFSET :offset",
            {**bound, "organization_id": organization_id},
        )
    return [row[0] for row in rows]


def count(tx: Tx, organization_id: int, query: Query, most: int) -> int:
    """The number of matches, counted up to most."""
    row = tx.one(
        f"SELECT count(*) FROM (SELECT 1 FROM contact_words WHERE {_MATCHES} LIMIT :most)",
        {**_bound(organization_id, query), "most": most},
    )
    return int(row[0]) if row else 0
