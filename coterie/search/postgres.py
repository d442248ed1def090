"""Search on PostgreSQL: a tsvector of exact lexemes per contact with a GIN index, and a B-tree of words.

A GIN index answers "mar*" by collecting every contact of every such word, which takes a hundred milliseconds among a
million. So the beginning of one word is looked up in the B-tree, and next to other words it may be checked in their
contacts instead (plans.py); those of two letters are lexemes too (beginnings.py). No extension is needed.
"""

from collections.abc import Collection, Mapping
from typing import Any

from coterie.search.beginnings import MARK, beginning_of, is_indexed
from coterie.search.documents import Document, words_of_fields
from coterie.search.groups import Group, Groups
from coterie.search.plans import plan
from coterie.store.contacts import COUNT
from coterie.store.database import Tx

# terms whose numbers of contacts are looked at, to see whether one of them alone has enough
COUNTED_TERMS_MAX = 2_000
# terms of contacts that are read for the beginning of a word
BEGUN_MAX = 2_000
# GIN gathers all contacts of a word before the first one
KNOWS_WORDS_QUICKLY = False


def _match(groups: Groups, also: str | None = None) -> str:
    return " & ".join([*map(_any_of, groups), *([f"'{also}'"] if also else [])])


def _any_of(group: Group) -> str:
    ways = [*(f"'{word}'" for word in _words_besides(group)), *map(_begun, group.beginnings)]
    ways += ["(" + " & ".join(f"'{word}'" for word in words) + ")" for words in group.sets]
    return "(" + " | ".join(ways) + ")"


def _begun(beginning: str) -> str:
    return f"'{MARK}{beginning}'" if is_indexed(beginning) else f"'{beginning}':*"


def _words_besides(group: Group) -> list[str]:
    """The words of a group that none of its beginnings covers."""
    return [word for word in group.words if not word.startswith(group.beginnings)]


def vector(organization_id: int, words: Collection[str]) -> str:
    """The tsvector of a contact in its text form: its words and their beginnings."""
    begun = {beginning for word in words if (beginning := beginning_of(word)) is not None}
    return _vector(organization_id, [*words, *begun])


def _vector(organization_id: int, words: Collection[str]) -> str:
    # words are letters and digits, so nothing in them needs an escape
    return " ".join(f"'{word}'" for word in (f"={organization_id}", *words))


def _bound(organization_id: int, groups: Groups, also: str | None = None) -> dict[str, Any]:
    query = _match(groups, also)
    return {
        "organization_id": organization_id,
        "query": query,
        "query_of_organization": f"'={organization_id}' & {query}",
    }


# The organization is a lexeme too, so that a search does not read the matches of all others. Where an organization has
# more than a quarter of all contacts, GIN needs longer to read its lexeme than the matches of the others.
_QUERY = (
    "(SELECT CAST(CASE WHEN (SELECT 4 * value FROM counters WHERE organization_id = :organization_id"
    f" AND name = '{COUNT}') > (SELECT reltuples FROM pg_class WHERE oid = CAST('contact_words' AS regclass))"
    " THEN :query ELSE :query_of_organization END AS tsquery))"
)
# PostgreSQL plans a prepared statement without knowing how rare the words are. With a LIMIT it would scan the table,
# and with the organization's column the index of all its contacts.
_MATCHES = f"w.organization_id + 0 = :organization_id AND w.words @@ {_QUERY}"
_FOUND = f"WITH found AS MATERIALIZED (SELECT w.contact_id FROM contact_words w WHERE {_MATCHES})"
# OFFSET keeps the check out of the index
_FOUND_AND_CHECKED = (
    "WITH found AS MATERIALIZED (SELECT each.contact_id FROM"
    f" (SELECT w.contact_id, w.words FROM contact_words w WHERE {_MATCHES} OFFSET 0) each"
    " WHERE each.words @@ CAST(:checked AS tsquery))"
)


def index(tx: Tx, organization_id: int, documents: Mapping[int, Document], before: Mapping[int, str]) -> None:
    """Writes these documents in place of those before (contact id -> its fields)."""
    rows = [
        {"organization_id": organization_id, "contact_id": key, "words": vector(organization_id, document.words)}
        for key, document in documents.items()
    ]
    tx.insert_rows("contact_words", rows, replace_on=("organization_id", "contact_id"))
    old = {(word, key) for key, fields in before.items() for word in words_of_fields(fields)}
    new = {(word, key) for key, document in documents.items() for word in words_of_fields(document.fields)}
    _delete(tx, organization_id, old - new)
    tx.insert_rows(
        "term_contacts",
        [{"organization_id": organization_id, "term": term, "contact_id": key} for term, key in sorted(new)],
        skip_existing=True,
    )


