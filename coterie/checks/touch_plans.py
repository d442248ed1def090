"""The plans of staying in touch compared with the rules, touches and snoozes that they follow from."""

from collections.abc import Sequence

from coterie.actions.touch_plans import compute_plans, refresh_plans
from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.store.cadences import has_cadences
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.touch_plans import list_orphans, list_plans_of

PAGE = 1_000


def _find(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    """Contacts that are due on another day than follows, and plans of contacts that do not exist."""
    if not has_cadences(tx, scope.organization_id):
        return [], None
    ids = list_ids_after(tx, scope.organization_id, after, limit=PAGE)
    stored = list_plans_of(tx, scope.organization_id, ids)
    correct = compute_plans(tx, scope.organization_id, ids)
    wrong = [contact_id for contact_id in ids if stored.get(contact_id) != correct.get(contact_id)]
    wrong += list_orphans(tx, scope.organization_id) if not after else []
    violations = [Violation(f"contact {each}", "is due on another day than its rule says", each) for each in wrong]
    return violations, ids[-1] if len(ids) == PAGE else None


def _repair(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    refresh_plans(tx, caller.organization_id, [violation.key for violation in violations])
    return len(violations)


CHECKS = (Check(name="touch-plans", find=_find, repair=_repair),)
