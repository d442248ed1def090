"""The people whom earlier rows are about: a row finds them when it is applied after those rows.

Staging writes no contact. So that a preview is what applying does, the rows of one person are joined here to what its
contact will be, and compared with a row as contacts are (drafts/matching.py). Rows that wait for a decision create
nothing.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct, field

from coterie.drafts.facts import facts_of_draft
from coterie.drafts.joined import joined_draft
from coterie.drafts.matching import Candidate, choose_candidate
from coterie.imports.people import Key, Subject, compare_rows, contact_key
from coterie.model.import_reasons import SAME_PERSON_AS_ROW
from coterie.model.imports import CREATE, UPDATE, ContactDraft, StagedRow

# (import id of a file, row): "" is the file that is being staged; two files may have one name
Place = tuple[str, int]


class EarlierPerson(Struct):
    """What earlier rows say about one person, in their order. contact_id: the contact they update, if there is one."""

    place: Place
    contact_id: int | None
    drafts: list[ContactDraft] = field(default_factory=list)

    @property
    def is_of_this_file(self) -> bool:
        """Whether a row of the file that is being staged creates the contact."""
        return self.contact_id is None and not self.place[0]

    def subject(self) -> Subject:
        """Its rows as one, as they will be when they are applied."""
        joined = joined_draft(self.drafts)
        return Subject(facts_of_draft(joined), lambda: joined)


class Likely(Struct, frozen=True):
    """A contact or the person of earlier rows that a row is or may be; person is None for a contact alone."""

    candidate: Candidate
    person: EarlierPerson | None = None


def place_of(row: StagedRow, file: str) -> Place:
    """The row that created, or will create, the contact of a row: the row itself, or the one it names."""
    if row.reason is not None and row.reason.code == SAME_PERSON_AS_ROW:
        return row.reason.data.get("import_id") or file, row.reason.data["row"]
    return file, row.row_number


def place_key(place: Place) -> Key:
    """The key of the rows that add to a contact which another row creates."""
    return "row", place[0], str(place[1])


def person_key(row: StagedRow, file: str) -> Key:
    """The key of all rows that add to the contact of a row."""
    return contact_key(row.contact_id) if row.contact_id else place_key(place_of(row, file))


def people_of(rows: Iterable[tuple[str, StagedRow]]) -> list[EarlierPerson]:
    """The people of rows, each with the file it is in."""
    people: dict[Place | int, EarlierPerson] = {}
    for file, row in rows:
        if row.draft is None or row.outcome not in (CREATE, UPDATE):
            continue
        place = place_of(row, file)
        person = people.setdefault(row.contact_id or place, EarlierPerson(place, row.contact_id))
        person.drafts.append(msgspec.json.decode(row.draft, type=ContactDraft))
    return list(people.values())


def rank_likely(row: Subject, contacts: Sequence[Candidate], people: Sequence[EarlierPerson]) -> list[Likely]:
    """The contacts and people that a row is or may be, the likeliest first."""
    likely = {candidate.contact_id: Likely(candidate) for candidate in contacts}
    others = []
    for person in people:
        earlier, is_of_this_file = person.subject(), person.is_of_this_file
        candidate = compare_rows(row, earlier, contact_id=person.contact_id, is_of_this_file=is_of_this_file)
        present = likely.get(person.contact_id or 0)
        if person.contact_id is None:
            others += [Likely(candidate, person)] if candidate else []
        elif present is None or (candidate is not None and candidate.score > present.candidate.score):
            likely.update({person.contact_id: Likely(candidate, person)} if candidate else {})
        else:
            likely[person.contact_id] = Likely(present.candidate, person)
    return sorted([*likely.values(), *others], key=lambda each: -each.candidate.score)


def choose_likely(likely: Sequence[Likely]) -> Likely | None:
    """The one that a row certainly is; None where none is certain, or two are equally likely."""
    candidate = choose_candidate([each.candidate for each in likely])
    return next((each for each in likely if each.candidate is candidate), None)
