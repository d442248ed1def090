"""Compares the people of a whole book that share keys."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from coterie.identity.commonness import Commonness
from coterie.identity.fact_scores import birthday_bits
from coterie.identity.people import Person
from coterie.identity.scoring import Score, compare_people
from coterie.identity.settling import Pair, settle
from coterie.identity.weights import WEIGHTS
from coterie.model.handles import PHONE


def likely_pairs(book: Commonness, people: Mapping[int, Person], pairs: Iterable[Pair]) -> Iterator[tuple[Pair, float]]:
    """Yields the pairs that are at least possible, with their bits before settle_pairs.

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
    """The bits of pairs, lowered where other contacts make a pair doubtful (settling.settle)."""

    def contradict(one: int, other: int, third: int) -> bool:
        return compare_ids(book, people, other, third).contradicts

    def may_be_either(one: int, other: int, third: int) -> bool:
        """Whether one and other share only household evidence, or one of them has no name, and other and third may be
        two people."""
        score = compare_ids(book, people, one, other)
        if score.has_personal and score.names.given != "missing":
            return False
        apart = compare_ids(book, people, other, third)
        return apart.contradicts or bool(apart.own_channel)

    def is_shared_by_others(pair: Pair, same: Collection[int]) -> bool:
        """Whether a pair, perhaps father and son, shares only a name and a phone number that a third contact has.

        The given names must be equal: a son has his father's name, but seldom a short form of it.
        """
        score = compare_ids(book, people, *pair)
        line = f"{PHONE}:{score.handle.value}"
        is_named_alike = score.names.given == "same" and not score.has_personal
        if not is_named_alike or score.handle.channel != PHONE or book.count(line) <= 2:
            return False
        holders = [each for each in {*pair, *same} if line in people[each].handles]
        alike = [each for each in holders if each in pair or not _have_other_names(book, people, pair[0], each)]
        return book.count(line) > len(alike)

    def has_namesake(one: int, other: int, third: int) -> bool:
        """Whether other and third are two people of one name in one household, and one may be either of them.

        One is other if they share a handle that third lacks, and not third if their birthdays or generations differ.
        """
        score, at_home = compare_ids(book, people, one, other), compare_ids(book, people, other, third)
        if score.has_personal or not _are_namesakes_at_home(at_home):
            return False
        if score.handle.channel and f"{score.handle.channel}:{score.handle.value}" not in people[third].handles:
            return False
        generations = {people[one].suffix, people[third].suffix} - {""}
        return len(generations) < 2 and birthday_bits(book, people[one], people[third]) >= 0

    return settle(
        bits,
        contradict=contradict,
        may_be_either=may_be_either,
        is_shared_by_others=is_shared_by_others,
        has_namesake=has_namesake,
    )


def _are_namesakes_at_home(score: Score) -> bool:
    """Whether two share their name and household evidence and are two people, perhaps father and son."""
    is_named_alike = not {score.names.given, score.names.surname} & {"other", "missing"}
    is_at_home = bool(score.handle.channel) or score.home >= WEIGHTS.home_min
    return is_named_alike and is_at_home and (score.contradicts or bool(score.own_channel))


def _have_other_names(book: Commonness, people: Mapping[int, Person], one: int, other: int) -> bool:
    return compare_ids(book, people, one, other).names.given == "other"


def compare_ids(book: Commonness, people: Mapping[int, Person], one: int, other: int) -> Score:
    """Compares two people by their ids."""
    return compare_people(book, people[one], people[other])
