"""Bytes of a card as text."""

import re

# only charsets that map bytes to letters: Python's codecs also include escapes, surrogates and compression
_CHARSET = re.compile(
    r"(us-)?ascii|iso-?8859-\d+|latin-?\d+|(windows-?|cp)\d+|koi8-[rut]|shift[_-]jis|euc-(jp|kr)|gb\w+|big5"
    r"|macintosh|iso-2022-(jp|kr)",
    re.IGNORECASE | re.ASCII,
)
_LATIN_1 = re.compile(r"iso-?8859-1|latin-?1", re.IGNORECASE)


def decode(raw: bytes, charset: str) -> str:
    """Decodes bytes by the given charset, otherwise as UTF-8, windows-1252 or latin-1. Never raises.

    latin-1 is decoded as windows-1252, which such text nearly always is: the same letters plus quotes and dashes.
    """
    if _CHARSET.fullmatch(charset):
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
