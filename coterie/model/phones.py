"""Telephone numbers: what is understood as one, and the form in which its spellings are equal."""

import re
import unicodedata
from functools import cache
from types import ModuleType
from typing import Any

from msgspec import Struct

from coterie.errors import invalid

LENGTH_MAX = 100
DIGITS_MIN, DIGITS_MAX = 3, 20

# A number may follow one word, as in "tel:", "Mobile: " or "p:"; it never follows a sentence or adjoins a word.
_LABEL = re.compile(r"[^\W\d_]{1,12}(?:[.:]\s*|\s+)(?=[+＋(\[*#\d])")
# Letters between two digits make a code, unless they introduce an extension.
_CODE = re.compile(r"\d(?!(?:x|extn?|int|anexo)\d)[^\W\d_]+\d", re.IGNORECASE)
# What a spreadsheet makes of a number it took for a quantity: 12125550147.0 or 1.21E+10
_QUANTITY = re.compile(r"\+?\d{6,}\.0+|\d[.,]\d+e\+?\d+", re.IGNORECASE)
# Between two numbers in one text. A slash or comma without a space may also divide one number.
_SEPARATOR = re.compile(r"[\n\r;|]|\s/|/\s|,\s|\s(?:or|oder|ou|und|and|et|y)\s", re.IGNORECASE)
_SECOND_PLUS = re.compile(r"\d[^\d+＋]*[+＋]")
SECOND_NUMBER_DIGITS_MIN = 5
# Letters may spell a number, as in 1-800-GO-FEDEX, but two words in a row are an address or a sentence.
_SENTENCE = re.compile(r"[^\W\d_]{2,}\s+(?!ext|int|anexo)[^\W\d_]{2,}", re.IGNORECASE)
_PLAIN = re.compile(r"[+(]?[\d ().-]+", re.ASCII)
_NO_DIGIT = re.compile(r"\D+")
_START = re.compile(r"[+＋(\[*#\d]")
_BARE = re.compile(r"[\d\s()\[\]./*#+＋,-]+")
# A remark at the end, as in "555-123-4567 (home)", would be read as vanity letters.
_REMARK = re.compile(r"(?P<number>(?:\D*\d){7,}\D*?)\s*\([^()\d]*\)")


class Phone(Struct, frozen=True):
    """A number taken apart.

    e164: +18005555555, or None where its country is not known or its length is not possible there.
    extension: its digits.
    national: the digits without the country code; all digits where e164 is None; None for no phone number.
    """

    e164: str | None
    extension: str | None
    national: str | None


@cache
def _library() -> ModuleType:
    # Importing phonenumbers takes 35 ms, and a start without any number to read should not pay for it.
    import phonenumbers

    return phonenumbers


def normalize_phone(text: str, country: str | None, field: str) -> str:
    """The matching form: E.164 where the number is possible in its region, else its digits; the extension
    follows as in RFC 3966: ;ext=123.

    country is the ISO 3166-1 alpha-2 code in which a number without a prefix is read. Vanity letters are
    digits. Refused: NUL characters, more than 100 characters, fewer than 3 or more than 20 digits, and what
    is no phone number.
    """
    if "\0" in text:
        raise invalid(field, "must not hold NUL characters")
    if len(text) > LENGTH_MAX:
        raise invalid(field, f"is longer than {LENGTH_MAX} characters", kind="too_long")
    phone = parse_phone(text, country)
    if phone.national is None:
        raise invalid(field, "is not a phone number")
    number = phone.e164 or phone.national
    digits = len(number) - number.startswith("+")
    if not DIGITS_MIN <= digits <= DIGITS_MAX:
        raise invalid(field, f"is not a phone number ({DIGITS_MIN} to {DIGITS_MAX} digits)")
    return f"{number};ext={phone.extension}" if phone.extension else number


def parse_phone(text: str, country: str | None) -> Phone:
    """The number in a text, read in a country (ISO 3166-1 alpha-2) where it has no prefix of its own.

    Nothing is refused: what is no phone number has every part None. An unknown country counts as none.
    """
    plain = visible(text)
    if plain[:1].isalpha() and (label := _LABEL.match(plain)):
        plain = plain[label.end() :]
    if len(plain) > LENGTH_MAX or not _START.match(plain):
        return Phone(None, None, None)
    if plain.endswith(")") and (remark := _REMARK.fullmatch(plain)):
        plain = remark["number"]
    if _PLAIN.fullmatch(plain) and (quick := _read_plain(plain, country)):
        return quick
    if _SENTENCE.search(plain) or _CODE.search(plain) or _QUANTITY.fullmatch(plain) or _are_several(plain, country):
        return Phone(None, None, None)
    library = _library()
    if country or plain[0] in "+＋":
        number = _read(plain, country.upper() if country else None)
        # a number that is only possible within its area has no E.164 form
        if number and library.is_possible_number_with_reason(number) == library.ValidationResult.IS_POSSIBLE:
            e164 = library.format_number(number, library.PhoneNumberFormat.E164)
            return Phone(e164, number.extension, library.national_significant_number(number))
    number = _read(plain.lstrip("+＋"), None)
    if number is None:
        # too short or too long for any country's plan, but nothing else than a number
        digits = library.normalize_digits_only(plain) if _BARE.fullmatch(plain) else ""
        return Phone(None, None, digits or None)
    return Phone(None, number.extension, library.national_significant_number(number))


