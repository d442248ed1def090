"""Nicknames of given names for search: the English ones of nicknames.txt and our own (model/nicknames.py)."""

from functools import cache
from importlib import resources

from coterie.model.nicknames import FULL_NAMES


@cache
def _pairs() -> dict[str, frozenset[str]]:
    text = resources.files("coterie.search").joinpath("nicknames.txt").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    pairs: dict[str, set[str]] = {}
    for name, others in [*((line[0], line[1:]) for line in lines), *FULL_NAMES.items()]:
        for other in others:
            if name != other:
                pairs.setdefault(name, set()).add(other)
                pairs.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in pairs.items()}


def nicknames_of(name: str) -> frozenset[str]:
    """The nicknames of a name and the names of a nickname: robert for bob, bob and rob for robert. Lower case."""
    return _pairs().get(name, frozenset())
