"""Parses the text of a search."""

import re
import unicodedata

from msgspec import Struct

from coterie.model.phones import parse_phone, visible
from coterie.model.text import stream_safe
from coterie.search.documents import DIGITS_MIN, PIECE, beginning_of, pieces_of
from coterie.search.folding import WORD_LENGTH_MAX, Word, whole_words
from coterie.search.groups import Group

# characters of a query that are read
TEXT_LENGTH_MAX = 1_000
WORDS_MAX = 12
NUMBERS_MAX = 3
# begins the reversed digits of a number in documents of the time before migration 0021
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
    """A possible phone number: its digits without leading zeros, all of them, and the words it is written with."""

    digits: str
    all_digits: str
    words: tuple[Word, ...] = ()

    @property
    def group(self) -> Group:
        """Alternatives; a contact must have one: the number, a part of four digits or more, or all the words."""
        sets = [tuple(pieces_of(one)) for one in {self.digits, self.all_digits} if len(one) >= PIECE]
        if len(self.digits) == DIGITS_MIN:
            sets.append((beginning_of(self.digits),))
        if self.words:
            sets.append(tuple(word.forms[0] for word in self.words))
        beginnings = [self.digits]
        if len(self.digits) >= PIECE:
            beginnings.append((REVERSED + self.digits[::-1])[:WORD_LENGTH_MAX])
        if len(self.words) == 1:
            beginnings.append(self.words[0].forms[0])
        return Group(beginnings=tuple(dict.fromkeys(beginnings)), sets=tuple(sets))


class Query(Struct, frozen=True):
    """words and numbers: a contact is to match all of them."""

    words: tuple[Word, ...]
    numbers: tuple[Number, ...]

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.numbers


def parse_query(text: str) -> Query:
    """The first 12 words and the first 3 numbers of at least 3 digits in the first 1,000 characters.

    Invisible characters, typographic dashes and full-width digits are read as a phone number's (model.phones.visible).
    Leading zeros of a national or dialled number are dropped: 06 12… matches 6 12… after its country code.
    """
    plain = unicodedata.normalize("NFKC", stream_safe(visible(text[:TEXT_LENGTH_MAX])))
    if _WITH_LETTERS.fullmatch(plain) and not plain.isdigit():
        digits = parse_phone(plain, None).national or ""
        if digits and any(char.isalpha() for char in plain):
            return Query((), (_number(digits, plain),))
    numbers: list[Number] = []

    def take(match: re.Match[str]) -> str:
        # the 0 of +44 (0)20 is not dialled after the country code
        written = match[0].removesuffix(match["extension"] or "").replace("(0)", "")
        digits = re.sub(r"\D", "", written)
        if len(digits) < DIGITS_MIN or len(numbers) == NUMBERS_MAX:
            return match[0]
        numbers.append(_number(digits, match[0]))
        return " "

    rest = _NUMBER.sub(take, plain)
    return Query(_words(rest), tuple(numbers))


def _words(text: str) -> tuple[Word, ...]:
    found: dict[str, Word] = {}
    for chunk in text.split():
        for word in whole_words(chunk):
            found.setdefault(word.forms[0], word)
            if len(found) == WORDS_MAX:
                return tuple(found.values())
    return tuple(found.values())


def _number(digits: str, written: str) -> Number:
    digits = digits[:WORD_LENGTH_MAX]
    return Number(digits.lstrip("0") or digits, digits, _words(written))