class _Visible(dict[int, str | None]):
    """A translation table: invisible characters go, dashes, dots and spaces become those of ASCII."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F:
            self[code] = None
        elif category == "Pd" or char == "−":
            self[code] = "-"
        elif char in "·•∙⋅・․":
            self[code] = "."
        elif category in ("Zs", "So"):
            self[code] = " "
        else:
            self[code] = char
        return self[code]


_VISIBLE = _Visible()


def visible(text: str) -> str:
    """A text as a reader sees it, stripped: without direction marks and other invisible characters, symbols (☎) as
    spaces, and with the dashes, dots and spaces of ASCII."""
    return (text if text.isascii() else text.translate(_VISIBLE)).strip()


def _are_several(plain: str, country: str | None) -> bool:
    """Whether a text holds two numbers or more."""
    digits = [len(_NO_DIGIT.sub("", part)) for part in _SEPARATOR.split(plain)]
    if sum(count >= SECOND_NUMBER_DIGITS_MIN for count in digits) > 1:
        return True
    if (second := _SECOND_PLUS.search(plain)) and len(_NO_DIGIT.sub("", plain[: second.end()])) >= DIGITS_MIN:
        return True
    parts = re.split("[/,]", plain)
    return (
        len(parts) > 1
        and country is not None
        and not _is_possible(plain, country)
        and (all(_is_possible(part, country) for part in parts))
    )


def _is_possible(text: str, country: str) -> bool:
    library = _library()
    number = _read(text, country.upper())
    return number is not None and library.is_possible_number(number)


def _read_plain(plain: str, country: str | None) -> Phone | None:
    """A number of digits and punctuation alone, read by the library's own tables without its many patterns.

    None leaves it to the library: wherever a prefix (international, national, the country code without +) might
    be cut off, or the length is not possible in the country.
    """
    digits = _NO_DIGIT.sub("", plain)
    if plain[0] == "+":
        code = next((code for code in (digits[:1], digits[:2], digits[:3]) if code in _country_codes()), None)
        rules = _rules(_country_codes()[code]) if code else None
        national = digits[len(code or "") :]
    else:
        rules = _rules(country.upper()) if country else None
        code, national = rules.code if rules else None, digits
        if rules and (digits.startswith(rules.code) or rules.abroad.match(digits)):
            return None
    if rules is None or code is None or len(national) not in rules.lengths or rules.trunk.match(national):
        return None
    return Phone(f"+{code}{national}", None, national)


class _Rules(Struct, frozen=True):
    """What the library's table says of a country: its code, possible lengths, prefixes for abroad and for inside."""

    code: str
    lengths: frozenset[int]
    abroad: re.Pattern[str]
    trunk: re.Pattern[str]


@cache
def _country_codes() -> dict[str, str]:
    """Country code -> the region whose rules its numbers are read by."""
    return {str(code): regions[0] for code, regions in _library().COUNTRY_CODE_TO_REGION_CODE.items()}


@cache
def _rules(region: str) -> _Rules | None:
    library = _library()
    found = library.PhoneMetadata.metadata_for_region(region, None) if region != "001" else None
    if found is None:
        return None
    # whether a length is possible is asked of the country code's first region, whatever region it is read in
    first = library.PhoneMetadata.metadata_for_region(_country_codes()[str(found.country_code)], None)
    # a pattern that matches nothing where there is no such prefix
    return _Rules(
        str(found.country_code),
        frozenset(length for length in first.general_desc.possible_length if length > 0),
        re.compile(found.international_prefix or "(?!)"),
        re.compile(found.national_prefix_for_parsing or "(?!)"),
    )


def _read(text: str, country: str | None) -> Any:
    library = _library()
    try:
        # the private argument lets a number of no country through; the library does so to compare two numbers
        return library.parse(text, country, _check_region=country is not None)
    except library.NumberParseException:
        return None
