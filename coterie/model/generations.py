"""Words after a name that tell namesakes of one family apart: Junior, Senior, II, in several languages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Literal

NamePart = Literal["given", "surname", "whole"]
# what a generation is called -> the words for it, in Latin letters and lower case, without periods
_WORDS = {
    "jr": "jr junior jun jnr filho fils hijo ml mladsi mladshiy mlajsi mladi nuorempi yngri yngre jungere juengere"
    " younger",
    "sr": "sr senior sen snr st pere padre starsi starshiy starejsi stariji vanhempi eldri eldre altere aeltere elder",
    "ii": "ii 2nd second",
    "iii": "iii 3rd third",
    "iv": "iv 4th fourth",
    "v": "v 5th fifth",
    "neto": "neto",
    "sobrinho": "sobrinho",
}
GENERATIONS: Mapping[str, str] = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
# abbreviations of two words, without a space and the last period
PAIRS: Mapping[str, str] = {"dj": "jr", "da": "sr", "dae": "sr"}
# Hungarian writes them before the name
BEFORE: Mapping[str, str] = {"ifj": "jr", "ifjabb": "jr", "id": "sr", "idosebb": "sr"}
# those that are never names, never given names, and never surnames after another one
_NO_NAMES = frozenset(("jr", "jnr", "sr", "snr", "ii", "2nd", "iii", "3rd", "iv", "4th"))
_AFTER_GIVEN = _NO_NAMES | {"junior", "senior"}
_AFTER_SURNAME = _AFTER_GIVEN | {"filho", "neto", "sobrinho", "fils", "hijo"}
# generations if they are written "jun.", or "Berg jun"; else names, as in "Min Jun Kim" and "Raj Gupta Sen"
ALSO_NAMES = frozenset(("jun", "sen"))
# generations of one word only, which is a surname too
SURNAMES_TOO = frozenset(("neto", "sobrinho"))
# suffixes that nameparser does not know; some are surnames too, of people who have no other
SUFFIXES = frozenset(
    ("senior", "sénior", "filho", "neto", "sobrinho", "fils", "père", "pere", "hijo", "padre", "2nd", "3rd", "4th",
     "5th")
)  # fmt: skip
# "Ana Alves (Junior)", "Jan Novák [ml.]"
_BRACKETS = re.compile(r"[(\[]\s*([^\W\d_]+\.?|\d(?:nd|rd|th))\s*[)\]]$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,()]+")
_HYPHENS = re.compile("[-\u00b7\u2010-\u2015\u30fb]")
# Jun and Sen without a period are names
_PHRASE = re.compile(
    r"(?<=[^\s,])[\s,]+((?:jun|sen|ml|st)\.|d\.\s?[jä]\.|d\.\s?ae\."
    r"|(?:der|die) (?:jünger|juenger|älter|aelter)e|den (?:yngre|eldre)"
    r"|the (?:younger|elder|second|third|fourth|fifth))$",
    re.IGNORECASE,
)


def without_phrase(name: str) -> tuple[str, str]:
    """(a name without a generation of several words or a short one, that generation or "").

    "Hans Berg d. J." gives Hans Berg and d. J., "Hans Berg jun." gives Hans Berg and jun.
    """
    match = _PHRASE.search(name)
    return (name[: match.start()], match[1]) if match else (name, "")


def without_brackets(name: str) -> tuple[str, str]:
    """(a name without a generation in brackets, that generation or ""): "Bart Simpson (Senior)" has Senior."""
    match = _BRACKETS.search(name)
    if match is None or not _is_suffix(match[1]):
        return name, ""
    return name[: match.start()].rstrip().rstrip(",").rstrip(), match[1]


def _is_suffix(word: str) -> bool:
    plain = word.rstrip(".").lower()
    return plain in GENERATIONS or plain in SUFFIXES


def word_of_generation(generation: str, names: Iterable[str]) -> str:
    """The first of these names, in Latin letters and lower case, that also means this generation; "" if none does.

    "Ana Neto" may be "Ana Costa Neto": Neto is her surname, and not her generation.
    """
    return next((name for name in names if generation and GENERATIONS.get(name) == generation), "")


def generation_of(words: Sequence[str], *, before: Sequence[str] = ()) -> str:
    """The generation that a name suffix names: jr, sr, ii to v, neto, sobrinho; or "".

    words: of the suffix, in Latin letters and lower case; before: those of the prefix.
    """
    pairs = map("".join, pairwise(words))
    named = (PAIRS.get(pair) for pair in pairs), (GENERATIONS.get(word) for word in words), map(BEFORE.get, before)
    return next(filter(None, chain(*named)), "")


def generation_at_end(text: str, words: Sequence[str], part: NamePart) -> str:
    """The generation that the last word of a name certainly is: jr, sr, ii, …; "" if the word may be a name.

    text: the name or a part of it, as written; words: its words in Latin letters and lower case. What follows a hyphen,
    as in "Min-Jun", is a name; and the last of two words, as in "Olivia Senior", may be the surname.
    """
    if len(words) < 2:
        return ""
    written, last = [*filter(None, _SEPARATORS.split(text))][-1], words[-1]
    if _HYPHENS.search(written) or written == "Iv":  # a Khmer name; the fourth is IV
        return ""
    has_surname = part == "surname" or (part == "whole" and len(words) > 2)
    if last in ALSO_NAMES:
        is_suffix = written.endswith(".") or (has_surname and written.islower() and not text.islower())
    elif has_surname:
        is_suffix = last in _AFTER_SURNAME
    else:
        is_suffix = last in (_AFTER_GIVEN if part == "given" else _NO_NAMES)
    return GENERATIONS[last] if is_suffix else ""
