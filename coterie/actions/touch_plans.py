"""Keeps the plans of staying in touch equal to the rules, the touches and the snoozes.

Guarantee: record_events refreshes the plans of the contacts of each event of REFRESHES, in its transaction; an import
that adds interactions to a contact, or its undo, does it itself; a rule of a tag or folder with more than 1,000
contacts refreshes them by jobs.
"""

from collections.abc import Collection, Sequence

from coterie.model import times
from coterie.model.cadences import TouchPlan, plan_of, rule_in_force
from coterie.model.time_zones import zone_of
from coterie.store import cadences, jobs
from coterie.store import touch_plans as store
from coterie.store.database import Tx
from coterie.store.organizations import find_organization

JOB = "refresh_touch_plans"
AT_ONCE_MAX = 1_000
CONTACTS_PER_JOB = 5_000
BATCH = 500
# events after which a contact may be due on another day
REFRESHES = frozenset((
    "contact.created", "contact.deleted", "contact.restored", "contact.erased", "contact.merged", "contact.unmerged",
    "contact.tagged", "contact.untagged", "contact.tag_changed", "contact.put_in_folder",
    "contact.taken_out_of_folder", "contact.folder_changed", "contact.parts_imported",
    "interaction.received", "interaction.sent", "interaction.logged", "interaction.updated", "interaction.deleted",
    "cadence.created", "cadence.updated", "cadence.deleted", "cadence.snoozed", "cadence.unsnoozed",
))  # fmt: skip


def refresh_plans(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> None:
    """Computes the plans of these contacts from the stored data, and writes them."""
    if not contact_ids or not cadences.has_cadences(tx, organization_id):
        return
    before = store.list_plans_of(tx, organization_id, contact_ids)
    plans = compute_plans(tx, organization_id, contact_ids)
    changed = [plan for contact_id, plan in plans.items() if before.get(contact_id) != plan]
    if changed:
        store.save_plans(tx, organization_id, changed)
    if ended := [contact_id for contact_id in before if contact_id not in plans]:
        store.delete_plans(tx, organization_id, ended)


def compute_plans(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> dict[int, TouchPlan]:
    """contact id -> its plan, computed from the stored data, for the contacts that have a rule."""
    rules = {
        contact_id: rule
        for contact_id, each in cadences.list_cadences_of(tx, organization_id, contact_ids).items()
        if (rule := rule_in_force(each)) is not None
    }
    organization = find_organization(tx, organization_id)
    if not rules or organization is None:
        return {}
    created = store.list_created_at(tx, organization_id, rules)
    touches = store.list_last_touches(tx, organization_id, rules)
    snoozes = cadences.list_snoozes_of(tx, organization_id, rules)
    zone = zone_of(organization.time_zone)
    return {
        contact_id: plan_of(
            contact_id, created[contact_id], rule,
            last_touch_at=touches.get(contact_id), snooze=snoozes.get(contact_id), zone=zone,
        )
        for contact_id, rule in rules.items()
        if contact_id in created
    }  # fmt: skip


def refresh_many(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Refreshes the plans of up to 1,000 contacts now, of more by jobs of this transaction."""
    if len(contact_ids) <= AT_ONCE_MAX:
        refresh_plans(tx, organization_id, contact_ids)
        return
    starts = range(0, len(contact_ids), CONTACTS_PER_JOB)
    batches = [{"contact_ids": contact_ids[start : start + CONTACTS_PER_JOB]} for start in starts]
    jobs.enqueue_many(tx, organization_id, JOB, [(arguments, None, times.now()) for arguments in batches])


def refresh_batch(tx: Tx, organization_id: int, contact_ids: Sequence[int], done: int) -> int:
    """Refreshes the next 500 contacts of a job; returns how many of them are done."""
    some = contact_ids[done : done + BATCH]
    refresh_plans(tx, organization_id, some)
    return done + len(some)
