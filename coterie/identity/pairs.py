"""Pairs worth comparing, out of keys in order. Memory is bounded by comparing the people in parts."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from coterie.identity.keys import RARE_MAX, SHARED_MAX, is_weak

_BUCKETS = 64
_SHIFT = 32
_MASK = (1 << _SHIFT) - 1


def pairs_of(keys: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Lists of pairs (smaller id, larger id) to compare, each pair once. keys: (key, contact id) sorted by key."""
    strong, weak = _empty(), _empty()
    for key, rows in groupby(keys, itemgetter(0)):
        block = [row[1] for row in rows]
        if 1 < len(block) <= SHARED_MAX:
            block.sort()
            buckets = weak if is_weak(key) and len(block) > RARE_MAX else strong
            for position, first in enumerate(block[:-1], 1):
                start = first << _SHIFT
                buckets[first % _BUCKETS].extend([start | second for second in block[position:]])
    for number in range(_BUCKETS):
        found = set(strong[number])
        found.update(_twice(weak[number]))
        strong[number] = weak[number] = array("q")
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
