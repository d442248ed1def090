"""The search index has the words of each message that is not deleted, and of no other."""

from collections.abc import Sequence

from coterie.checks.check import Check, Page, Problem, Scope
from coterie.model.organizations import Caller
from coterie.search import index_messages, unindex_messages
from coterie.search.checks import list_unindexed_messages, list_words_of_no_message
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.interactions import set_search_numbers

CONTACTS_AT_ONCE = 500


def _find(tx: Tx, scope: Scope, after: int) -> Page:
    organization_id = scope.organization_id
    ids = list_ids_after(tx, organization_id, after, limit=CONTACTS_AT_ONCE)
    problems = [
        Problem(f"interaction {message.key[3]}", "is not in the search index", message)
        for message in list_unindexed_messages(tx, organization_id, ids)
    ]
    if len(ids) == CONTACTS_AT_ONCE:
        return problems, ids[-1]
    problems += [
        Problem(f"search number {number}", "is in the search index, but of no interaction", number)
        for number in list_words_of_no_message(tx, organization_id)
    ]
    return problems, None


def _repair(tx: Tx, caller: Caller, problems: Sequence[Problem]) -> int:
    organization_id = caller.organization_id
    unindex_messages(tx, organization_id, [problem.key for problem in problems if isinstance(problem.key, int)])
    messages = [problem.key for problem in problems if not isinstance(problem.key, int)]
    numbers = index_messages(tx, organization_id, [(message.search_number, message.text) for message in messages])
    keys = [message.key for message in messages]
    set_search_numbers(tx, organization_id, zip(keys, numbers, strict=True))
    return len(problems)


CHECKS = (Check(name="message-index", find=_find, repair=_repair),)
