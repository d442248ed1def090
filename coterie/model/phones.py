"""Phone numbers: parsing, and the normalized form in which two spellings of one number are equal."""

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
# Words before an extension that the library knows; it knows x as well.
_LIBRARY_WORDS = "e?xtn?|int|anexo|доб"
# Letters between two digits make a code, unless they introduce an extension.
_CODE = re.compile(rf"\d(?!(?:x|{_LIBRARY_WORDS})\d)[^\W\d_]+\d", re.IGNORECASE)
# Words before an extension that the library does not know.
_EXTENSION_WORDS = (
    "durchwahl|dwl?|klappe|kl|nebenstelle|nst|poste|post|interno|interne?|interní|linka|klapka|wewn[a-zę]{0,8}|wew|"
    "toestel|tst|ramal|extensi[eoó]n?|extensão|anknytning|anslutning|ankn|lokal|dahili|mellék|внутр[а-яі]{0,8}|вн|"
    "内線|內線|内线|分机|分機|내선"
)
_EXTENSION = re.compile(rf"(?<=[\d)])[\s,;/(-]*(?:{_EXTENSION_WORDS})[\s.:#-]*(\d{{1,7}})\)?$", re.IGNORECASE)
# A word of some other language before an extension: not letters that spell a number.
_UNKNOWN_EXTENSION = re.compile(rf"[\s.,;/(-](?!{_LIBRARY_WORDS})[^\W\d_]{{2,}}[\s.:]+\d+\)?$", re.IGNORECASE)
# the longest number of E.164
_VANITY_DIGITS_MAX = 15
# A number that a spreadsheet has stored as a quantity: 12125550147.0 or 1.21E+10
_QUANTITY = re.compile(r"^(?:\+?\d{6,}\.0+|\d[.,]\d+e\+?\d+)$", re.IGNORECASE)
# Separates two numbers in one text. A slash or comma without a space may also be part of one number.
_SEPARATOR = re.compile(r"[\n\r;|]|\s/|/\s|,\s|\s(?:or|oder|ou|und|and|et|y)\s", re.IGNORECASE)
# The start of a number with its prefix, or with the code of another area.
_NEW_START = re.compile(r"[\s(]*(?:[+＋]|0)")
# The longest area code with its 0.
_AREA_CODE_DIGITS_MAX = 6
_SECOND_PLUS = re.compile(r"\d[^\d+＋]*[+＋]")
SECOND_NUMBER_DIGITS_MIN = 5
# Letters may spell a number, as in 1-800-GO-FEDEX, but two words in a row are an address or a sentence.
_SENTENCE = re.compile(rf"[^\W\d_]{{2,}}\s+(?!{_LIBRARY_WORDS})[^\W\d_]{{2,}}", re.IGNORECASE)
_NO_NUMBER = (_SENTENCE, _CODE, _QUANTITY, _UNKNOWN_EXTENSION)
_PLAIN = re.compile(r"[+(]?[\d ().-]+", re.ASCII)
# Signs that texts and tables put around a number; `visible` leaves them, because other texts mean something by them.
_AROUND = " \"'`´“”„‟‘’‚‛«»‹›<>{}_~="
_NO_DIGIT = re.compile(r"\D+")
_START = re.compile(r"[+＋(\[*#\d]")
_BARE = re.compile(r"[\d\s()\[\]./*#+＋,-]+")
# A remark at the end, as in "555-123-4567 (home)", would be read as vanity letters.
_REMARK = re.compile(r"(?P<number>(?:\D*\d){7,}\D*?)\s*\([^()\d]*\)")


class Phone(Struct, frozen=True):
    """A parsed number.

    e164: such as +18005555555; None if the country is unknown or the length is not possible there.
    extension: its digits.
    national: the digits without the country code; all digits if e164 is None; None if the text is not a phone number.
    """

    e164: str | None
    extension: str | None
    national: str | None


@cache
def _library() -> ModuleType:
    # lazy: importing phonenumbers takes 35 ms, which a start without numbers need not pay
    import phonenumbers

    return phonenumbers


def load_library() -> None:
    """Loads the tables of numbers now: the first number may be in a transaction that other writers wait for."""
    _library()


