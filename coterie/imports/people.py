"""Finds the contacts and the people of earlier rows that a row may be, the likeliest first.

Rows are compared with each other as with contacts (drafts/matching.py), when a file is staged and when it is applied.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from coterie.drafts.facts import SHARING, Facts, compare_facts, facts_of_draft
from coterie.drafts.joined import joined_draft
from coterie.drafts.matching import Candidate, candidate_of, choose_candidate, weigh
from coterie.identity.people import Person, person_of_draft
from coterie.model.imports import ContactDraft

# (import id of a file, row)
Place = tuple[str, int]


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


def subject_of(draft: ContactDraft, decision: str | None = None, contact_id: int | None = None) -> Subject:
    """A normalized draft to decide, with a user's decision and its contact."""
    return Subject(facts_of_draft(draft), lambda: draft, decision, contact_id)


class EarlierPerson(Struct):
    """The person of earlier rows, with their drafts in order. place: the row that creates its contact; contact_id: the
    contact they update instead. is_of_this_file: a row of the file that is being staged creates the contact."""

    place: Place
    contact_id: int | None
    is_of_this_file: bool
    drafts: list[ContactDraft] = field(default_factory=list)

    def subject(self) -> Subject:
        """Its rows as one, as they will be when they are applied."""
        return subject_of(joined_draft(self.drafts))


class Likely(Struct, frozen=True):
    """A contact or the person of earlier rows that a row is or may be; person is None for a contact alone."""

    candidate: Candidate
    person: EarlierPerson | None = None


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


def rank_likely(row: Subject, contacts: Sequence[Candidate], people: Sequence[EarlierPerson]) -> list[Likely]:
    """The contacts and people that a row is or may be, the likeliest first."""
    likely: dict[int | Place, Likely] = {each.contact_id: Likely(each) for each in contacts}
    for person in people:
        place = person.contact_id or person.place
        alike = compare_rows(
            row, person.subject(), contact_id=person.contact_id, is_of_this_file=person.is_of_this_file
        )
        present = likely.get(place)
        best = alike if present is None or (alike and alike.score > present.candidate.score) else present.candidate
        if best is not None:
            likely[place] = Likely(best, person)
    return sorted(likely.values(), key=lambda each: (-each.candidate.score, each.candidate.contact_id == 0))


def choose_likely(likely: Sequence[Likely]) -> Likely | None:
    """The one that a row certainly is; None if none is certain, or two are equally likely."""
    candidate = choose_candidate([each.candidate for each in likely])
    return next((each for each in likely if each.candidate is candidate), None)
