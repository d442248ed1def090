"""Looks at suggestions together: two who are different people cannot both be a third."""

from collections.abc import Callable, Collection, Mapping

from coterie.identity.scoring import UNSURE
from coterie.identity.weights import WEIGHTS

MARGIN = 2.0

Pair = tuple[int, int]
# of one, other and third: whether one cannot be both other and third
Apart = Callable[[int, int, int], bool]
# of a pair, and of all that one of them is suggested with: whether somebody else has what the pair shares
Elsewhere = Callable[[Pair, Collection[int]], bool]


def settle(
    bits: Mapping[Pair, float], *, contradict: Apart, may_be_either: Apart, is_of_household: Elsewhere
) -> dict[Pair, float]:
    """pair -> its bits, of a pair that is only possible because of other contacts fewer than a suggestion takes.

    If a fits b better than c, and b and c contradict each other, a and c are only possible. If a fits both as well and
    may be either of them, so are both pairs: merged in bulk, a would make b and c one. So is a pair that shares only
    what others have who are neither of them.
    """
    neighbours: dict[int, dict[int, float]] = {}
    for (one, other), each in bits.items():
        if each >= WEIGHTS.suggested:
            neighbours.setdefault(one, {})[other] = each
            neighbours.setdefault(other, {})[one] = each
    settled = dict(bits)
    for pair, each in bits.items():
        if each >= WEIGHTS.suggested and (
            is_of_household(pair, {*neighbours[pair[0]], *neighbours[pair[1]]})
            or _is_of_two(pair, each, neighbours, contradict, may_be_either)
        ):
            settled[pair] = UNSURE
    return settled


def _is_of_two(
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
