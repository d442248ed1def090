"""Decides what a row does to contacts: staging shows the plan, and applying writes it.

Rows are decided in batches, each against the current contacts. A decision of a user has priority. A row without one
updates the contact that it certainly is, waits for a decision if it may be a contact, and otherwise creates one.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from coterie.actions.drafts import RowChanges, create_contacts, fill_contact
from coterie.drafts.facts import SHARING, Facts, compare_facts, keys_of
from coterie.drafts.matching import Candidate, candidate_of, choose_candidate, find_matches, weigh
from coterie.drafts.merge import Existing, MergePlan, external_ids_of_interactions, load_existing, plan_merge
from coterie.identity.people import Person, person_of_draft
from coterie.model.handles import INSTAGRAM
from coterie.model.import_reasons import (
    CONTACT_DELETED,
    CONTACT_MISSING,
    DECIDED,
    MAY_BE_CONTACT,
    SAME_CONTACT,
    Reason,
    reason_of,
    why,
)
from coterie.model.imports import CREATE, MATCH, REJECT, SKIP, UID_SOURCE, UNCHANGED, UPDATE, ContactDraft
from coterie.model.organizations import Caller
from coterie.portable.contacts import create_portable_drafts
from coterie.portable.steps import match_portable
from coterie.store.candidates import OWNERS_MAX
from coterie.store.contacts import find_external_ids
from coterie.store.database import Tx
from coterie.store.interactions import find_existing
from coterie.store.merges import find_survivors

Key = tuple[str, ...]


def contact_key(contact_id: int) -> Key:
    """The key of the rows that add to a contact."""
    return "contact", str(contact_id)


class Subject(Struct):
    """A row to decide, or several about one person: the facts to match it by, its draft, and a user's decision with
    its contact."""

    facts: Facts
    draft: Callable[[], ContactDraft]
    decision: str | None = None
    contact_id: int | None = None
    weighed: Person | None = None

    def person(self) -> Person:
        """The facts to weigh it by, computed once."""
        if self.weighed is None:
            self.weighed = person_of_draft(self.draft())
        return self.weighed


class RowPlan(Struct):
    """The plan of a row: its outcome and the reason; for an update the contact and the additions; for MATCH the
    contacts it may be. candidates: every contact it is or may be, unless a user decided."""

    outcome: str
    reason: Reason | None = None
    contact_id: int | None = None
    existing: Existing | None = None
    merge: MergePlan | None = None
    matches: Sequence[Candidate] = ()
    candidates: Sequence[Candidate] = ()

    @property
    def parts(self) -> list[str]:
        """The names of the additions of an update."""
        return self.merge.describe() if self.merge else []


# Deciding -------------------------------------------------------------------------------------------------------------


def decide_rows(tx: Tx, caller: Caller, subjects: Sequence[Subject], *, to_change: bool = False) -> list[RowPlan]:
    """The plan of each row. to_change locks the contacts that will be updated."""
    organization_id = caller.organization_id
    is_portable = bool(subjects) and subjects[0].draft().portable is not None
    drafts = None if is_portable else [subject.draft for subject in subjects]
    matches = find_matches(tx, organization_id, [s.facts for s in subjects], drafts, caller.import_id or "")
    if is_portable:  # a file has no others
        matches = match_portable(tx, caller, [subject.draft() for subject in subjects], matches)
    decided = [s.contact_id for s in subjects if s.decision == UPDATE and s.contact_id is not None]
    # a contact may have been merged since the decision
    meant = find_survivors(tx, organization_id, decided)
    targets = [_target(subject, of_row, meant) for subject, of_row in zip(subjects, matches, strict=True)]
    existing = load_existing(tx, organization_id, [t[0] for t in targets if t and t[0]], to_change=to_change)
    changing = [subject.draft() for subject, target in zip(subjects, targets, strict=True) if target]
    external_ids = external_ids_of_interactions(changing)
    interactions = find_existing(tx, organization_id, INSTAGRAM, external_ids) if external_ids else set()
    plans = [
        _decide(subject, target, of_row, existing, interactions)
        for subject, target, of_row in zip(subjects, targets, matches, strict=True)
    ]
    for subject, plan, of_row in zip(subjects, plans, matches, strict=True):
        plan.candidates = () if subject.decision else of_row
    return plans


def _target(
    subject: Subject, matches: Sequence[Candidate], meant: Mapping[int, int]
) -> tuple[int | None, Reason] | None:
    """(the contact a row updates, why), or None if it updates none. meant: contact id -> the contact it means now."""
    if subject.decision is not None:
        is_update = subject.decision == UPDATE
        contact_id = meant.get(subject.contact_id or 0, subject.contact_id)
        return (contact_id, reason_of(DECIDED, decision=UPDATE)) if is_update else None
    chosen = choose_candidate(matches)
    return (chosen.contact_id, reason_of(SAME_CONTACT, why=why(chosen.reason))) if chosen else None


def _decide(
    subject: Subject,
    target: tuple[int | None, Reason] | None,
    matches: Sequence[Candidate],
    existing: dict[int, Existing],
    interactions: set[str],
) -> RowPlan:
    if subject.decision in (SKIP, CREATE):
        return RowPlan(UNCHANGED if subject.decision == SKIP else CREATE, reason_of(DECIDED, decision=subject.decision))
    if target is not None:
        return _update(subject.draft(), *target, existing, interactions)
    if matches:
        likeliest = matches[0]
        reason = reason_of(MAY_BE_CONTACT, contact_id=likeliest.contact_id, why=why(likeliest.reason))
        return RowPlan(MATCH, reason, matches=matches)
    return RowPlan(CREATE)


def _update(
    draft: ContactDraft, contact_id: int | None, reason: Reason, existing: dict[int, Existing], interactions: set[str]
) -> RowPlan:
    target = existing.get(contact_id) if contact_id is not None else None
    if target is None and draft.portable is not None:
        return RowPlan(UNCHANGED, reason_of(CONTACT_DELETED), contact_id)
    if target is None:
        return RowPlan(REJECT, reason_of(CONTACT_MISSING), contact_id)
    merge = plan_merge(draft, target, interactions)
    return RowPlan(UPDATE if merge.describe() else UNCHANGED, reason, contact_id, target, merge)


def compare_rows(
    row: Subject, earlier: Subject, *, contact_id: int | None = None, is_of_this_file: bool
) -> Candidate | None:
    """Why a row is or may be the person of an earlier one, or of several; None where nothing suggests it.

    contact_id: the contact that the earlier row adds to. is_of_this_file: it creates its contact, as a row of one file.
    """
    reason = compare_facts(row.facts, earlier.facts)
    if reason is None:
        return None
    candidate = candidate_of(contact_id or 0, reason)
    if reason.code not in SHARING:
        return candidate
    return weigh(candidate, row.person(), earlier.person(), is_of_this_file=is_of_this_file)


def count_independent(subjects: Sequence[Subject], plans: Sequence[RowPlan]) -> int:
    """The number of leading rows that can be written together: none may be about the person of an earlier one, which
    must be written first."""
    written: dict[Key, list[int]] = {}
    for position, (subject, plan) in enumerate(zip(subjects, plans, strict=True)):
        contacts = [each.contact_id for each in plan.candidates]
        contacts += [plan.contact_id] if plan.contact_id is not None else []
        keys = [] if subject.draft().portable else keys_of(subject.facts)
        sharing = {other for key in keys for other in written.get(key, ())}
        if any(contact_key(contact_id) in written for contact_id in contacts) or any(
            compare_rows(subject, subjects[other], is_of_this_file=plans[other].outcome == CREATE) for other in sharing
        ):
            return position
        if plan.contact_id is not None:
            keys.append(contact_key(plan.contact_id))
        for key in keys if plan.outcome != MATCH else ():
            others = written.setdefault(key, [])
            if len(others) < OWNERS_MAX:
                others.append(position)
    return len(plans)


# Writing --------------------------------------------------------------------------------------------------------------


def create_people(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft]) -> list[int]:
    """Creates a contact from each draft; returns their ids in the same order."""
    is_portable = bool(drafts) and drafts[0].portable is not None
    return create_portable_drafts(tx, caller, drafts) if is_portable else create_contacts(tx, caller, drafts)


def write_plans(
    tx: Tx, caller: Caller, subjects: Sequence[Subject], plans: Sequence[RowPlan]
) -> list[tuple[int | None, RowChanges | None]]:
    """Executes the plans; returns (contact id, changes for undo) of each row."""
    new = [s for s, plan in zip(subjects, plans, strict=False) if plan.outcome == CREATE]
    moved = iter([_list_moved(tx, caller, subject) for subject in new])
    created = iter(create_people(tx, caller, [subject.draft() for subject in new]))
    return [
        (next(created), next(moved)) if plan.outcome == CREATE else (plan.contact_id, _fill(tx, caller, plan))
        for plan in plans
    ]


def _list_moved(tx: Tx, caller: Caller, subject: Subject) -> RowChanges | None:
    """The UIDs that a contact created by decision takes from another, so that undo gives them back."""
    if subject.decision != CREATE:  # else a contact with the UID would have been matched
        return None
    uids = [external_id for source, external_id in subject.draft().external_ids if source == UID_SOURCE]
    owners = find_external_ids(tx, caller.organization_id, UID_SOURCE, uids) if uids else {}
    return RowChanges(external_ids_moved=[(UID_SOURCE, *owner) for owner in owners.items()]) if owners else None


def _fill(tx: Tx, caller: Caller, plan: RowPlan) -> RowChanges | None:
    if plan.merge is None or plan.existing is None or plan.reason is None:
        return None
    added = plan.parts
    # even if nothing is added the digest of the row is stored: the next run of its file recognizes the row
    changes = fill_contact(tx, caller, plan.existing, plan.merge)
    plan.reason = reason_of(plan.reason.code, **plan.reason.data, added=added, usernames_taken=changes.usernames_taken)
    return changes
