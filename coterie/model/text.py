"""Folding: one form of a text for matching, sorting and search, whatever its case, accents or script form.

NFKD decomposes letters, marks are dropped, letters that do not decompose (ł, ø, ß, ı, æ …) are spelled out, and the
rest is case-folded. It is done in Python so that both engines see the same folded text.

Guarantees. All of it takes time linear in the length of the text. unicodedata.normalize() does not: it sorts each run
of combining marks by insertion, and 100,000 marks in a row take a minute.
"""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th",
        "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ß": "ss", "ẞ": "ss", "ı": "i", "İ": "i", "ħ": "h", "Ħ": "h",
        "ŧ": "t", "Ŧ": "t", "ŋ": "ng", "Ŋ": "ng", "ĸ": "k", "ſ": "s", "’": "'", "ʼ": "'", "ʻ": "'",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile(r"['’ʼʻ`´]")
# more marks on one letter than any language uses (UAX 15, Stream-Safe Text Format)
MARKS_MAX = 30
_FOLDED_MAX = 65_536
# controls, formats and separators; a character that Python does not know yet may be an emoji
_UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


class _FoldedCharacters(dict[int, str]):
    """Code point -> its folded form. Marks are dropped, so the folded form of a text is that of its characters."""

    def __missing__(self, code_point: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code_point).translate(_LETTERS))
        letters = "".join(char for char in decomposed if not unicodedata.combining(char))
        folded = letters.casefold().translate(_LETTERS)
        if len(self) < _FOLDED_MAX:  # a text of every character there is must not stay in memory
            self[code_point] = folded
        return folded


_FOLDED = _FoldedCharacters()


def visible(text: str | None) -> str:
    """The text stripped; "" if no character of it can be seen, as of a space without width or a mark of direction."""
    stripped = (text or "").strip()
    return stripped if any(unicodedata.category(char) not in _UNSEEN for char in stripped) else ""


def fold(text: str) -> str:
    """The text without case and accents, spaces collapsed: "Ünal  ŁUKASZ" becomes "unal lukasz"."""
    folded = text.lower() if text.isascii() else text.translate(_FOLDED)
    return " ".join(folded.split())


def identity_key(text: str) -> str:
    """The form in which two texts are the same to people who read them, spaces collapsed.

    Case, width, Latin and Greek accents, and the vowel points of Hebrew and Arabic do not matter. All other marks do:
    in Japanese, Thai, Hindi or Russian they make another letter (か and が, и and й), though search folds them.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    found: list[str] = []
    drops_marks = False
    for char in unicodedata.normalize("NFKC", stream_safe(text)):
        if unicodedata.combining(char):
            if not (drops_marks or _is_point(char)):
                found.append(char)
            continue
        drops_marks = _drops_marks(char)
        found.append(_FOLDED[ord(char)] if drops_marks else char.casefold())
    return unicodedata.normalize("NFC", " ".join("".join(found).split()))


def _drops_marks(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "GREEK"))


def _is_point(char: str) -> bool:
    return "\u0591" <= char <= "\u05c7" or "\u064b" <= char <= "\u065f" or char == "\u0670"


def stream_safe(text: str) -> str:
    """The text with each run of combining marks cut after 30, to be called before unicodedata.normalize()."""
    if text.isascii() or len(text) <= MARKS_MAX:  # most names, which need no look at each character
        return text
    safe, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(unicodedata.normalize("NFKD", char)[0]) else 0
        if run <= MARKS_MAX:
            safe.append(char)
    return "".join(safe)


def words(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits. An apostrophe joins (O'Brien becomes obrien)."""
    if text.isascii():  # the same result in half the time: words contain no white space
        return _WORD.findall(text.lower().replace("'", "").replace("`", ""))
    return _WORD.findall(APOSTROPHES.sub("", fold(text)))


def sort_key(text: str | None, length: int = 80) -> str:
    """The text by which a value is sorted: folded, at most length characters; "" for None."""
    # folding mostly keeps the length: four times as much is enough, and a note may have 100,000 characters
    return fold(text.lstrip()[: 4 * length])[:length] if text else ""
