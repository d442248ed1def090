"""Search on SQLite: one FTS5 row per contact, its rowid composed of organization and contact."""

from collections.abc import Collection, Mapping
from typing import Any

from coterie.search.documents import Document
from coterie.search.groups import Group, Groups
from coterie.store.database import Tx

_SHIFT = 1 << 32
# FTS5 gathers all contacts of a beginning before the first one, and those of a word one by one
KNOWS_WORDS_QUICKLY = True
# matches that are read from the newest on
NEWEST_MAX = 500


def _match(groups: Groups, also: str | None = None) -> str:
    every = [*map(_any_of, groups), *([f'"{also}"'] if also else [])]
    return " AND ".join(every)


def _any_of(group: Group) -> str:
    # a beginning covers the words that begin with it, and each word of an OR takes time
    words = [word for word in group.words if not word.startswith(group.beginnings)]
    ways = [*(f'"{word}"' for word in words), *(f'"{beginning}"*' for beginning in group.beginnings)]
    ways += ["(" + " AND ".join(f'"{word}"' for word in words) + ")" for words in group.sets]
    return "(" + " OR ".join(ways) + ")"


def _bound(organization_id: int, groups: Groups, also: str | None = None) -> dict[str, Any]:
    first = organization_id * _SHIFT
    return {"query": _match(groups, also), "first": first, "last": first + _SHIFT - 1}


_MATCHES = "contact_words MATCH :query AND rowid BETWEEN :first AND :last"


def index(tx: Tx, organization_id: int, documents: Mapping[int, Document], before: Mapping[int, str]) -> None:
    """Writes these documents in place of those before."""
    tx.execute_many(
        "INSERT OR REPLACE INTO contact_words (rowid, words) VALUES (:rowid, :words)",
        [
            {"rowid": organization_id * _SHIFT + contact_id, "words": " ".join(document.words)}
            for contact_id, document in documents.items()
        ],
    )


def unindex(tx: Tx, organization_id: int, contact_ids: Collection[int], before: Mapping[int, str]) -> None:
    """Removes the words of contacts."""
    tx.execute_many(
        "DELETE FROM contact_words WHERE rowid = :rowid",
        [{"rowid": organization_id * _SHIFT + contact_id} for contact_id in contact_ids],
    )


def index_messages(tx: Tx, organization_id: int, words: Mapping[int, Collection[str]]) -> None:
    """Writes the words of messages (number -> words) in place of those before."""
    first = organization_id * _SHIFT
    tx.execute_many(
        "INSERT OR REPLACE INTO message_words (rowid, words) VALUES (:rowid, :words)",
        [{"rowid": first + number, "words": " ".join(words[number])} for number in sorted(words)],
    )


def unindex_messages(tx: Tx, organization_id: int, numbers: Collection[int]) -> None:
    """Removes the words of messages."""
    tx.execute_many(
        "DELETE FROM message_words WHERE rowid = :rowid",
        [{"rowid": organization_id * _SHIFT + number} for number in numbers],
    )


def find_messages(tx: Tx, organization_id: int, groups: Groups, *, limit: int) -> list[tuple[int, int]]:
    """(contact id, number) of the messages indexed last that match, of contacts that are not deleted."""
    rows = tx.all(
        "SELECT i.contact_id, i.search_number FROM message_words w CROSS JOIN interactions i CROSS JOIN contacts c"
        " WHERE message_words MATCH :query AND w.rowid BETWEEN :first AND :last"
        " AND i.organization_id = :organization_id AND i.search_number = w.rowid - :first AND i.deleted_at IS NULL"
        " AND c.organization_id = i.organization_id AND c.id = i.contact_id AND c.deleted_at IS NULL"
        " ORDER BY w.rowid DESC LIMIT :limit",
        {**_bound(organization_id, groups), "organization_id": organization_id, "limit": limit},
    )
    return [(contact_id, number) for contact_id, number in rows]


def merge(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Merges up to so many pages of each index; returns whether there is more to merge.

    Every change adds a small segment, and a search reads all of them. See "The 'merge' Command" in SQLite's
    documentation of FTS5: a negative number begins to merge all segments into one, positive ones continue.
    """
    is_more = False
    for table in ("contact_words", "message_words"):
        before = _change_count(tx)
        tx.run(
            f"INSERT INTO {table} ({table}, rank) VALUES ('merge', :pages)", {"pages": -pages if is_first else pages}
        )
        is_more |= _change_count(tx) - before >= 2
    return is_more


def _change_count(tx: Tx) -> int:
    row = tx.one("SELECT total_changes()")
    return int(row[0]) if row else 0


def candidates(tx: Tx, organization_id: int, groups: Groups, *, limit: int, also: str | None = None) -> list[int]:
    """The ids of matches, the newest first: of all of them if they are fewer than the limit, otherwise of some hundred.
    also: a word that they must have too."""
    bound = _bound(organization_id, groups, also)
    if limit <= NEWEST_MAX:
        return _read(tx, bound, "DESC", limit)
    # FTS5 takes a quarter longer in descending order
    ids = _read(tx, bound, "ASC", limit)
    if len(ids) < limit:
        return ids[::-1]
    return list(dict.fromkeys([*_read(tx, bound, "DESC", NEWEST_MAX), *ids]))[:limit]


def _read(tx: Tx, bound: Mapping[str, Any], direction: str, limit: int) -> list[int]:
    rows = tx.all(
        f"SELECT rowid - :first FROM contact_words WHERE {_MATCHES} ORDER BY rowid {direction} LIMIT :limit",
        {**bound, "limit": limit},
    )
    return [row[0] for row in rows]


def find(
    tx: Tx,
    organization_id: int,
    groups: Groups,
    *,
    column: str,
    descending: bool,
    limit: int,
    offset: int,
    also_ids: Collection[int] = (),
) -> list[int]:
    """The ids of one page of matches, and of these contacts, in the order of a column."""
    direction = "DESC" if descending else "ASC"
    bound = {**_bound(organization_id, groups), "limit": limit, "offset": offset}
    if also_ids:
        rows = tx.all(
            f"SELECT c.id FROM (SELECT rowid - :first AS id FROM contact_words WHERE {_MATCHES}"
            " UNION SELECT value FROM json_each(:also_ids)) m"
            " JOIN contacts c ON c.organization_id = :organization_id AND c.id = m.id"
            f" ORDER BY c.{column} {direction}, c.id {direction} LIMIT :limit OFFSET :offset",
            {**bound, "organization_id": organization_id, "also_ids": tx.list_param(also_ids)},
        )
    elif column == "id":
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


def count(tx: Tx, organization_id: int, groups: Groups, most: int, *, also_ids: Collection[int] = ()) -> int:
    """The number of matches and of these contacts, each counted once, up to most."""
    bound = {**_bound(organization_id, groups), "most": most}
    matches = f"SELECT rowid FROM contact_words WHERE {_MATCHES} LIMIT :most"
    if also_ids:
        matches = f"SELECT rowid FROM ({matches}) UNION SELECT :first + value FROM json_each(:also_ids)"
        bound["also_ids"] = tx.list_param(also_ids)
    row = tx.one(f"SELECT count(*) FROM ({matches})", bound)
    return min(int(row[0]), most) if row else 0
