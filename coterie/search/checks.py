"""Compares the search index with the contacts and messages, for `coterie check`."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from coterie.search.documents import Document
from coterie.search.index import list_fields
from coterie.search.messages import words_of
from coterie.search.postgres import vector
from coterie.store.database import Tx
from coterie.store.interactions import Key


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
    """Returns the indexed contacts whose document in the index differs from this.

    SQLite's index cannot list the words of a contact: a word that none of these contacts has is not noticed
    there.
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


class Unindexed(NamedTuple):
    """A message whose words the index does not have. search_number: the one it has, if any."""

    key: Key
    text: str
    search_number: int | None


def list_unindexed_messages(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> list[Unindexed]:
    """Returns the messages of these contacts that have words and are not in the index; deleted ones excepted."""
    indexed = (
        "w.rowid = :base + i.search_number"
        if tx.engine == "sqlite"
        else "w.organization_id = i.organization_id AND w.number = i.search_number"
    )
    base = {"base": organization_id << 32} if tx.engine == "sqlite" else {}
    rows = tx.all(
        "SELECT i.contact_id, i.kind, i.happened_at, i.id, i.text, i.search_number FROM interactions i"
        f" WHERE i.organization_id = :organization_id AND i.contact_id {tx.in_list('ids')} AND i.text IS NOT NULL"
        " AND i.deleted_at IS NULL AND (i.search_number IS NULL"
        f" OR NOT EXISTS (SELECT 1 FROM message_words w WHERE {indexed}))",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), **base},
    )
    return [Unindexed((row[0], row[1], row[2], row[3]), row[4], row[5]) for row in rows if words_of(row[4])]


def list_words_of_no_message(tx: Tx, organization_id: int) -> list[int]:
    """Returns the numbers in the index that no interaction has."""
    if tx.engine == "sqlite":
        rows = tx.all(
            "SELECT rowid - :base FROM message_words WHERE rowid BETWEEN :base AND :last AND NOT EXISTS"
            " (SELECT 1 FROM interactions i WHERE i.organization_id = :organization_id"
            " AND i.search_number = message_words.rowid - :base)",
            {
                "organization_id": organization_id,
                "base": organization_id << 32,
                "last": (organization_id + 1 << 32) - 1,
            },
        )
    else:
        rows = tx.all(
            "SELECT w.number FROM message_words w WHERE w.organization_id = :organization_id AND NOT EXISTS"
            " (SELECT 1 FROM interactions i WHERE i.organization_id = w.organization_id"
            " AND i.search_number = w.number)",
            {"organization_id": organization_id},
        )
    return [number for (number,) in rows]
