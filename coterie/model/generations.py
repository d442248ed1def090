"""Words after a name that tell namesakes of one family apart: Junior, Senior, II, in several languages."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

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
# those that are no surnames after another one
AFTER_SURNAME = frozenset(
    ("jr", "junior", "jun", "jnr", "sr", "senior", "sen", "snr", "ii", "2nd", "iii", "3rd", "iv", "4th", "filho",
     "neto", "sobrinho", "fils", "hijo")
)  # fmt: skip
# suffixes that nameparser does not know; some are surnames too, of people who have no other
SUFFIXES = frozenset(
    ("senior", "sénior", "filho", "neto", "sobrinho", "fils", "père", "pere", "hijo", "padre", "2nd", "3rd", "4th",
     "5th")
)  # fmt: skip
# "Ana Alves (Junior)", "Jan Novák [ml.]"
_BRACKETS = re.compile(r"[\s,]*[(\[]\s*([^\W\d_]+\.?|\d(?:nd|rd|th))\s*[)\]]$", re.IGNORECASE)
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


def without_brackets(name: str) -> str:
    """A name without the brackets around a generation: "Bart Simpson (Senior)" gives Bart Simpson Senior."""
    match = _BRACKETS.search(name)
    if match is None or not _is_suffix(match[1]):
        return name
    return f"{name[: match.start()]} {match[1]}"


def _is_suffix(word: str) -> bool:
    plain = word.rstrip(".").lower()
    return plain in GENERATIONS or plain in SUFFIXES


def generation_of(words: Sequence[str], *, before: Sequence[str] = ()) -> str:
    """The generation that a name suffix names: jr, sr, ii to v, neto, sobrinho; or "".

    words: of the suffix, in Latin letters and lower case; before: those of the prefix.
    """
    pairs = map("".join, pairwise(words))
    named = (PAIRS.get(pair) for pair in pairs), (GENERATIONS.get(word) for word in words), map(BEFORE.get, before)
    return next(filter(None, chain(*named)), "")


def split_surname(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """(the words of a surname without a generation after them, that generation or "")."""
    if len(words) > 1 and words[-1] in AFTER_SURNAME:
        return words[:-1], GENERATIONS[words[-1]]
    return words, ""
