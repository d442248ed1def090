"""The search index has the words of each message that is not deleted, and of no other."""

from collections.abc import Sequence

from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.search import index_messages, unindex_messages
from coterie.search.checks import list_unindexed_messages, list_words_of_no_message
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.interactions import set_search_numbers

CONTACTS_AT_ONCE = 500


def _find(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    organization_id = scope.organization_id
    ids = list_ids_after(tx, organization_id, after, limit=CONTACTS_AT_ONCE)
    violations = [
        Violation(f"interaction {message.key[3]}", "is not in the search index", message)
        for message in list_unindexed_messages(tx, organization_id, ids)
    ]
    if len(ids) == CONTACTS_AT_ONCE:
        return violations, ids[-1]
    violations += [
        Violation(f"search number {number}", "is in the search index, but of no interaction", number)
        for number in list_words_of_no_message(tx, organization_id)
    ]
    return violations, None


def _repair(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    organization_id = caller.organization_id
    unindex_messages(tx, organization_id, [violation.key for violation in violations if isinstance(violation.key, int)])
    messages = [violation.key for violation in violations if not isinstance(violation.key, int)]
    numbers = index_messages(tx, organization_id, [(message.search_number, message.text) for message in messages])
    keys = [message.key for message in messages]
    set_search_numbers(tx, organization_id, zip(keys, numbers, strict=True))
    return len(violations)


CHECKS = (Check(name="message-index", find=_find, repair=_repair),)
