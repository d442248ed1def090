"""Keeps the search index equal to the contacts: full text, ranking fields, dictionary, in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Mapping
from types import MappingProxyType, ModuleType

from msgspec import Struct

from coterie.search import postgres, sqlite
from coterie.search.dictionary import change_counts
from coterie.search.documents import Document, document_of, terms_of_fields
from coterie.search.texts import Text, Texts, load_linked_texts, load_texts, load_texts_and_documents
from coterie.store.database import Tx

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}


class PreparedDocument(Struct, frozen=True, array_like=True):
    """The document of a contact, computed before the transaction that writes it. linked: the tags and folders that the
    contact must have."""

    linked: list[Text]
    document: Document


def prepare(texts: Texts) -> PreparedDocument:
    """Computes the document of a contact that has these texts."""
    return PreparedDocument([text for text in texts.texts if text.field in ("tag", "folder")], document_of(texts))


def list_valid(
    tx: Tx,
    organization_id: int,
    prepared: Mapping[int, PreparedDocument],
    tagged: Collection[tuple[int, str]],
    put: Collection[tuple[int, int]],
) -> dict[int, PreparedDocument]:
    """Those of the documents of new contacts that have the tags and folders, in name and order, that were put on these
    contacts: (contact id, tag id), (contact id, folder id). All else is stored as it was prepared.

    Call it when the tags and folders are put: their rows are locked then, so that none is renamed before the commit.
    """
    linked = load_linked_texts(tx, organization_id, tagged, put) if prepared else {}
    return {contact_id: each for contact_id, each in prepared.items() if each.linked == linked.get(contact_id, [])}


def index_contacts(
    tx: Tx,
    organization_id: int,
    contact_ids: Collection[int],
    *,
    new_ids: Collection[int] = (),
    prepared: Mapping[int, PreparedDocument] = MappingProxyType({}),
    is_forced: bool = False,
) -> None:
    """Indexes contacts as they are stored now; deleted and erased ones leave the index.

    new_ids: those of them that cannot be in the index yet. prepared: contact id -> its document, of some of the new
    ones (list_valid), whose texts are not read. is_forced also writes documents that have not changed. Call
    it after the change number was taken: on PostgreSQL its lock keeps the writers of an organization in order, so that
    their counts of terms cannot lock each other out.
    """
    documents = {contact_id: prepared[contact_id].document for contact_id in contact_ids if contact_id in prepared}
    unread = [contact_id for contact_id in contact_ids if contact_id not in prepared]
    before: dict[int, tuple[str, int]] = {}
    if unread:
        loaded, before = _load(tx, organization_id, unread, new_ids)
        documents |= {contact_id: document_of(texts) for contact_id, texts in loaded.items()}
    index_documents(tx, organization_id, documents, before, is_forced=is_forced)
    unindex_contacts(tx, organization_id, [each for each in contact_ids if each not in documents])


def _load(
    tx: Tx, organization_id: int, contact_ids: Collection[int], new_ids: Collection[int]
) -> tuple[dict[int, Texts], dict[int, tuple[str, int]]]:
    """The texts of contacts, and (fields, digest) of their documents in the index: new ones have none."""
    if set(contact_ids) <= set(new_ids):
        return load_texts(tx, organization_id, contact_ids), {}
    return load_texts_and_documents(tx, organization_id, contact_ids)


def index_documents(
    tx: Tx,
    organization_id: int,
    documents: Mapping[int, Document],
    before: Mapping[int, tuple[str, int]],
    *,
    is_forced: bool = False,
) -> None:
    """Writes documents (contact id -> its document) in place of those in the index (id -> fields and digest)."""
    changed = {
        contact_id: document
        for contact_id, document in documents.items()
        if is_forced or before.get(contact_id, ("", 0))[1] != document.digest
    }
    if not changed:
        return
    counts: Counter[str] = Counter()
    for contact_id, document in changed.items():
        counts.update(document.terms)
        counts.subtract(terms_of_fields(before[contact_id][0]) if contact_id in before else ())
    old = {contact_id: before[contact_id][0] for contact_id in changed if contact_id in before}
    ENGINES[tx.engine].index(tx, organization_id, changed, old)
    _save_fields(tx, organization_id, changed)
    change_counts(tx, organization_id, counts)


def unindex_contacts(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> None:
    """Removes contacts from the index."""
    if not contact_ids:
        return
    before = {each: fields for each, (fields, _) in list_fields(tx, organization_id, contact_ids).items()}
    ENGINES[tx.engine].unindex(tx, organization_id, contact_ids, before)
    tx.run(
        f"DELETE FROM contact_terms WHERE organization_id = :organization_id AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    counts: Counter[str] = Counter()
    for fields in before.values():
        counts.subtract(terms_of_fields(fields))
    change_counts(tx, organization_id, counts)


def list_fields(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """contact id -> (fields, digest) of its document in the index."""
    if not contact_ids:
        return {}
    rows = tx.all(
        "SELECT contact_id, fields, digest FROM contact_terms WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {contact_id: (fields, digest) for contact_id, fields, digest in rows}


def _save_fields(tx: Tx, organization_id: int, documents: Mapping[int, Document]) -> None:
    rows = [
        (organization_id, contact_id, document.fields, round(document.closeness * 100), document.digest)
        for contact_id, document in documents.items()
    ]
    columns = ("organization_id", "contact_id", "fields", "closeness", "digest")
    tx.insert_values("contact_terms", columns, rows, replace_on=columns[:2])


def merge_index(tx: Tx, pages: int, *, is_first: bool) -> bool:
    """Merges up to so many pages of the search index, of all organizations; returns whether there is more to merge."""
    return bool(ENGINES[tx.engine].merge(tx, pages, is_first=is_first))
