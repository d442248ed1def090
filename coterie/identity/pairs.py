"""The pairs to compare, from sorted keys: 8 bytes for each pair and each key that it shares."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from coterie.identity.keys import RARE_MAX, SHARED_MAX, is_weak

_BUCKETS = 64
_SHIFT = 32
_MASK = (1 << _SHIFT) - 1


class Pairs:
    """The pairs that share keys. Can be iterated once: yields lists of (smaller id, larger id), each pair once."""

    def __init__(self, keys: Iterable[tuple[int, int]]) -> None:
        """keys: (key, contact id), sorted by key."""
        self._strong, self._weak = _empty(), _empty()
        for key, rows in groupby(keys, itemgetter(0)):
            self._add(key, [row[1] for row in rows])

    def _add(self, key: int, block: list[int]) -> None:
        if not 1 < len(block) <= SHARED_MAX:
            return
        block.sort()
        buckets = self._weak if is_weak(key) and len(block) > RARE_MAX else self._strong
        for position, first in enumerate(block[:-1], 1):
            start = first << _SHIFT
            buckets[first % _BUCKETS].extend([start | second for second in block[position:]])

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for number in range(_BUCKETS):
            found = set(self._strong[number])
            found.update(_twice(self._weak[number]))
            self._strong[number] = self._weak[number] = array("q")
            yield [(pair >> _SHIFT, pair & _MASK) for pair in sorted(found)]


def _empty() -> list["array[int]"]:
    return [array("q") for _ in range(_BUCKETS)]


def _twice(pairs: "array[int]") -> Iterator[int]:
    """The pairs that occur more than once."""
    before = -1
    for pair in sorted(pairs):
        if pair == before:
            yield pair
        before = pair