def unindex(tx: Tx, organization_id: int, contact_ids: Collection[int], before: Mapping[int, str]) -> None:
    """Removes the words of contacts."""
    tx.run(
        "DELETE FROM contact_words WHERE organization_id = :organization_id AND contact_id = ANY(:ids)",
        {"organization_id": organization_id, "ids": list(contact_ids)},
    )
    _delete(tx, organization_id, {(word, key) for key, fields in before.items() for word in words_of_fields(fields)})


def _delete(tx: Tx, organization_id: int, pairs: Collection[tuple[str, int]]) -> None:
    if pairs:
        tx.run(
            "DELETE FROM term_contacts t USING unnest(CAST(:terms AS TEXT[]), CAST(:ids AS BIGINT[]))"
            " AS pair (term, contact_id) WHERE t.organization_id = :organization_id AND t.term = pair.term"
            " AND t.contact_id = pair.contact_id",
            {
                "organization_id": organization_id,
                "terms": [term for term, _ in pairs],
                "ids": [contact_id for _, contact_id in pairs],
            },
        )


def index_messages(tx: Tx, organization_id: int, words: Mapping[int, Collection[str]]) -> None:
    """Writes the words of messages (number -> words) in place of those before."""
    rows = [
        {"organization_id": organization_id, "number": number, "words": _vector(organization_id, words[number])}
        for number in sorted(words)
    ]
    tx.insert_rows("message_words", rows, replace_on=("organization_id", "number"))


def unindex_messages(tx: Tx, organization_id: int, numbers: Collection[int]) -> None:
    """Removes the words of messages."""
    tx.run(
        "DELETE FROM message_words WHERE organization_id = :organization_id AND number = ANY(:numbers)",
        {"organization_id": organization_id, "numbers": list(numbers)},
    )


def find_messages(tx: Tx, organization_id: int, groups: Groups, *, limit: int) -> list[tuple[int, int]]:
    """(contact id, number) of the messages indexed last that match, of contacts that are not deleted."""
    rows = tx.all(
        f"WITH found AS MATERIALIZED (SELECT w.number FROM message_words w WHERE {_MATCHES})"
        " SELECT i.contact_id, i.search_number FROM found JOIN interactions i"
        " ON i.organization_id = :organization_id AND i.search_number = found.number AND i.deleted_at IS NULL"
        " JOIN contacts c ON c.organization_id = i.organization_id AND c.id = i.contact_id AND c.deleted_at IS NULL"
        " ORDER BY found.number DESC LIMIT :limit",
        {**_bound(organization_id, groups), "limit": limit},
    )
    return [(contact_id, number) for contact_id, number in rows]


