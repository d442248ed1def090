"""Cached counts, and the sequences that ids and revisions are taken from."""

from collections.abc import Sequence

from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.store import cached_counts as store
from coterie.store.database import Tx

LISTED_MAX = 10_000


def _find_counters(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    wrong = store.list_wrong_counters(tx, scope.organization_id)
    return [
        Violation(f"count of {name}", f"is {stored:,} instead of {actual:,}", name) for name, stored, actual in wrong
    ], None


def _find_sequences(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    low = store.list_low_sequences(tx, scope.organization_id)
    return [
        Violation(f"sequence {name}", f"has given {given:,}, but {highest:,} is used", name)
        for name, given, highest in low
    ], None


def _repair_counters(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for violation in violations:
        store.correct_counter(tx, caller.organization_id, violation.key)
    return len(violations)


def _find_contact_counts(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    return [
        Violation(f"{table} {row_id}", f"counts {stored:,} contacts instead of {actual:,}", (table, row_id))
        for table in store.LINKS
        for row_id, stored, actual in store.list_wrong_contact_counts(
            tx, scope.organization_id, table, limit=LISTED_MAX
        )
    ], None


def _repair_contact_counts(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for violation in violations:
        store.correct_contact_count(tx, caller.organization_id, *violation.key)
    return len(violations)


CHECKS = (
    Check(name="counts", find=_find_counters, repair=_repair_counters),
    Check(name="sequences", find=_find_sequences, repair=_repair_counters),
    Check(name="contact-counts", find=_find_contact_counts, repair=_repair_contact_counts),
)
