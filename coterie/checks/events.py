"""Events name their contacts; revisions and tombstones agree with the contacts."""

from collections.abc import Sequence

from coterie.actions.events import record_events, row_of
from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.organizations import Caller
from coterie.store import event_checks as store
from coterie.store.database import Tx
from coterie.store.revisions import delete_tombstones

LISTED_MAX = 10_000


def _find_events(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    organization_id = scope.organization_id
    violations = [
        Violation(f"event {event_id}", f"{kind} names no contact", (event_id, kind, subject_id))
        for event_id, kind, subject_id in store.list_events_without_contacts(tx, organization_id, after)
    ]
    return violations, None if store.is_last_page(tx, organization_id, after) else after + store.EVENTS


def _repair_events(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    repaired = 0
    for event_id, kind, subject_id in (violation.key for violation in violations):
        contact_ids = store.find_contacts_of_subject(tx, caller.organization_id, kind, subject_id)
        store.insert_event_contacts(tx, caller.organization_id, event_id, contact_ids)
        repaired += bool(contact_ids)
    return repaired


def _find_tombstones(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    uuids = store.list_tombstones_of_contacts(tx, scope.organization_id, limit=LISTED_MAX)
    return [Violation(f"tombstone {uuid}", "is of a contact that exists", uuid) for uuid in uuids], None


def _repair_tombstones(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    delete_tombstones(tx, caller.organization_id, [violation.key for violation in violations])
    return len(violations)


def _find_revisions(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    ids = store.list_shared_revisions(tx, scope.organization_id, limit=LISTED_MAX)
    return [Violation(f"contact {contact_id}", "has no revision of its own", contact_id) for contact_id in ids], None


def _repair_revisions(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    ids = [violation.key for violation in violations]
    record_events(tx, caller, [row_of(caller, "contact.updated", each, contact_ids=[each]) for each in ids])
    return len(ids)


CHECKS = (
    Check(
        name="events",
        find=_find_events,
        repair=_repair_events,
        hint="the subjects of these events are gone; a client that follows events misses them",
    ),
    Check(name="tombstones", find=_find_tombstones, repair=_repair_tombstones),
    Check(name="revisions", find=_find_revisions, repair=_repair_revisions),
)
