"""Parses the text of a search."""

import re
import unicodedata

from msgspec import Struct

from coterie.model.phones import parse_phone, visible
from coterie.model.text import stream_safe, words

WORDS_MAX = 12
NUMBERS_MAX = 3
WORD_LENGTH_MAX = 40
DIGITS_MIN = 3
# a number is also found by this many or more of its last digits
SUFFIX_DIGITS_MIN = 4
# begins the reversed digits of a number in the index; no word begins so
REVERSED = "«"
# a phone number among other words, with its extension; digits within a word, as in ana1992, are part of the word
_NUMBER = re.compile(
    r"(?<![^\W_])(?:tel:)?[+(]?\d(?:[\d\s().\-/]*\d)?"
    r"(?P<extension>\s*(?:;?\s*ext[.=:]?|x|#)\s*\d{1,8}(?!\w))?(?![^\W_])",
    re.IGNORECASE,
)
# letters may spell digits: 1-800-FLOWERS
_WITH_LETTERS = re.compile(r"[+(]?\d[\w().\-/]*")


class Number(Struct, frozen=True):
    """A possible phone number. A contact matches by the first or last digits of one of its numbers, or by all words.

    prefix: the digits without leading zeros. suffix: the reversed digits as in the index, or None for fewer than four.
    """

    prefix: str
    suffix: str | None
    words: tuple[str, ...]


class Query(Struct, frozen=True):
    """words: folded prefixes; numbers: phone numbers. All of them must match."""

    words: tuple[str, ...]
    numbers: tuple[Number, ...]

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.numbers


def parse_query(text: str) -> Query:
    """The first 12 words, each cut at 40 characters, and the first 3 numbers of at least 3 digits.

    Invisible characters, typographic dashes and full-width digits are read as a phone number's (model.phones.visible).
    Leading zeros of a national or dialled number are dropped: 06 12… matches 6 12… after its country code.
    """
    plain = unicodedata.normalize("NFKC", stream_safe(visible(text)))
    if _WITH_LETTERS.fullmatch(plain) and not plain.isdigit():
        digits = parse_phone(plain, None).national or ""
        if digits and any(char.isalpha() for char in plain):
            return Query((), (_number(digits, plain),))
    numbers: list[Number] = []

    def take(match: re.Match[str]) -> str:
        written = match[0].removesuffix(match["extension"] or "")
        digits = re.sub(r"\D", "", written)
        if len(digits) < DIGITS_MIN or len(numbers) == NUMBERS_MAX:
            return match[0]
        numbers.append(_number(digits, match[0]))
        return " "

    rest = _NUMBER.sub(take, plain)
    return Query(_prefixes(rest), tuple(numbers))


def _prefixes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word[:WORD_LENGTH_MAX] for word in words(text)[:WORDS_MAX]))


def _number(digits: str, written: str) -> Number:
    suffix = reversed_digits(digits) if len(digits) >= SUFFIX_DIGITS_MIN else None
    return Number(digits.lstrip("0")[:WORD_LENGTH_MAX] or digits, suffix, _prefixes(written))


def reversed_digits(digits: str) -> str:
    """The word by which a number is found from its end."""
    return (REVERSED + digits[::-1])[:WORD_LENGTH_MAX]
