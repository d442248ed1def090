"""Compares cards of subscriptions with the contacts they are in sync with, and groups of devices with their lines."""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.model.subscriptions import DETACHED, ERASED
from coterie.store import subscription_checks as store
from coterie.store.cards import delete_group
from coterie.store.database import Tx
from coterie.store.remote_cards import find_remote_cards, save_remote_cards


def _find_cards(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    unbound = store.list_unbound_cards(tx, scope.organization_id)
    second = store.list_second_cards(tx, scope.organization_id)
    violations = [
        Violation(f"card {href}", "is in sync with a contact that does not exist", (subscription_id, href, ERASED))
        for subscription_id, href in unbound
    ]
    violations += [
        Violation(f"card {href}", "is in sync with the contact of another card", (subscription_id, href, DETACHED))
        for subscription_id, href in second
    ]
    return violations, None


def _repair_cards(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    """A card without its contact is as one whose contact was erased; a second one is no longer in sync."""
    repaired = 0
    for subscription_id, href, state in (violation.key for violation in violations):
        card = find_remote_cards(tx, caller.organization_id, subscription_id, [href]).get(href)
        if card is None:
            continue
        changed = replace(card, state=state)
        if state == ERASED:
            changed = replace(changed, contact_id=None, uid=None, remote_body="", own_body=None)
        save_remote_cards(tx, caller.organization_id, subscription_id, [changed])
        repaired += 1
    return repaired


def _find_folders(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    ids = store.list_without_folder(tx, scope.organization_id)
    return [Violation(f"subscription {each}", "has a folder that was deleted", each) for each in ids], None


def _find_groups(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    hrefs = store.list_groups_without_lines(tx, scope.organization_id)
    return [Violation(f"group {href}", "has no lines", href) for href in hrefs], None


def _repair_groups(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    for violation in violations:
        delete_group(tx, caller.organization_id, violation.key)
    return len(violations)


CHECKS = (
    Check(name="subscription-cards", find=_find_cards, repair=_repair_cards),
    Check(
        name="subscription-folders",
        find=_find_folders,
        hint="remove the subscription with `coterie subscriptions remove`, and add it again with another folder",
    ),
    Check(name="groups", find=_find_groups, repair=_repair_groups),
)
