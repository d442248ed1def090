"""The dictionary of an organization: its terms, how many contacts have each, and the keys under which they are found.

Guarantee: terms.contact_count is the number of contacts that are not deleted and whose document has the term, as of the
same transaction. A term that nobody has is not in the dictionary.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from coterie.search.spelling import keys_of
from coterie.store.database import Tx


def change_counts(tx: Tx, organization_id: int, changes: Mapping[str, int]) -> None:
    """Adds to the counts of terms (term -> by how much), inserts new terms and deletes those nobody has."""
    # sorted: on PostgreSQL two writers lock the same rows in the same order
    more = {term: by for term, by in sorted(changes.items()) if by > 0}
    less = {term: by for term, by in sorted(changes.items()) if by < 0}
    if more:
        _insert(tx, organization_id, more)
    if less:
        _remove(tx, organization_id, less)


def _insert(tx: Tx, organization_id: int, counts: Mapping[str, int]) -> None:
    existing = counts_of(tx, organization_id, counts)
    added = [term for term in counts if term not in existing]
    tx.execute_many(
        "INSERT INTO terms (organization_id, term, contact_count) VALUES (:organization_id, :term, :by)"
        " ON CONFLICT (organization_id, term)"
        " DO UPDATE SET contact_count = terms.contact_count + excluded.contact_count",
        _rows(organization_id, counts),
    )
    keys = [{"organization_id": organization_id, "key": key, "term": term} for term in added for key in keys_of(term)]
    tx.insert_rows("term_spellings", sorted(keys, key=lambda row: row["key"]), skip_existing=True)


def _remove(tx: Tx, organization_id: int, counts: Mapping[str, int]) -> None:
    tx.execute_many(
        "UPDATE terms SET contact_count = contact_count + :by"
        " WHERE organization_id = :organization_id AND term = :term",
        _rows(organization_id, counts),
    )
    gone = tx.all(
        f"DELETE FROM terms WHERE organization_id = :organization_id AND term {tx.in_list('terms')}"
        " AND contact_count <= 0 RETURNING term",
        {"organization_id": organization_id, "terms": tx.list_param(counts)},
    )
    tx.execute_many(
        "DELETE FROM term_spellings WHERE organization_id = :organization_id AND key = :key AND term = :term",
        [
            {"organization_id": organization_id, "key": key, "term": term}
            for (term,) in gone
            for key in sorted(keys_of(term))
        ],
    )


def _rows(organization_id: int, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"organization_id": organization_id, "term": term, "by": by} for term, by in counts.items()]


def counts_of(tx: Tx, organization_id: int, terms: Iterable[str]) -> dict[str, int]:
    """term -> how many contacts have it, for those that the dictionary has."""
    unique = set(terms)
    if not unique:
        return {}
    rows = tx.all(
        "SELECT term, contact_count FROM terms WHERE organization_id = :organization_id"
        f" AND term {tx.in_list('terms')}",
        {"organization_id": organization_id, "terms": tx.list_param(unique)},
    )
    return {term: count for term, count in rows}


def find_by_keys(tx: Tx, organization_id: int, keys: Iterable[int]) -> dict[str, int]:
    """term -> how many contacts have it, of the terms stored under one of the keys."""
    rows = tx.all(
        "SELECT DISTINCT t.term, t.contact_count FROM term_spellings s JOIN terms t"
        " ON t.organization_id = s.organization_id AND t.term = s.term"
        f" WHERE s.organization_id = :organization_id AND s.key {tx.in_list('keys')}",
        {"organization_id": organization_id, "keys": tx.list_param(keys)},
    )
    return {term: count for term, count in rows}


def find_by_beginning(tx: Tx, organization_id: int, beginning: str, *, limit: int) -> dict[str, int]:
    """term -> how many contacts have it: the commonest terms with this beginning."""
    rows = tx.all(
        "SELECT term, contact_count FROM terms WHERE organization_id = :organization_id"
        " AND term >= :first AND term < :last ORDER BY contact_count DESC, term LIMIT :limit",
        {"organization_id": organization_id, "first": beginning, "last": beginning + "\U0010ffff", "limit": limit},
    )
    return {term: count for term, count in rows}
