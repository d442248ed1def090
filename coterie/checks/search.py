"""The search index has each contact that is not deleted, and no other; a deep check compares the words."""

from collections.abc import Sequence

from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.search import index_contacts
from coterie.search.checks import list_indexed_ids, list_wrongly_indexed
from coterie.search.documents import Document, document_of
from coterie.search.texts import load_texts
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.revisions import lock_changes

PAGE = 1_000
# the highest id that the index of SQLite has room for
LAST = (1 << 32) - 1


def _find(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    organization_id = scope.organization_id
    ids = list_ids_after(tx, organization_id, after, limit=PAGE)
    is_end = len(ids) < PAGE
    documents = _documents(tx, organization_id, ids)
    indexed = list_indexed_ids(tx, organization_id, after + 1, LAST if is_end else ids[-1])
    violations = [
        Violation(f"contact {each}", "is not in the search index", each) for each in sorted(documents.keys() - indexed)
    ]
    violations += [
        Violation(f"contact {each}", "is in the search index, but deleted or erased", each)
        for each in sorted(indexed - documents.keys())
    ]
    if scope.is_deep:
        both = {contact_id: one for contact_id, one in documents.items() if contact_id in indexed}
        violations += [
            Violation(f"contact {each}", "has other words in the search index", each)
            for each in sorted(list_wrongly_indexed(tx, organization_id, both))
        ]
    return violations, None if is_end else ids[-1]


def _documents(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> dict[int, Document]:
    texts = load_texts(tx, organization_id, contact_ids)
    return {contact_id: document_of(one) for contact_id, one in texts.items()}


def _repair(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    lock_changes(tx, caller.organization_id)
    index_contacts(tx, caller.organization_id, [violation.key for violation in violations], is_forced=True)
    return len(violations)


CHECKS = (Check(name="search-index", find=_find, repair=_repair),)
