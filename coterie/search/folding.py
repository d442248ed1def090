"""The words by which a text is found: in its own script, in Latin letters, and as Germans and Danes spell them.

Guarantee: linear in the length of the text, and every word is letters and digits, at most 40 characters.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from coterie.model.names import CJK
from coterie.model.text import APOSTROPHES, fold, stream_safe, words

WORD_LENGTH_MAX = 40
# characters of one text that are read; a longer one has no white space or is not text
CHUNK_LENGTH_MAX = 200
GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Å": "aa", "Ø": "oe"}
)
# where the spelling of passports (ICAO 9303) differs from that of anyascii
_PASSPORT = str.maketrans(
    {"й": "i", "ю": "iu", "я": "ia", "ё": "e", "ъ": "ie", "ь": "", "є": "ie", "ї": "i", "х": "kh", "ц": "ts"}
)
_HAS_CYRILLIC = re.compile("[\u0400-\u04ff]")
_HAS_CJK = re.compile(f"[{CJK}]")
_CJK_LETTERS = re.compile(f"[{CJK}]+")
_SYLLABLES = re.compile(r"[A-Z][a-z]*|[a-z]+|\d+")
# letters of a run of Han, Kana or Hangul that words begin at
ENDINGS_MAX = 20


class Word(NamedTuple):
    """One word of a text. written: the word in lower case; forms: its forms in the index, folded form first."""

    written: str
    forms: tuple[str, ...]


@lru_cache(maxsize=1 << 16)
def words_of_chunk(chunk: str) -> tuple[Word, ...]:
    """The words of a text without white space, each once.

    "Müller" is ("müller", ("muller", "mueller")); "o'brien-lee" is obrien, lee and brien.
    """
    if chunk.isascii() and chunk.isalnum():  # most are: a word as it is
        return (_plain(chunk.lower()),)
    found = whole_words(chunk)
    found += [word for part in APOSTROPHES.split(chunk)[1:] for word in whole_words(part)[:1]]
    if not chunk.isascii() and _HAS_CJK.search(chunk):
        text = unicodedata.normalize("NFC", stream_safe(chunk[:CHUNK_LENGTH_MAX]))
        found += map(_plain, [*_endings(text), *_syllables(text)])
    return tuple(dict.fromkeys(found))


def whole_words(chunk: str) -> list[Word]:
    """The same without what follows an apostrophe, and without the endings and syllables of Han, Kana and Hangul."""
    if chunk.isascii():
        return [_plain(word) for word in words(chunk[:CHUNK_LENGTH_MAX])]
    return _of_text(APOSTROPHES.sub("", unicodedata.normalize("NFC", stream_safe(chunk[:CHUNK_LENGTH_MAX]))))


def _plain(word: str) -> Word:
    return Word(word[:WORD_LENGTH_MAX], (word[:WORD_LENGTH_MAX],))


def _of_text(text: str) -> list[Word]:
    spaced = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    return [word for written in spaced.split() if (word := _of_word(written)).forms]


def _of_word(written: str) -> Word:
    low = written.lower()
    found = [fold(written), anyascii(low), low.translate(GERMAN)]
    if _HAS_CYRILLIC.search(low):
        found.append(anyascii(low.translate(_PASSPORT)))
    forms = ["".join(filter(str.isalnum, fold(form)))[:WORD_LENGTH_MAX] for form in found]
    return Word(low[:WORD_LENGTH_MAX], tuple(dict.fromkeys(filter(None, forms))))


def _endings(text: str) -> list[str]:
    """The text from each letter of Han, Kana or Hangul: 小明 is found in 王小明.

    A letter newer than Python's Unicode data does not count as one: the databases do not know it either.
    """
    run = "".join(_CJK_LETTERS.findall(text))[:ENDINGS_MAX]
    folded = ("".join(filter(str.isalnum, fold(run[start:])))[:WORD_LENGTH_MAX] for start in range(1, len(run)))
    return [ending for ending in folded if ending]


def _syllables(text: str) -> list[str]:
    """The letters of Han and Hangul as syllables, and all but the first: wang, xiao, ming and xiaoming for 王小明."""
    syllables = [part.lower() for part in _SYLLABLES.findall(anyascii("".join(_CJK_LETTERS.findall(text))))]
    given = "".join(syllables[1:])[:WORD_LENGTH_MAX]
    return [*syllables[:ENDINGS_MAX], given] if len(syllables) > 1 else []


def chunks(text: str) -> list[str]:
    """The parts of a text between white space; names in Han, Kana or Hangul are also found without their spaces."""
    parts = text.split()
    if len(parts) > 1 and not text.isascii() and len(text) <= CHUNK_LENGTH_MAX and _HAS_CJK.search(text):
        parts.append("".join(parts))
    return parts
