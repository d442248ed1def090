"""Queries of the full-text index, the same for both engines: a contact must match all groups."""

from msgspec import Struct


class Group(Struct, frozen=True):
    """A contact matches by any one of these words, beginnings of words, or sets of words that it has all of."""

    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()


Groups = tuple[Group, ...]
