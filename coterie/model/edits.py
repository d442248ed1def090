"""How far apart two words are: letters added, missing, replaced or swapped, and likeness of their beginnings.

rapidfuzz is loaded at the first comparison: 4 MB that a process which compares nothing does not need.
"""

from functools import cache
from types import ModuleType


@cache
def _distances() -> ModuleType:
    from rapidfuzz import distance  # lazy: 4 MB of memory

    return distance


def edits_between(one: str, other: str, *, most: int) -> int:
    """The number of edits (optimal string alignment) from one word to the other; most + 1 if there are more."""
    return int(_distances().OSA.distance(one, other, score_cutoff=most))


def jaro_winkler(one: str, other: str) -> float:
    """0 to 1: Jaro-Winkler, which counts a common beginning more."""
    return float(_distances().JaroWinkler.similarity(one, other))