def normalize_phone(text: str, country: str | None, field: str) -> str:
    """The form for matching: E.164 if the number is possible in its region, else its digits; then the extension as in
    RFC 3966: ;ext=123.

    country: ISO 3166-1 alpha-2, for numbers without a prefix. Vanity letters become digits. Raises Invalid if the text
    contains a NUL character, is longer than 100 characters or not a phone number, or has fewer than 3 or more than 20
    digits.
    """
    if "\0" in text:
        raise invalid(field, "contains a NUL character")
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
    """Parses a number; without a prefix it is a number of the country (ISO 3166-1 alpha-2).

    Raises nothing: if the text is not a phone number, all parts are None. An unknown country counts as None.
    """
    plain = visible(text).strip(_AROUND)
    if plain[:1].isalpha() and (label := _LABEL.match(plain)):
        plain = plain[label.end() :]
    if len(plain) > LENGTH_MAX or not _START.match(plain):
        return Phone(None, None, None)
    if plain.endswith(")") and (remark := _REMARK.fullmatch(plain)):
        plain = remark["number"]
    if _PLAIN.fullmatch(plain) and (quick := _read_plain(plain, country)):
        return quick
    if extension := _EXTENSION.search(plain):
        plain = f"{plain[: extension.start()]} ext. {extension[1]}"
    if any(pattern.search(plain) for pattern in _NO_NUMBER) or _are_several(plain, country):
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
        # too short or too long for every country, but only digits and punctuation
        digits = library.normalize_digits_only(plain) if _BARE.fullmatch(plain) else ""
        return Phone(None, None, digits or None)
    national = library.national_significant_number(number)
    if len(national) > _VANITY_DIGITS_MAX and not _BARE.fullmatch(plain):
        return Phone(None, None, None)
    return Phone(None, number.extension, national)


_VISIBLE_MAX = 4_096


class _Visible(dict[int, str | None]):
    """A translation table that drops invisible characters and makes dashes, dots and spaces ASCII."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        visible: str | None = char
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F:
            visible = None
        elif category == "Pd" or char == "−":
            visible = "-"
        elif char in "·•∙⋅・․":
            visible = "."
        elif category in ("Zs", "So"):
            visible = " "
        if len(self) < _VISIBLE_MAX:  # a text of every character must not stay in memory
            self[code] = visible
        return visible


_VISIBLE = _Visible()


def visible(text: str) -> str:
    """The visible text, stripped: without direction marks and other invisible characters, symbols (☎) replaced by
    spaces, and dashes, dots and spaces by those of ASCII."""
    return (text if text.isascii() else text.translate(_VISIBLE)).strip()


def _are_several(plain: str, country: str | None) -> bool:
    """Whether a text contains two numbers or more."""
    if _begins_with_area_code(plain, country):
        return False
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


def _begins_with_area_code(plain: str, country: str | None) -> bool:
    """Whether a slash stands between an area code and the number in that area: 02642 / 12345, +43 (0)316 / 82 55-12.

    An area code is no number by itself, but one with what follows. Without a country it is told by its 0.
    """
    area, _, rest = plain.partition("/")
    if plain.count("/") != 1 or len(_SEPARATOR.split(plain)) != 2 or _NEW_START.match(rest):
        return False
    if country or plain[0] in "+＋":
        return _is_valid(plain, country) and not _is_valid(area, country)
    digits = _NO_DIGIT.sub("", area)
    return digits[:1] == "0" and digits[:2] != "00" and len(digits) <= _AREA_CODE_DIGITS_MAX


def _is_valid(text: str, country: str | None) -> bool:
    number = _read(text, country.upper() if country else None)
    return number is not None and bool(_library().is_valid_number(number))


def _is_possible(text: str, country: str) -> bool:
    library = _library()
    number = _read(text, country.upper())
    return number is not None and library.is_possible_number(number)


def _read_plain(plain: str, country: str | None) -> Phone | None:
    """Parses a number of digits and punctuation by the library's tables, without its many patterns.

    None leaves the number to the library: it may have a prefix (international, national, or the country code without
    +), or its length is not possible in the country.
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
    """The library's data of a country: its code, possible lengths, international and national prefixes."""

    code: str
    lengths: frozenset[int]
    abroad: re.Pattern[str]
    trunk: re.Pattern[str]


@cache
def _country_codes() -> dict[str, str]:
    """country code -> the region whose rules its numbers follow."""
    return {str(code): regions[0] for code, regions in _library().COUNTRY_CODE_TO_REGION_CODE.items()}


@cache
def _rules(region: str) -> _Rules | None:
    library = _library()
    metadata = library.PhoneMetadata.metadata_for_region(region, None) if region != "001" else None
    if metadata is None:
        return None
    # the first region of the country code decides whether a length is possible
    first = library.PhoneMetadata.metadata_for_region(_country_codes()[str(metadata.country_code)], None)
    # (?!) matches nothing, for a country without such a prefix
    return _Rules(
        str(metadata.country_code),
        frozenset(length for length in first.general_desc.possible_length if length > 0),
        re.compile(metadata.international_prefix or "(?!)"),
        re.compile(metadata.national_prefix_for_parsing or "(?!)"),
    )


def _read(text: str, country: str | None) -> Any:
    library = _library()
    try:
        # the private argument allows numbers of no country; the library itself uses it to compare two numbers
        return library.parse(text, country, _check_region=country is not None)
    except library.NumberParseException:
        return None
