"""Decides the effect of a row on contacts: staging shows the plan, and applying writes it.

Rows are decided in batches, each against the current contacts. A decision of a user has priority. A row without one
updates the contact that it certainly is, waits for a decision if it may be a contact, and otherwise creates one.
Staging then compares it with the people of earlier rows, whose contacts do not exist yet; applying first writes the
rows that later ones may be about.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from coterie.drafts.facts import keys_of
from coterie.drafts.joined import existing_of_drafts
from coterie.drafts.matching import Candidate, choose_candidate, find_matches
from coterie.drafts.merge import Existing, MergePlan, external_ids_of_interactions, load_existing, plan_merge
from coterie.imports.people import EarlierPerson, Likely, Subject, choose_likely, compare_rows, rank_likely
from coterie.model.handles import INSTAGRAM
from coterie.model.import_reasons import (
    CONTACT_DELETED,
    CONTACT_MISSING,
    DECIDED,
    MAY_BE_CONTACT,
    MAY_BE_ROW,
    SAME_CONTACT,
    SAME_PERSON_AS_ROW,
    Reason,
    reason_of,
    why,
)
from coterie.model.imports import CREATE, MATCH, REJECT, SKIP, UNCHANGED, UPDATE, ContactDraft
from coterie.model.organizations import Caller
from coterie.portable.steps import match_portable
from coterie.store.candidates import OWNERS_MAX
from coterie.store.database import Tx
from coterie.store.interactions import find_existing
from coterie.store.merges import find_survivors


class RowPlan(Struct, frozen=True):
    """The plan of a row: its outcome and the reason; for an update the contact and the additions; for MATCH the
    contacts it may be.

    candidates: every contact it is or may be, unless a user decided. person: the person of earlier rows that it is, or
    may be, instead of a contact. needs_rematch: as in StagedRow.
    """

    outcome: str
    reason: Reason | None = None
    contact_id: int | None = None
    existing: Existing | None = None
    merge: MergePlan | None = None
    matches: Sequence[Candidate] = ()
    candidates: Sequence[Candidate] = ()
    person: EarlierPerson | None = None
    needs_rematch: bool = False

    @property
    def parts(self) -> list[str]:
        """The names of the additions of an update."""
        return self.merge.describe() if self.merge else []


# Against contacts -----------------------------------------------------------------------------------------------------


def decide_rows(tx: Tx, caller: Caller, subjects: Sequence[Subject], *, to_change: bool = False) -> list[RowPlan]:
    """The plan of each row. to_change locks the contacts that will be updated."""
    organization_id = caller.organization_id
    is_portable = bool(subjects) and subjects[0].facts.is_portable
    people = None if is_portable else [subject.person for subject in subjects]
    matches = find_matches(tx, organization_id, [s.facts for s in subjects], people, caller.import_id or "")
    if is_portable:  # such an import has only portable rows
        matches = match_portable(tx, caller, [subject.draft() for subject in subjects], matches)
    decided = [s.contact_id for s in subjects if s.decision == UPDATE and s.contact_id is not None]
    # a contact may have been merged since the decision
    survivors = find_survivors(tx, organization_id, decided)
    targets = [_target(subject, of_row, survivors) for subject, of_row in zip(subjects, matches, strict=True)]
    existing = load_existing(tx, organization_id, [t[0] for t in targets if t and t[0]], to_change=to_change)
    changing = [subject.draft() for subject, target in zip(subjects, targets, strict=True) if target]
    external_ids = external_ids_of_interactions(changing)
    interactions = find_existing(tx, organization_id, INSTAGRAM, external_ids) if external_ids else set()
    return [
        replace(_decide(subject, target, of_row, existing, interactions), candidates=() if subject.decision else of_row)
        for subject, target, of_row in zip(subjects, targets, matches, strict=True)
    ]


def _target(
    subject: Subject, matches: Sequence[Candidate], survivors: Mapping[int, int]
) -> tuple[int | None, Reason] | None:
    """(the contact a row updates, why), or None if it updates none.

    survivors: contact id -> the contact into which it was merged, or itself.
    """
    if subject.decision is not None:
        is_update = subject.decision == UPDATE
        contact_id = survivors.get(subject.contact_id or 0, subject.contact_id)
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
    return _wait(Likely(matches[0]), matches) if matches else RowPlan(CREATE)


def _wait(likeliest: Likely, matches: Sequence[Candidate]) -> RowPlan:
    """A row that waits for a decision."""
    candidate = likeliest.candidate
    if candidate.contact_id:
        reason = reason_of(MAY_BE_CONTACT, contact_id=candidate.contact_id, why=why(candidate.reason))
        return RowPlan(MATCH, reason, matches=matches)
    return RowPlan(MATCH, reason_of(MAY_BE_ROW, why=why(candidate.reason)), matches=matches, person=likeliest.person)


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


# Against earlier rows -------------------------------------------------------------------------------------------------


def decide_among(tx: Tx, caller: Caller, subject: Subject, plan: RowPlan, people: Sequence[EarlierPerson]) -> RowPlan:
    """The plan of a row that shares a key with people of earlier rows, which are not written yet. plan: against the
    contacts."""
    likely = rank_likely(subject, plan.candidates, people)
    chosen = choose_likely(likely)
    if chosen is None:
        return _wait(likely[0], plan.candidates) if likely else plan
    if chosen.candidate.contact_id:
        return _update_later(tx, caller, subject, plan, chosen)
    assert chosen.person is not None  # it is not a contact
    merge = plan_merge(subject.draft(), existing_of_drafts(chosen.person.drafts))
    outcome = UPDATE if merge.describe() else UNCHANGED
    return RowPlan(outcome, reason_of(SAME_PERSON_AS_ROW), merge=merge, person=chosen.person)


def _update_later(tx: Tx, caller: Caller, subject: Subject, plan: RowPlan, chosen: Likely) -> RowPlan:
    """The plan of a row that adds to a contact after the earlier rows about it."""
    contact_id, earlier = chosen.candidate.contact_id, chosen.person.drafts if chosen.person else []
    is_planned = plan.contact_id == contact_id and plan.existing is not None
    if is_planned and not earlier:
        return plan
    loaded = load_existing(tx, caller.organization_id, [contact_id]) if not is_planned else {}
    existing = plan.existing if is_planned else loaded.get(contact_id)
    if existing is None:
        return plan
    merge = plan_merge(subject.draft(), existing_of_drafts(earlier, existing))
    if is_planned and plan.merge is not None:
        merge.interactions = plan.merge.interactions
    reason = reason_of(SAME_CONTACT, why=why(chosen.candidate.reason))
    return RowPlan(UPDATE if merge.describe() else UNCHANGED, reason, contact_id, existing, merge)


def count_independent(subjects: Sequence[Subject], plans: Sequence[RowPlan]) -> int:
    """The number of leading rows that can be written together: none may be about the person of an earlier one, which
    must be written first."""
    changed: set[int] = set()
    written: dict[tuple[str, ...], list[int]] = {}
    for position, (subject, plan) in enumerate(zip(subjects, plans, strict=True)):
        keys = keys_of(subject.facts)
        sharing = {other for key in keys for other in written.get(key, ())}
        if (
            plan.contact_id in changed
            or any(each.contact_id in changed for each in plan.candidates)
            or any(compare_rows(subject, subjects[i], is_of_this_file=plans[i].outcome == CREATE) for i in sharing)
        ):
            return position
        if plan.contact_id is not None:
            changed.add(plan.contact_id)
        for key in keys if plan.outcome != MATCH else ():
            others = written.setdefault(key, [])
            if len(others) < OWNERS_MAX:
                others.append(position)
    return len(plans)
