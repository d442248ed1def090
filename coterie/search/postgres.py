"""Search on PostgreSQL: a tsvector of exact lexemes per contact with a GIN index; no extension is needed."""

from collections.abc import Mapping
from typing import Any

from coterie.search.query import Number, Query
from coterie.store.database import Tx


def _match(organization_id: int, query: Query) -> str:
    every = [*(f"'{word}':*" for word in query.words), *map(_match_number, query.numbers)]
    # the organization is a lexeme too, so that a search does not scan the matches of other organizations
    return " & ".join([f"'={organization_id}'", *every])


def _match_number(number: Number) -> str:
    ways = [f"'{digits}':*" for digits in (number.prefix, number.suffix) if digits]
    if number.words:
        ways.append("(" + " & ".join(f"'{word}':*" for word in number.words) + ")")
    return "(" + " | ".join(ways) + ")"


def vector(organization_id: int, words: str) -> str:
    """A tsvector in its text form. Words are letters and digits, so nothing in them needs an escape."""
    return " ".join(f"'{word}'" for word in (f"={organization_id}", *words.split()))


def _bound(organization_id: int, query: Query) -> dict[str, Any]:
    return {"organization_id": organization_id, "query": _match(organization_id, query)}


_MATCHES = "w.organization_id = :organization_id AND w.words @@ CAST(:query AS tsquery)"


def index(tx: Tx, organization_id: int, entries: Mapping[int, str]) -> None:
    """Replaces the words of these contacts."""
    rows = [
        {"organization_id": organization_id, "contact_id": key, "words": vector(organization_id, words)}
        for key, words in entries.items()
    ]
    tx.insert_rows("contact_words", rows, replace_on=("organization_id", "contact_id"))


def unindex(tx: Tx, organization_id: int, contact_id: int) -> None:
    """Removes the words of one contact."""
    tx.run(
        "DELETE FROM contact_words WHERE organization_id = :organization_id AND contact_id = :contact_id",
        {"organization_id": organization_id, "contact_id": contact_id},
    )


def merge(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Nothing: autovacuum cleans a GIN index."""
    return False


def find(
    tx: Tx, organization_id: int, query: Query, *, column: str, descending: bool, limit: int, offset: int
) -> list[int]:
    """The ids of one page of matches."""
    direction = "DESC NULLS LAST" if descending else "ASC NULLS FIRST"
    join, order = "", f"w.contact_id {direction}"
    if column != "id":
        join = " JOIN contacts c ON c.organization_id = w.organization_id AND c.id = w.contact_id"
        order = f"c.{column} {direction}, c.id {direction}"
    rows = tx.all(
        f"SELECT w.contact_id FROM contact_words w{join} WHERE {_MATCHES} ORDER BY {order} LIMIT :limit OFFSET :offset",
        {**_bound(organization_id, query), "limit": limit, "offset": offset},
    )
    return [row[0] for row in rows]


def count(tx: Tx, organization_id: int, query: Query, most: int) -> int:
    """The number of matches, counted up to most."""
    row = tx.one(
        f"SELECT count(*) FROM (SELECT 1 FROM contact_words w WHERE {_MATCHES} LIMIT :most) matches",
        {**_bound(organization_id, query), "most": most},
    )
    return int(row[0]) if row else 0
