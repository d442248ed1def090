"""Several values in one text: phone numbers and e-mail addresses as people write them into one field."""

import re

from coterie.model.phones import parse_phone

# between two numbers, from the most certain separator to those that may also divide one number
_BETWEEN_PHONES = (
    re.compile(r"\s*[\n\r;|]\s*|\s*:::\s*"),
    re.compile(r"\s+(?:or|oder|ou|und|and|et|y|o|e|of|en)\s+|\s+&\s+", re.IGNORECASE),
    re.compile(r"\s*,\s+"),
    re.compile(r"\s+/\s*|\s*/\s+"),
    re.compile(r"(?<=\d)\s+(?=[+＋])"),
    re.compile(r"\s*[,/]\s*"),
)
_DIGITS_MIN = 5
_NO_DIGIT = re.compile(r"\D+")
_PHONES_MAX = 20
_TEXT_LENGTH_MAX = 2000
# neither a space nor a character that wraps or separates addresses
_OF_ADDRESS = r"[^\s<>()\[\]{},;:|\"“”«»]"
# a run of them around an @. Tried only where a run begins: at each character it takes the square of the time
_ADDRESS = re.compile(rf"(?<!{_OF_ADDRESS}){_OF_ADDRESS}+@{_OF_ADDRESS}+")
_MAILTO = re.compile(r"\bmailto:", re.IGNORECASE)
_QUERY = re.compile(r"\?(?:subject|cc|bcc|body)=.*", re.IGNORECASE | re.DOTALL)
_AROUND = "'`´‘’./,;"
_CONNECTIVE = re.compile(r"(?<=\s)(?:or|oder|ou|und|and|et|y|o|e|of|en|&|\+)(?=\s)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]")


def split_phones(text: str, country: str | None) -> list[str]:
    """The phone numbers of a text that is not one number; [text] if it is one, or cannot be split into numbers.

    country is the ISO code in which numbers without a prefix are read.
    """
    if len(text) > _TEXT_LENGTH_MAX or parse_phone(text, country).national is not None:
        return [text]
    for separator in _BETWEEN_PHONES:
        parts = _with_area_code(text, [part for part in separator.split(text.strip()) if part], country)
        if 1 < len(parts) <= _PHONES_MAX and all(_is_phone(part, country) for part in parts):
            return parts
    return [text]


def _with_area_code(text: str, parts: list[str], country: str | None) -> list[str]:
    """The parts, the area code and the number after it in one: 04121 / 81234 / 81235 is two numbers."""
    if len(parts) < 3:
        return parts
    start = text.index(parts[0])
    first = text[start : text.index(parts[1], start + len(parts[0])) + len(parts[1])]
    return [first, *parts[2:]] if parse_phone(first, country).national is not None else parts


def _is_phone(text: str, country: str | None) -> bool:
    return len(_NO_DIGIT.sub("", text)) >= _DIGITS_MIN and parse_phone(text, country).national is not None


def split_emails(text: str) -> tuple[list[str], str]:
    """(the addresses in a text, the other text in it): 'Ann <ann@example.org>' gives ann@example.org and "Ann"."""
    plain = _QUERY.sub("", _MAILTO.sub("", text[:_TEXT_LENGTH_MAX]))
    # a slash may be part of an address, but not if there is an @ on both sides of it
    parts = [part for text in _ADDRESS.findall(plain) for part in (text.split("/") if text.count("@") > 1 else [text])]
    addresses = [address.strip(_AROUND) for address in parts]
    rest = _CONNECTIVE.sub(" ", _ADDRESS.sub(" ", plain))
    rest = " ".join(re.sub(r"[<>()\[\]{},;:|\"“”«»/]+", " ", rest).split()).strip(_AROUND + " ")
    return list(dict.fromkeys(filter(None, addresses))), rest if _WORD.search(rest) else ""
