"""Finds the encoding of a text file from before Unicode that does not declare it.

The names of the columns decide if one encoding makes more of them known than Windows-1252 does. Otherwise the letters
decide, and only if they are odd in Windows-1252: every guess that is not sure stays Windows-1252.
"""

import re
from collections.abc import Callable, Sequence
from unicodedata import category, decomposition

WESTERN = "cp1252"
_ENCODINGS = (
    WESTERN, "cp1250", "iso8859-2", "cp1251", "koi8-u", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949",
    "mac_roman",
)  # fmt: skip
_LINE_LENGTH_MAX = 16 * 1024
_CELL = re.compile(r'[^,;\t|"]+')

_RUN = re.compile(rb"[\x80-\xff]+")
# two bytes of the characters that texts in an encoding mostly consist of
_PAIRS = {
    "cp932": re.compile(rb"(?:\x81[\x40-\xac]|[\x82\x83][\x40-\xf1]|[\x88-\x97][\x40-\xfc])"),
    "cp949": re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"),
    "gb18030": re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]"),
    "big5": re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),
}
_PAIR_COUNT_MIN = 4
_LONG_RUN = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")
# ά, έ, ή or ί after a small letter in Windows-1253, where Windows-1251 has capital letters
_GREEK = re.compile(rb"[\xe0-\xff][\xdc-\xdf]")
_SMALL_IN_1251 = re.compile(rb"[\xc0-\xff][\xe0-\xff]")
_SMALL_IN_KOI8 = re.compile(rb"[\xc0-\xff][\xc0-\xdf]")

# what Polish, Czech and Turkish letters look like in Windows-1252, where no language writes them so
_POLISH = re.compile(r"(?<=[a-zA-ZóÓ])[³¹¿Ÿ±¶¼](?=[a-zA-Zóêæñœ])|[£¦](?=[a-zó])")
_CZECH = re.compile(r"[øìùò][a-zž]{0,3}[áíý]|[áíý][a-zž]{0,3}[øìùò]|(?<=[bdmnptv])ì(?=[a-z])")
_TURKISH = re.compile(r"(?<=[a-zýð])þ|(?<=[a-z])ð(?=[aýiou])|(?<=[a-zþ])ý(?=[a-zþ])")
_ICELANDIC = re.compile(r"\b[þÞ]|ð\b")
_ODD_COUNT_MIN = 2
_IN_LATIN_WORD = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])")


def find_legacy_encoding(head: bytes, is_known_header: Callable[[str], bool]) -> str:
    """The encoding of a table, or "cp1252", by its beginning. head is not UTF-8 or UTF-16."""
    line = re.split(rb"[\r\n]", head.lstrip(b"\r\n"), maxsplit=1)[0][:_LINE_LENGTH_MAX]
    if not line.isascii():
        counts = {encoding: _known_count(line, encoding, is_known_header) for encoding in _ENCODINGS}
        best = [encoding for encoding in _ENCODINGS if counts[encoding] == max(counts.values())]
        if WESTERN not in best:
            return _with_most_letters(head, best)
    script = _encoding_of_scripts(head)
    if _is_mac_roman(head, script):
        return "mac_roman"
    return script or _encoding_of_letters(head) or WESTERN


def _known_count(line: bytes, encoding: str, is_known_header: Callable[[str], bool]) -> int:
    """How many columns with letters beyond ASCII are known if the line is read in the encoding."""
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return 0
    return sum(not cell.isascii() and is_known_header(cell) for cell in _CELL.findall(text))


def _is_mac_roman(head: bytes, script: str | None) -> bool:
    """Excel's "CSV (Macintosh)": lines end with CR, and no encoding of Windows makes more plausible letters.

    script: the encoding of another script that the text may be in. Letters of it do not stand in Latin words.
    """
    if b"\r" not in head or b"\n" in head:
        return False
    if script is not None:
        text = head.decode(script, "replace")
        if 2 * len(_IN_LATIN_WORD.findall(text)) < sum(not char.isascii() for char in text):
            return False
    mac, *windows = (_plausible_count(head.decode(name, "replace")) for name in ("mac_roman", WESTERN, "cp1250"))
    return mac >= max(windows)


def _plausible_count(text: str) -> int:
    """How many characters beyond ASCII are letters, without ligatures and capital letters after small ones."""
    pairs = [(before, char) for before, char in zip(" " + text, text, strict=False) if not char.isascii()]
    return sum(
        (category(char) in ("Ll", "Lo") or (char.isupper() and not before.islower()))
        and not decomposition(char).startswith("<")
        for before, char in pairs
    )


def _encoding_of_scripts(head: bytes) -> str | None:
    """Cyrillic, Greek, Chinese, Japanese or Korean text: nearly all bytes beyond ASCII are letters of one script."""
    total = sum(map(len, _RUN.findall(head)))
    letters = b" ".join(_LONG_RUN.findall(head))
    if total and len(letters.replace(b" ", b"")) >= 0.8 * total:
        if len(_GREEK.findall(letters)) * 20 > len(letters):
            return "cp1253"
        is_koi8 = len(_SMALL_IN_KOI8.findall(letters)) > 2 * len(_SMALL_IN_1251.findall(letters))
        return "koi8-u" if is_koi8 and letters[:1] >= b"\xe0" else "cp1251"
    for encoding, pair in _PAIRS.items():
        pairs = pair.findall(head)
        covered = sum(sum(byte > 0x7F for byte in found) for found in pairs)
        if len(pairs) >= _PAIR_COUNT_MIN and covered >= 0.9 * total:
            return encoding
    return None


def _encoding_of_letters(head: bytes) -> str | None:
    """Central European or Turkish text, by letters that are odd where they stand in Windows-1252."""
    text = head.decode(WESTERN, "replace")
    if any(len(pattern.findall(text)) >= _ODD_COUNT_MIN for pattern in (_POLISH, _CZECH)):
        return _with_most_letters(head, ["cp1250", "iso8859-2"])
    turkish = len(_TURKISH.findall(text))
    return "cp1254" if turkish >= _ODD_COUNT_MIN and turkish > 2 * len(_ICELANDIC.findall(text)) else None


def _with_most_letters(head: bytes, encodings: Sequence[str]) -> str:
    """The encoding that makes letters of most bytes; the first of equal ones."""
    return max(encodings, key=lambda encoding: sum(map(str.isalpha, head.decode(encoding, "replace"))))
