"""Compares suggestions with each other: one contact cannot be two different people."""

from collections.abc import Callable, Collection, Mapping

from coterie.identity.scoring import UNSURE
from coterie.identity.weights import WEIGHTS

MARGIN = 2.0

Pair = tuple[int, int]
# (one, other, third) -> whether other and third are different people, so that one cannot be both
Apart = Callable[[int, int, int], bool]
# (one, other, third) -> whether third is another person of other's name and household, whom one may be too
Namesake = Callable[[int, int, int], bool]
# (pair, the contacts that either of them is suggested with) -> whether others have the evidence that the pair shares
SharedByOthers = Callable[[Pair, Collection[int]], bool]


def settle(
    bits: Mapping[Pair, float],
    *,
    contradict: Apart,
    may_be_either: Apart,
    is_shared_by_others: SharedByOthers,
    has_namesake: Namesake,
) -> dict[Pair, float]:
    """Lowers the bits of a pair below the suggestion threshold if other contacts make it doubtful; returns all bits.

    A suggested pair (a, c) is lowered to UNSURE if

    * a matches b better, and b and c contradict each other;
    * a matches b about as well and may be either of them: merging both pairs in bulk would merge b and c too;
    * the pair shares only household evidence that contacts outside its suggestions share too;
    * a and b are two people of one name in one household, and c may be either of them.
    """
    neighbours: dict[int, dict[int, float]] = {}
    partners: dict[int, set[int]] = {}
    for (one, other), each in bits.items():
        partners.setdefault(one, set()).add(other)
        partners.setdefault(other, set()).add(one)
        if each >= WEIGHTS.suggested:
            neighbours.setdefault(one, {})[other] = each
            neighbours.setdefault(other, {})[one] = each
    settled = dict(bits)
    for pair, each in bits.items():
        if each >= WEIGHTS.suggested and (
            is_shared_by_others(pair, {*partners[pair[0]], *partners[pair[1]]})
            or _matches_another(pair, each, neighbours, contradict, may_be_either)
            or _has_namesake(pair, partners, has_namesake)
        ):
            settled[pair] = UNSURE
    return settled


def _matches_another(
    pair: Pair,
    bits: float,
    neighbours: Mapping[int, Mapping[int, float]],
    contradict: Apart,
    may_be_either: Apart,
) -> bool:
    for one, other in (pair, pair[::-1]):
        for third, theirs in neighbours[one].items():
            is_apart = contradict if theirs > bits + MARGIN else may_be_either
            if third != other and theirs > bits - MARGIN and is_apart(one, other, third):
                return True
    return False


def _has_namesake(pair: Pair, partners: Mapping[int, Collection[int]], has_namesake: Namesake) -> bool:
    return any(
        has_namesake(one, other, third)
        for one, other in (pair, pair[::-1])
        for third in partners[other]
        if third != one
    )