def merge(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Nothing: autovacuum cleans a GIN index."""
    return False


def _only_of(groups: Groups) -> Group | None:
    """The only group, if the B-tree can find its contacts."""
    if len(groups) == 1 and not groups[0].sets:
        return groups[0]
    return None


def _by_term(
    organization_id: int, group: Group, column: str = "term_contacts.contact_id"
) -> tuple[str, dict[str, Any]]:
    """The query of a column for the words of a group and the words with its beginnings, with its parameters.

    A contact comes once for each word: the caller makes them distinct. Each part is read up to :most rows.
    """
    bound: dict[str, Any] = {"organization_id": organization_id, "words": _words_besides(group)}
    select = f"SELECT {column} FROM {column.partition('.')[0]} WHERE organization_id = :organization_id"
    parts = [f"{select} AND term = ANY(:words)"]
    for number, beginning in enumerate(group.beginnings):
        parts.append(f"{select} AND term >= :first{number} AND term < :last{number}")
        bound |= {f"first{number}": beginning, f"last{number}": beginning + "\U0010ffff"}
    return " UNION ALL ".join(f"({part} LIMIT :most)" for part in parts), bound


def candidates(tx: Tx, organization_id: int, groups: Groups, *, limit: int, also: str | None = None) -> list[int]:
    """The ids of matches, at most so many: the newest, unless they are those of a single beginning that is common.

    also: a word that they must have too.
    """
    group = _only_of(groups)
    if group is not None and also is None:
        ids = _of_terms(tx, organization_id, group, limit)
        if len(ids) >= limit:
            return ids
    if group is not None and group.beginnings and also is not None:
        return []  # the closest of a beginning are not known to the B-tree
    found, bound = _found(tx, organization_id, groups, also)
    rows = tx.all(
        f"{found} SELECT contact_id FROM found ORDER BY contact_id DESC LIMIT :limit", {**bound, "limit": limit}
    )
    return [row[0] for row in rows]


def _of_terms(tx: Tx, organization_id: int, group: Group, limit: int) -> list[int]:
    """The ids of contacts with a term of the group, at most so many, the newest first.

    Of a beginning, those of its first BEGUN_MAX pairs of term and contact: the newest of all, if it has no more.
    """
    bound = {"organization_id": organization_id, "words": _words_besides(group), "limit": limit, "most": BEGUN_MAX}
    parts = [
        "SELECT each.contact_id FROM unnest(CAST(:words AS TEXT[])) AS word (term) CROSS JOIN LATERAL"
        " (SELECT contact_id FROM term_contacts WHERE organization_id = :organization_id AND term = word.term"
        " ORDER BY contact_id DESC LIMIT :limit) each"
    ]
    for number, beginning in enumerate(group.beginnings):
        parts.append(
            "(SELECT contact_id FROM term_contacts WHERE organization_id = :organization_id"
            f" AND term >= :first{number} AND term < :last{number} LIMIT :most)"
        )
        bound |= {f"first{number}": beginning, f"last{number}": beginning + "\U0010ffff"}
    found = " UNION ALL ".join(parts)
    rows = tx.all(f"SELECT DISTINCT contact_id FROM ({found}) found ORDER BY contact_id DESC LIMIT :limit", bound)
    return [row[0] for row in rows]


def _found(tx: Tx, organization_id: int, groups: Groups, also: str | None = None) -> tuple[str, dict[str, Any]]:
    """The query "found" of the contacts that match, to begin a statement with, and its parameters."""
    way = plan(tx, organization_id, groups, is_close=also is not None)
    bound = _bound(organization_id, way.indexed, also)
    if not way.checked:
        return _FOUND, bound
    return _FOUND_AND_CHECKED, {**bound, "checked": _match(way.checked)}


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
    direction = "DESC NULLS LAST" if descending else "ASC NULLS FIRST"
    join, order = "", f"m.contact_id {direction}"
    if column != "id":
        join = " JOIN contacts c ON c.organization_id = :organization_id AND c.id = m.contact_id"
        order = f"c.{column} {direction}, c.id {direction}"
    found, bound = _found(tx, organization_id, groups)
    rows = tx.all(
        f"{found} SELECT m.contact_id FROM ({_matches(also_ids)}) m{join} ORDER BY {order} LIMIT :limit OFFSET :offset",
        {**bound, "also_ids": list(also_ids), "limit": limit, "offset": offset},
    )
    return [row[0] for row in rows]


def _matches(also_ids: Collection[int]) -> str:
    """The contacts that were found, and these."""
    matches = "SELECT contact_id FROM found"
    return f"{matches} UNION SELECT unnest(CAST(:also_ids AS BIGINT[]))" if also_ids else matches


def count(tx: Tx, organization_id: int, groups: Groups, most: int, *, also_ids: Collection[int] = ()) -> int:
    """The number of matches and of these contacts, each counted once, up to most."""
    group = _only_of(groups)
    # words of notes and of other long texts are in the index of whole documents alone
    if group is not None and _has_so_many(tx, organization_id, group, most):
        return most
    found, bound = _found(tx, organization_id, groups)
    row = tx.one(
        f"{found} SELECT count(*) FROM (SELECT 1 FROM ({_matches(also_ids)}) each LIMIT :most) matches",
        {**bound, "also_ids": list(also_ids), "most": most},
    )
    return int(row[0]) if row else 0


def _has_so_many(tx: Tx, organization_id: int, group: Group, most: int) -> bool:
    """Whether so many contacts have one of the words or beginnings; the dictionary may know without counting them."""
    parts, bound = _by_term(organization_id, group, "terms.contact_count")
    row = tx.one(
        f"SELECT max(contact_count), sum(contact_count), count(*) FROM ({parts}) found",
        {**bound, "most": COUNTED_TERMS_MAX},
    )
    greatest, total, term_count = row if row else (0, 0, 0)
    if (greatest or 0) >= most:
        return True
    if (total or 0) < most and term_count < COUNTED_TERMS_MAX:
        return False
    parts, bound = _by_term(organization_id, group)
    # a contact may have two words of one beginning; count(DISTINCT …) would sort
    row = tx.one(
        f"SELECT count(*) FROM (SELECT DISTINCT contact_id FROM ({parts}) found) each", {**bound, "most": 2 * most}
    )
    return bool(row and row[0] >= most)
