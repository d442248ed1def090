"""Names of people: whole as written, split into parts, and composed from parts in the order of their script."""

import re
from collections import Counter
from functools import cache
from typing import Any

from msgspec import Struct

from coterie.model.ambiguous_names import names_in, names_of_suffix
from coterie.model.generations import SUFFIXES, without_brackets, without_phrase
from coterie.model.text import fold

SPLIT_LENGTH_MAX = 1_000
MAIDEN_NAME_LENGTH_MAX = 200
NAME_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
NAME_COLUMNS = (*NAME_PARTS, "formatted_name")

# Letters of Han, Kana, Hangul and Bopomofo, for a character class
CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uff9d"
    "\uffa0-\uffdc\U00020000-\U000323af"
)
# titles that nameparser does not know
_TITLES = ("h.c", "e.h", "habil", "mult", "dres", "pani", "doña", "shri", "abbé")
# after a word that nameparser shall read as a name: a character for private use
_MARK = "\ue000"
_CJK_LETTER = re.compile(f"[{CJK}]")
_OTHER_LETTER = re.compile(rf"[^\W\d_{CJK}]")
# text in quotation marks; single ones are apostrophes too, so they stand around whole words
_QUOTED = re.compile(r"""[“„«»]([^“”„«»]+)[“”«»]|"([^"]+)"|(?<!\S)['‘‚‹›]([^'‘’‚‹›]+)['‘’‹›](?!\S)""")
_IN_BRACKETS = re.compile(r"\([^()]+\)")
# an emoji with its modifiers and joiners: a skin tone, a variation selector, U+200D
_EMOJI = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
    "[\u200d\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)


def is_family_first(text: str) -> bool:
    """Whether the script of a name puts the family name first, without a space: all letters are Han, Kana or Hangul."""
    return not text.isascii() and _CJK_LETTER.search(text) is not None and _OTHER_LETTER.search(text) is None


def join_name(
    prefix: str | None, first: str | None, middle: str | None, last: str | None, suffix: str | None
) -> str | None:
    """The parts of a name as one text in the order of their script, or None if all are missing."""
    joined = " ".join(filter(None, (prefix, first, middle, last, suffix)))
    if not joined.isascii() and is_family_first(" ".join(filter(None, (first, middle, last)))):
        name = "".join(filter(None, (last, first, middle)))
        return " ".join(filter(None, (prefix, name, suffix)))
    return joined or None


def is_inverted(text: str, last: str | None) -> bool:
    """Whether a written name is inverted for a list, as in "Berg, Ole"."""
    return bool(last) and "," in text and text.partition(",")[0].rstrip().casefold() == (last or "").casefold()


def is_same_name(text: str, other: str) -> bool:
    """Whether two names have the same letters, whatever their order, spaces, punctuation, case and accents."""
    letters = _letters(text)
    return letters == _letters(other) if letters else text == other


def _letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, fold(text)))


def columns_of_name(text: str | None) -> dict[str, str | None]:
    """The columns of a whole name: its parts, and formatted_name if the parts alone do not give the text again.

    maiden_name is among them only if the text has one: "Anne Wold (geb. Falk)".
    """
    if not text:
        return dict.fromkeys(NAME_COLUMNS)
    split = split_name(text)
    parts, maiden_name = split.parts, split.maiden_name
    if split.nickname or len(maiden_name or "") > MAIDEN_NAME_LENGTH_MAX:
        parts, maiden_name = _unsplit(text), None
    written = formatted_name(text, join_name(*(parts[name] for name in NAME_PARTS)))
    return {**parts, "formatted_name": written, **({"maiden_name": maiden_name} if maiden_name else {})}


def formatted_name(text: str, composed: str | None) -> str | None:
    """The text of a whole name as it is stored: None if the name composed of its parts is the same."""
    return None if text == composed else text


class SplitName(Struct, frozen=True):
    """The five parts of a whole name (missing ones are None), its maiden name and its nickname."""

    parts: dict[str, str | None]
    maiden_name: str | None = None
    nickname: str | None = None


def split_name(text: str) -> SplitName:
    """Splits a name (nameparser). Every name is accepted: a text that nameparser cannot split, or longer than 1,000
    characters, is the first name.

    'Anne "Annie" Wold (geb. Falk)' has a nickname and a maiden name; other text in brackets belongs to the suffix.
    Emoji next to letters are in no part.
    """
    plain = " ".join(text.split())
    if len(plain) > SPLIT_LENGTH_MAX:  # nameparser takes quadratic time
        return SplitName(_unsplit(text))
    if not plain.isascii():
        plain = " ".join(_EMOJI.sub(" ", plain).split()) or plain
    return _split(plain)


def split_name_in_parts(text: str) -> dict[str, str | None]:
    """The five parts of a name, for a caller with no other fields: a name that has more is the first name."""
    split = split_name(text)
    return _unsplit(text) if split.maiden_name or split.nickname else split.parts


def _split(plain: str) -> SplitName:
    whole, in_brackets = without_brackets(plain)
    whole, generation = without_phrase(whole)
    nicknames = [next(filter(None, groups)).strip() for groups in _QUOTED.findall(whole)]
    unquoted = " ".join(_QUOTED.sub(" ", whole).split())
    parsed = _parse(unquoted)
    beside: list[str] = []
    if parsed.nickname and not parsed.maiden:
        # nameparser takes whatever is in brackets for a nickname, and the only name before it for a surname
        beside = _IN_BRACKETS.findall(unquoted)
        parsed = _parse(" ".join(_IN_BRACKETS.sub(" ", unquoted).split()))
    suffix = " ".join(filter(None, (parsed.suffix, generation, in_brackets, *beside)))
    parts = {
        "name_prefix": _text(parsed.title),
        "first_name": _text(parsed.first),
        "middle_name": _text(parsed.middle),
        "last_name": _text(parsed.last),
        "name_suffix": _text(suffix),
    }
    if not (parts["first_name"] or (parsed.maiden and parts["last_name"])):  # a title alone ("Dr") is a name
        return SplitName(_unsplit(plain))
    return SplitName(parts, _text(parsed.maiden), ", ".join(filter(None, nicknames)) or None)


def _text(part: str) -> str | None:
    return part.replace(_MARK, "") or None


def _parse(name: str) -> Any:
    """A name as nameparser reads it. A word that is a suffix and a surname too is the surname if there is no other.

    Words that are names have a mark, so that nameparser does not take them for titles or suffixes.
    """
    from nameparser import HumanName  # lazy: 25 ms, and a start parses no name

    words = name.replace(_MARK, "").split()
    constants = _constants()
    names = names_in(words, constants.titles)
    parsed = HumanName(_marked(words, names), constants=constants)
    if parsed.first and parsed.last:
        return parsed
    names |= names_of_suffix(words, parsed.suffix)
    return HumanName(_marked(words, names), constants=constants)


def _marked(words: list[str], names: set[int]) -> str:
    return " ".join([_mark(word) if index in names else word for index, word in enumerate(words)])


def _mark(word: str) -> str:
    name = word.rstrip(".,")
    return f"{name}{_MARK}{word[len(name) :]}"


@cache
def _constants() -> Any:
    from nameparser.config import Constants  # lazy: as above

    constants = Constants()
    constants.titles.add(*_TITLES)
    constants.suffix_not_acronyms.add(*SUFFIXES)
    return constants


def _unsplit(text: str) -> dict[str, str | None]:
    return dict.fromkeys(NAME_PARTS) | {"first_name": " ".join(text.split()) or None}
