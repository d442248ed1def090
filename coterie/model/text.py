"""Folding: one form of a text for matching, sorting and search, whatever its case, accents or script form.

NFKD takes letters apart, marks are dropped, what does not decompose (ł, ø, ß, ı, æ …) is spelled out, and the
rest is case-folded. Done here, in Python, so that both engines see the same folded text.
"""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th",
        "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ß": "ss", "ẞ": "ss", "ı": "i", "İ": "i", "ħ": "h", "Ħ": "h",
        "ŧ": "t", "Ŧ": "t", "ŋ": "ng", "Ŋ": "ng", "ĸ": "k", "ſ": "s", "’": "'", "ʼ": "'", "ʻ": "'",
    }
)  # fmt: skip
SHORT = 100
_WORD = re.compile(r"[^\W_]+")
_JOINERS = re.compile(r"['’ʼʻ`´]")


def fold(text: str) -> str:
    """The text without case and accents, spaces collapsed: "Ünal  ŁUKASZ" becomes "unal lukasz"."""
    return _fold_short(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(plain.casefold().translate(_LETTERS).split())


# one contact's name is folded for its sort keys, its words and its matching in turn
_fold_short = lru_cache(maxsize=8192)(_fold)


def words(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits; an apostrophe joins (O'Brien is obrien)."""
    return _WORD.findall(_JOINERS.sub("", fold(text)))


def sort_key(text: str | None, length: int = 80) -> str:
    """What a text is sorted by: folded, at most so many characters; '' where there is none."""
    return fold(text)[:length] if text else ""
