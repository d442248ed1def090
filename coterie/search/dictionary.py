"""The dictionary of an organization: its terms, how many contacts have each, and the keys under which they are found.

Guarantee: terms.contact_count is the number of contacts that are not deleted and whose document has the term, as of the
same transaction. A term that no contact has is not in the dictionary.
"""

from collections.abc import Iterable, Mapping, Sequence

from coterie.search.spelling import keys_of
from coterie.store.counters import Counts, add_to_counts
from coterie.store.database import Tx

TERMS = Counts("terms", "term", "TEXT", "contact_count")


def change_counts(tx: Tx, organization_id: int, changes: Mapping[str, int]) -> None:
    """Adds to the counts of terms (term -> by how much), inserts new terms and deletes those no contact has."""
    # sorted: on PostgreSQL two writers lock the same rows in the same order
    changed = {term: by for term, by in sorted(changes.items()) if by}
    if not changed:
        return
    counts = add_to_counts(tx, organization_id, TERMS, changed)
    _insert_spellings(tx, organization_id, [term for term, count in counts.items() if count == changed[term]])
    if gone := [term for term, count in counts.items() if count <= 0]:
        _delete(tx, organization_id, gone)


def _insert_spellings(tx: Tx, organization_id: int, terms: Iterable[str]) -> None:
    keys = sorted([(organization_id, key, term) for term in terms for key in keys_of(term)])
    tx.insert_values("term_spellings", ("organization_id", "key", "term"), keys, skip_existing=True)


def _delete(tx: Tx, organization_id: int, terms: Sequence[str]) -> None:
    tx.run(
        f"DELETE FROM terms WHERE organization_id = :organization_id AND term {tx.in_list('terms')}",
        {"organization_id": organization_id, "terms": tx.list_param(terms)},
    )
    tx.execute_many(
        "DELETE FROM term_spellings WHERE organization_id = :organization_id AND key = :key AND term = :term",
        [
            {"organization_id": organization_id, "key": key, "term": term}
            for term in terms
            for key in sorted(keys_of(term))
        ],
    )


def counts_of(tx: Tx, organization_id: int, terms: Iterable[str]) -> dict[str, int]:
    """term -> number of contacts with it, for the terms in the dictionary."""
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


def sum_of_beginnings(tx: Tx, organization_id: int, beginnings: Iterable[str], *, terms_max: int) -> dict[str, int]:
    """beginning -> the counts of all terms with it, added up. A beginning with more than terms_max terms is missing."""
    unique = sorted(set(beginnings))
    bound: dict[str, str | int] = {"organization_id": organization_id, "most": terms_max + 1}
    parts = []
    for number, beginning in enumerate(unique):
        parts.append(
            f"SELECT {number}, sum(contact_count), count(*) FROM (SELECT contact_count FROM terms"
            f" WHERE organization_id = :organization_id AND term >= :first{number} AND term < :last{number}"
            " LIMIT :most) t"
        )
        bound |= {f"first{number}": beginning, f"last{number}": beginning + "\U0010ffff"}
    rows = tx.all(" UNION ALL ".join(parts), bound) if parts else []
    return {unique[number]: int(total or 0) for number, total, term_count in rows if term_count <= terms_max}
