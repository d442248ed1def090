"""Duplicates: pairs of contacts that may be one person."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from coterie.model.duplicate_reasons import describe_codes
from coterie.model.import_reasons import Reason

Level = Literal["suggested", "possible"]
SUGGESTED: Level = "suggested"
POSSIBLE: Level = "possible"
LEVELS = (SUGGESTED, POSSIBLE)


class Duplicate(Struct, frozen=True):
    """Two contacts that may be one person; the first id is the smaller one.

    bits: log2 of the odds that they are one: 0 is even, 7 more than 99 in 100. level: suggested may be merged in bulk,
    possible is worth a look.
    """

    first_contact_id: int
    second_contact_id: int
    bits: float
    level: Level
    reasons: Sequence[Reason]


def describe_reasons(reasons: Sequence[Reason]) -> str:
    """The reasons of a pair as one phrase, in English."""
    return describe_codes([(reason.code, reason.data) for reason in reasons])
