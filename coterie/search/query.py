"""Parses the text of a search."""

import re

from msgspec import Struct

from coterie.model.text import words

WORDS_MAX = 12
WORD_LENGTH_MAX = 40
_PHONE = re.compile(r"\+?[\d\s().\-/]*")


class Query(Struct, frozen=True):
    """words: folded prefixes, all of which must match. digits: the same text as a phone number, if it may be one."""

    words: tuple[str, ...]
    digits: str | None


def parse_query(text: str) -> Query:
    """The first 12 words, each cut at 40 characters; digits for a text of at least 3 digits and phone punctuation.

    Leading zeros of a national or dialled number are dropped: 06 12… matches 6 12… after its country code.
    """
    prefixes = tuple(dict.fromkeys(word[:WORD_LENGTH_MAX] for word in words(text)[:WORDS_MAX]))
    digits = re.sub(r"\D", "", text).lstrip("0") if text.isascii() and _PHONE.fullmatch(text.strip()) else ""
    return Query(prefixes, digits[:WORD_LENGTH_MAX] if len(digits) >= 3 else None)
