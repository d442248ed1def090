"""Names as they are compared: folded to Latin letters, and how alike two of them are."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from anyascii import anyascii

from coterie.model.edits import edits_between, jaro_winkler
from coterie.model.nicknames import are_forms
from coterie.model.text import APOSTROPHES, stream_safe

Likeness = Literal["same", "form", "close", "near", "sound", "initial", "missing", "login", "other"]
# names, streets and employers are short; of a longer text, only the beginning is compared
TEXT_LENGTH_MAX = 300
_WORD = re.compile(r"[a-z0-9]+")
_DIGITS = re.compile(r"[0-9]")
# how anyascii writes letters without a Latin one, such as the soft sign: Татьяна is Tat'yana
_SIGNS = re.compile("[\"'`]")
_REPEATED = re.compile(r"(.)\1+")
_CONSONANTS = (("bpfvw", "1"), ("cgjkqsxz", "2"), ("dt", "3"), ("l", "4"), ("mn", "5"), ("r", "6"))
_SOUNDS: dict[int, str | None] = {ord(letter): digit for letters, digit in _CONSONANTS for letter in letters}
_SOUNDS |= dict.fromkeys(map(ord, "aeiouyh0123456789"))
# words before a surname, or of it, that are written in several ways
_PARTICLES = tuple(
    frozenset(words.split())
    for words in (
        "van von vom v", "der den dem de ter ten te", "zu zum zur", "af av",
        "d de da do du di das dos des del dei della dela delle dello degli dal dalla dall",
        "la las les los", "al el ul ol il as es ar er ad ed an en", "bin ibn ben b", "bint binti binte bte bt",
        "abu abou abi bu bou", "abd abdul abdel abdal abdol", "st saint sankt sint san santo sant sao szent",
        "ste sainte santa st", "mac mc m", "o ua ui ni nic", "ap ab", "y e i und et",
    )
)  # fmt: skip


@lru_cache(1 << 13)
def latin_words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case and Latin letters, whatever its script: "Сергей O’Neil" gives sergey, oneil.

    Emoji and other symbols are skipped. Only the first 300 characters are read.
    """
    plain = APOSTROPHES.sub("", text[:TEXT_LENGTH_MAX])
    if not plain.isascii():
        plain = "".join(" " if unicodedata.category(char)[0] in "PS" else char for char in stream_safe(plain))
        plain = _SIGNS.sub("", anyascii(plain))
    return tuple(_WORD.findall(plain.lower()))


@lru_cache(1 << 13)
def sound(word: str) -> str:
    """The consonant classes of a word without repeats: equal for most spellings and scripts of a name."""
    code = word.translate(_SOUNDS)
    return "".join(digit for digit, before in zip(code, " " + code, strict=False) if digit != before) or word[:2]


@lru_cache(1 << 13)
def likeness(one: str, other: str) -> Likeness:
    """How alike two words of names are.

    same; form (Tom and Thomas); close (one letter differs, or two of eight); near (two or three letters differ, or one
    begins with the other); sound; initial; other (different names).
    """
    if one == other:
        return "initial" if len(one) == 1 and one.isalpha() else "same"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[:1] == other[:1] else "other"
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return "other"  # Clerk 3 is not Clerk 4
    if are_forms(one, other):
        return "form"
    similarity = jaro_winkler(one, other)
    if similarity < 0.7:
        return "other"
    return _spelling(one, other, similarity)


def are_spellings(one: str, other: str) -> bool:
    """Whether two words are spellings of one name: Dmitriy and Dmitrii, Sofia and Sophia, Eric and Erik."""
    return _spelled(one) == _spelled(other)


def _spelled(word: str) -> str:
    for written, plain in (("ph", "f"), ("kh", "h"), ("th", "t"), ("c", "k"), ("y", "i"), ("w", "v")):
        word = word.replace(written, plain)
    return _REPEATED.sub(r"\1", word)


def are_particles(one: str, other: str) -> bool:
    """Whether two words are ways to write one particle of a surname: der and den, al and el, St and Saint."""
    return any(one in words and other in words for words in _PARTICLES)


def _spelling(one: str, other: str, similarity: float) -> Likeness:
    longest, distance = max(len(one), len(other)), edits_between(one, other, most=3)
    if (distance == 1 and longest >= 4) or (distance == 2 and longest >= 8):
        return "close"
    if (distance == 2 and longest >= 5) or (distance == 3 and longest >= 8):
        return "near"
    if min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)):
        return "near"
    if similarity >= 0.86 or (similarity >= 0.72 and len(sound(one)) >= 2 and sound(one) == sound(other)):
        return "sound"
    return "other"
