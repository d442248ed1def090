"""Bytes of a card as text."""

import re

# only charsets that map bytes to letters: Python's codecs also include escapes, surrogates and compression
_CHARSET = re.compile(
    r"(us-)?ascii|iso-?8859-\d+|latin-?\d+|(windows-?|cp)\d+|koi8-[rut]|shift[_-]jis|euc-(jp|kr)|gb\w+|big5"
    r"|macintosh|iso-2022-(jp|kr)",
    re.IGNORECASE | re.ASCII,
)
_TWO_BYTES = re.compile(r"shift|euc|gb|big5", re.IGNORECASE)
_LATIN_1 = re.compile(r"iso-?8859-1|latin-?1", re.IGNORECASE)


def decode(raw: bytes, charset: str) -> str:
    """Decodes bytes by the given charset, otherwise as UTF-8, windows-1252 or latin-1. Never raises.

    Text beyond ASCII that is valid UTF-8 is UTF-8, whatever charset is given: other text is so only by rare chance.
    latin-1 is decoded as windows-1252, which such text nearly always is: the same letters plus quotes and dashes.
    """
    if _CHARSET.fullmatch(charset) and not _is_utf_8(raw, charset):
        try:
            return raw.decode("cp1252" if _LATIN_1.fullmatch(charset) else charset)
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _is_utf_8(raw: bytes, charset: str) -> bool:
    if raw.isascii():
        return False
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    # a few characters of a charset with two bytes each may be valid UTF-8 by chance
    return not _TWO_BYTES.match(charset) or sum(char > "\x7f" for char in text) > 3
