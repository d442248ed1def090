"""People for tests of identity: a person from a few words, and a book in which to compare them."""

from collections import Counter
from collections.abc import Iterable

from coterie.identity.commonness import Commonness
from coterie.identity.keys import counted_of
from coterie.identity.people import Person, person_of_draft
from coterie.identity.scoring import Score, compare_people
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft


def somebody(name: str = "", *handles: str, street: str = "", town: str = "", **fields: str) -> Person:
    """A person named "Given Middle Surname". handles: such as "phone:+12125550100"."""
    first, _, last = name.rpartition(" ")
    first, _, middle = (first or last).partition(" ")
    draft = ContactDraft(
        first_name=first or None,
        middle_name=middle or None,
        last_name=last if " " in name else None,
        handles=[HandleDraft(c, v, normalized=v) for c, v in (handle.split(":", 1) for handle in handles)],
        addresses=[AddressDraft(address_line_1=street or None, locality=town or None)] if street or town else [],
    )
    for field, value in fields.items():
        setattr(draft, field, value)
    return person_of_draft(draft)


def book_of(people: Iterable[Person]) -> Commonness:
    """A book of these people."""
    everyone = list(people)
    counts: Counter[int] = Counter()
    for person in everyone:
        counts.update(counted_of(person))
    return Commonness(len(everyone), counts)


# a book of some size, in which names are as common as they are
GIVEN = (  # noqa: SIM905
    "Marge Homer Lisa Bart Nelson Anna Jürgen Freya Chloe Giulia Matteo Elif Olga Ivan Robert William Thomas Peter"
    " Melvin Kevin Deanna Dana Heath Heather Otto Ruth Ben Carla Ned Todd"
).split()
SURNAMES = (  # noqa: SIM905
    "Hale Rask Quill Ferrow Tamsin Vandel Brask Ostrow Lindgren Kessel Moreau Adeyemi Sato Petrov Silva"
).split()
OTHERS = [somebody(f"{given} {surname}") for given in GIVEN for surname in SURNAMES]


def compared(one: Person, other: Person, *others: Person) -> Score:
    """The score of two people in a book of 450 others and these."""
    return compare_people(book_of([one, other, *others, *OTHERS]), one, other)
