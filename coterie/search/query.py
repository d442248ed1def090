"""What a user types, read as words."""

import re

from msgspec import Struct

from coterie.model.text import words

WORDS_MAX = 12
WORD_LENGTH_MAX = 40
_PHONE = re.compile(r"\+?[\d\s().\-/]*")


class Query(Struct, frozen=True):
    """words: folded prefixes that must all be found. digits: the same text read as one phone number, if it can be."""

    words: tuple[str, ...]
    digits: str | None


def parse_query(text: str) -> Query:
    """The first 12 words, each cut at 40 characters; digits for a text of 3 or more digits and phone punctuation.

    The zeros a national or dialled number begins with are left out: 06 12… is found as 6 12… behind its country code.
    """
    found = tuple(dict.fromkeys(word[:WORD_LENGTH_MAX] for word in words(text)[:WORDS_MAX]))
    digits = re.sub(r"\D", "", text).lstrip("0") if text.isascii() and _PHONE.fullmatch(text.strip()) else ""
    return Query(found, digits[:WORD_LENGTH_MAX] if len(digits) >= 3 else None)
