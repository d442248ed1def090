"""The search index has each contact that is not deleted, and no other; a deep check compares the words."""

from collections.abc import Sequence

from coterie.checks.check import Check, Page, Problem, Scope
from coterie.model.organizations import Caller
from coterie.search import index_contacts, unindex_contact
from coterie.search.checks import list_indexed_ids, list_wrongly_indexed
from coterie.search.contacts import words_of
from coterie.store.contact_checks import list_ids_after
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.handles import list_handles_of

PAGE = 1_000
# the highest id that the index of SQLite has room for
LAST = (1 << 32) - 1


def _find(tx: Tx, scope: Scope, after: int) -> Page:
    organization_id = scope.organization_id
    ids = list_ids_after(tx, organization_id, after, limit=PAGE)
    is_end = len(ids) < PAGE
    words = _words(tx, organization_id, ids)
    indexed = list_indexed_ids(tx, organization_id, after + 1, LAST if is_end else ids[-1])
    problems = [
        Problem(f"contact {each}", "is not in the search index", each) for each in sorted(words.keys() - indexed)
    ]
    problems += [
        Problem(f"contact {each}", "is in the search index, but deleted or erased", each)
        for each in sorted(indexed - words.keys())
    ]
    if scope.is_deep:
        both = {contact_id: text for contact_id, text in words.items() if contact_id in indexed}
        problems += [
            Problem(f"contact {each}", "has other words in the search index", each)
            for each in sorted(list_wrongly_indexed(tx, organization_id, both))
        ]
    return problems, None if is_end else ids[-1]


def _words(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    handles = list_handles_of(tx, organization_id, contact_ids)
    contacts = list_contacts_by_id(tx, organization_id, contact_ids)
    return {contact.id: words_of(contact, handles.get(contact.id, [])) for contact in contacts}


def _repair(tx: Tx, caller: Caller, problems: Sequence[Problem]) -> int:
    ids = [problem.key for problem in problems]
    words = _words(tx, caller.organization_id, ids)
    index_contacts(tx, caller.organization_id, words)
    for contact_id in set(ids) - words.keys():
        unindex_contact(tx, caller.organization_id, contact_id)
    return len(problems)


CHECKS = (Check(name="search-index", find=_find, repair=_repair),)
