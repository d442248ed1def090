"""Compares the people of a whole book that share keys."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from coterie.identity.commonness import Commonness
from coterie.identity.people import Person
from coterie.identity.scoring import Score, compare_people
from coterie.identity.settling import settle
from coterie.identity.weights import WEIGHTS

Pair = tuple[int, int]


def likely_pairs(book: Commonness, people: Mapping[int, Person], pairs: Iterable[Pair]) -> Iterator[tuple[Pair, float]]:
    """The pairs that are at least possible, with their bits, not settled yet.

    pairs: of ids, sorted; an id that is not in people is skipped.
    """
    for first, rows in groupby(pairs, itemgetter(0)):
        one = people.get(first)
        if one is None:
            continue
        for pair in rows:
            other = people.get(pair[1])
            if other is not None:
                bits = compare_people(book, one, other).bits
                if bits >= WEIGHTS.possible:
                    yield pair, bits


def settle_pairs(book: Commonness, people: Mapping[int, Person], bits: Mapping[Pair, float]) -> dict[Pair, float]:
    """The bits of pairs, lower where two of three people contradict each other."""
    return settle(bits, lambda one, other: compare_ids(book, people, one, other).contradicts)


def compare_ids(book: Commonness, people: Mapping[int, Person], one: int, other: int) -> Score:
    """Compares two people by their ids."""
    return compare_people(book, people[one], people[other])
