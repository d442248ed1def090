"""Writes the plans of rows: they create contacts or add to existing ones."""

from collections.abc import Sequence

from msgspec import Struct

from coterie.actions.drafts import RowChanges, fill_contact
from coterie.actions.new_contacts import PlannedContact, create_planned, plan_contact
from coterie.imports.decisions import RowPlan
from coterie.imports.people import Subject
from coterie.model.import_reasons import Reason, reason_of
from coterie.model.imports import CREATE, UID_SOURCE, ContactDraft
from coterie.model.organizations import Caller
from coterie.portable.contacts import create_portable_drafts
from coterie.store.contacts import find_external_ids
from coterie.store.database import Tx


class Written(Struct, frozen=True):
    """The result of writing a plan: its contact, the reason for the outcome of the row, and the changes for undo."""

    contact_id: int | None
    reason: Reason | None
    changes: RowChanges | None = None


def create_people(tx: Tx, caller: Caller, people: Sequence[ContactDraft | PlannedContact]) -> list[int]:
    """Creates a contact from each draft or planned contact; returns their ids in the same order."""
    portable = [each for each in people if isinstance(each, ContactDraft) and each.portable is not None]
    if portable:  # an archive has no others
        return create_portable_drafts(tx, caller, portable)
    planned = [each if isinstance(each, PlannedContact) else plan_contact(each) for each in people]
    return [row["id"] for row in create_planned(tx, caller, planned).contacts]


def write_plans(tx: Tx, caller: Caller, subjects: Sequence[Subject], plans: Sequence[RowPlan]) -> list[Written]:
    """Executes the plans, in their order."""
    new = [s for s, plan in zip(subjects, plans, strict=False) if plan.outcome == CREATE]
    moved = iter([_list_moved(tx, caller, subject) for subject in new])
    created = iter(create_people(tx, caller, [subject.draft() for subject in new]))
    return [
        Written(next(created), plan.reason, next(moved)) if plan.outcome == CREATE else _fill(tx, caller, plan)
        for plan in plans
    ]


def _list_moved(tx: Tx, caller: Caller, subject: Subject) -> RowChanges | None:
    """The UIDs that a contact created by decision takes from another, so that undo gives them back."""
    if subject.decision != CREATE:  # else a contact with the UID would have been matched
        return None
    uids = [external_id for source, external_id in subject.draft().external_ids if source == UID_SOURCE]
    owners = find_external_ids(tx, caller.organization_id, UID_SOURCE, uids) if uids else {}
    return RowChanges(external_ids_moved=[(UID_SOURCE, *owner) for owner in owners.items()]) if owners else None


def _fill(tx: Tx, caller: Caller, plan: RowPlan) -> Written:
    if plan.merge is None or plan.existing is None or plan.reason is None:
        return Written(plan.contact_id, plan.reason)
    added = plan.parts
    # even if nothing is added the digest of the row is stored: the next run of its file recognizes the row
    changes = fill_contact(tx, caller, plan.existing, plan.merge)
    reason = reason_of(plan.reason.code, **plan.reason.data, added=added, usernames_taken=changes.usernames_taken)
    return Written(plan.contact_id, reason, changes)
