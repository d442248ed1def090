"""Finds the contacts that a person may be, by stored keys: a few queries for any number of people."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from coterie.identity.commonness import Commonness
from coterie.identity.keeping import load_people
from coterie.identity.keys import RARE_MAX, SHARED_MAX, counted_names_of, counted_of, is_fact, is_weak, keys_of
from coterie.identity.people import Person
from coterie.identity.scoring import Score, are_hopeless, compare_people
from coterie.identity.weights import WEIGHTS
from coterie.store import match_keys as store
from coterie.store.database import Tx

Id = TypeVar("Id", bound=Hashable)


class Found(Struct, frozen=True):
    """A contact that a person may be, with its facts and the score of the two."""

    contact_id: int
    person: Person
    score: Score


def find_likely(
    tx: Tx,
    organization_id: int,
    people: Mapping[Id, Person],
    *,
    are_stored: bool = False,
    with_facts: bool = False,
) -> dict[Id, list[Found]]:
    """For each person the contacts that are at least possible, the likeliest first, without the person itself.

    with_facts: only contacts that share a fact other than the name. are_stored: the people are contacts with stored
    facts, by id. Contacts that have changed or were deleted since their keys were computed are found by the old keys.
    """
    if not people:
        return {}
    candidates = _candidates(tx, organization_id, people, with_facts=with_facts)
    if are_stored:
        for each, ids in candidates.items():
            ids.discard(each)
    loaded = load_people(tx, organization_id, set().union(*candidates.values()))
    if not loaded:
        return {each: [] for each in people}
    for each, ids in candidates.items():
        candidates[each] = {i for i in ids if i in loaded and not are_hopeless(people[each], loaded[i])}
    others = {i: loaded[i] for i in set().union(*candidates.values())}
    values = set().union(*map(counted_of, people.values()), *map(counted_names_of, others.values()))
    contact_count, counts = store.load_counts(tx, organization_id, values)
    found = {}
    for each, person in people.items():
        book = Commonness(contact_count, counts, () if are_stored else counted_of(person))
        found[each] = _compared(book, person, {i: others[i] for i in candidates[each]})
    return found


def _compared(book: Commonness, person: Person, others: Mapping[int, Person]) -> list[Found]:
    scores = [Found(i, other, compare_people(book, person, other)) for i, other in others.items()]
    likely = [found for found in scores if found.score.bits >= WEIGHTS.possible]
    return sorted(likely, key=lambda found: (-found.score.bits, found.contact_id))


def _candidates(tx: Tx, organization_id: int, people: Mapping[Id, Person], *, with_facts: bool) -> dict[Id, set[int]]:
    """The contacts that share one strong key or two weak ones with each person (identity/keys.py)."""
    keys = {each: keys_of(person) for each, person in people.items()}
    sharing = store.list_sharing(tx, organization_id, set().union(*keys.values()), most=SHARED_MAX)
    return {each: _sharing(sharing, of_person, with_facts=with_facts) for each, of_person in keys.items()}


def _sharing(sharing: Mapping[int, Sequence[int]], keys: set[int], *, with_facts: bool) -> set[int]:
    candidates: set[int] = set()
    by_facts: set[int] = set()
    once: set[int] = set()
    for key in keys:
        block = sharing.get(key, ())
        if is_fact(key):
            by_facts.update(block)
        if is_weak(key) and len(block) > RARE_MAX:
            candidates.update(once.intersection(block))
            once.update(block)
        else:
            candidates.update(block)
    return candidates & by_facts if with_facts else candidates
