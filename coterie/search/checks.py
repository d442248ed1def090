"""Compares the search index with the contacts, for `coterie check`."""

from collections.abc import Mapping

from coterie.search.documents import Document
from coterie.search.index import list_fields
from coterie.search.postgres import vector
from coterie.store.database import Tx


def list_indexed_ids(tx: Tx, organization_id: int, first: int, last: int) -> set[int]:
    """Returns the ids of contacts from first to last that the index has."""
    if tx.engine == "sqlite":
        rows = tx.all(
            "SELECT rowid - :base FROM contact_words WHERE rowid BETWEEN :base + :first AND :base + :last",
            {"base": organization_id << 32, "first": first, "last": last},
        )
    else:
        rows = tx.all(
            "SELECT contact_id FROM contact_words WHERE organization_id = :organization_id"
            " AND contact_id BETWEEN :first AND :last",
            {"organization_id": organization_id, "first": first, "last": last},
        )
    return {contact_id for (contact_id,) in rows}


def list_wrongly_indexed(tx: Tx, organization_id: int, documents: Mapping[int, Document]) -> set[int]:
    """Returns those of the contacts, which the index has, whose document there differs from this.

    SQLite's index cannot list the words of a contact: a word that no contact of these has any more is not
    noticed there.
    """
    if not documents:
        return set()
    stored = list_fields(tx, organization_id, documents)
    differing = {
        contact_id
        for contact_id, document in documents.items()
        if stored.get(contact_id) != (document.fields, document.digest)
    }
    find = _differing_sqlite if tx.engine == "sqlite" else _differing_postgres
    return differing | find(tx, organization_id, documents)


def _differing_sqlite(tx: Tx, organization_id: int, documents: Mapping[int, Document]) -> set[int]:
    having: dict[str, set[int]] = {}
    for contact_id, document in documents.items():
        for word in document.words:
            having.setdefault(word, set()).add(contact_id)
    bound = {"base": organization_id << 32, "first": min(documents), "last": max(documents)}
    differing = set[int]()
    for word, ids in having.items():
        rows = tx.all(
            "SELECT rowid - :base FROM contact_words WHERE contact_words MATCH :word"
            " AND rowid BETWEEN :base + :first AND :base + :last",
            {**bound, "word": f'"{word}"'},
        )
        differing |= ids.symmetric_difference(contact_id for (contact_id,) in rows)
    return differing & documents.keys()


def _differing_postgres(tx: Tx, organization_id: int, documents: Mapping[int, Document]) -> set[int]:
    rows = tx.all(
        "SELECT w.contact_id FROM contact_words w"
        " JOIN unnest(CAST(:ids AS BIGINT[]), CAST(:words AS TEXT[])) AS entry (contact_id, words)"
        " ON entry.contact_id = w.contact_id WHERE w.organization_id = :organization_id"
        " AND w.words <> CAST(entry.words AS tsvector)",
        {
            "organization_id": organization_id,
            "ids": list(documents),
            "words": [vector(organization_id, document.words) for document in documents.values()],
        },
    )
    return {contact_id for (contact_id,) in rows}
