"""Compares the people of a whole book that share keys."""

from collections.abc import Iterable, Iterator, Mapping

from coterie.identity.commonness import Commonness
from coterie.identity.pairs import pairs_of
from coterie.identity.people import Person
from coterie.identity.scoring import Score, compare
from coterie.identity.settling import settle
from coterie.identity.weights import WEIGHTS

Pair = tuple[int, int]


def likely_pairs(
    book: Commonness, people: Mapping[int, Person], keys: Iterable[tuple[int, int]]
) -> Iterator[list[tuple[Pair, float]]]:
    """Lists of pairs that are at least possible, with their bits, not settled yet.

    keys: (key, contact id), sorted; an id that is not in people is ignored.
    """
    for pairs in pairs_of(keys):
        found = []
        for pair in pairs:
            one, other = people.get(pair[0]), people.get(pair[1])
            if one is not None and other is not None:
                bits = compare(book, one, other).bits
                if bits >= WEIGHTS.possible:
                    found.append((pair, bits))
        yield found


def settle_pairs(book: Commonness, people: Mapping[int, Person], bits: Mapping[Pair, float]) -> dict[Pair, float]:
    """The bits of pairs, lower where two of three people contradict each other."""
    return settle(bits, lambda one, other: compare_ids(book, people, one, other).contradicts)


def compare_ids(book: Commonness, people: Mapping[int, Person], one: int, other: int) -> Score:
    """Compares two people by their ids."""
    return compare(book, people[one], people[other])
