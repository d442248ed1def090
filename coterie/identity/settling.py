"""Looks at suggestions together: two who are different people cannot both be a third."""

from collections.abc import Callable, Mapping

from coterie.identity.scoring import UNSURE
from coterie.identity.weights import WEIGHTS

MARGIN = 2.0


def settle(
    bits: Mapping[tuple[int, int], float], contradict: Callable[[int, int], bool]
) -> dict[tuple[int, int], float]:
    """pair -> its bits. If a fits b better than c, and b and c contradict each other, a and c are only possible.

    contradict: whether something says that two contacts are two people; that they have little in common does not.
    """
    neighbours: dict[int, dict[int, float]] = {}
    for (one, other), each in bits.items():
        if each >= WEIGHTS.suggested:
            neighbours.setdefault(one, {})[other] = each
            neighbours.setdefault(other, {})[one] = each
    return {pair: _settled(pair, each, neighbours, contradict) for pair, each in bits.items()}


def _settled(
    pair: tuple[int, int],
    bits: float,
    neighbours: Mapping[int, Mapping[int, float]],
    contradict: Callable[[int, int], bool],
) -> float:
    if bits < WEIGHTS.suggested:
        return bits
    for one, other in (pair, pair[::-1]):
        for third, better in neighbours[one].items():
            if better > bits + MARGIN and third != other and contradict(other, third):
                return UNSURE
    return bits
