"""Parses dates as people and programs write them into the forms of model.times: YYYY-MM-DD or --MM-DD."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice

from coterie.errors import Invalid
from coterie.model.month_names import FILLER_WORDS, MONTH_OF
from coterie.model.text import fold
from coterie.model.times import parse_date

_LENGTH_MAX = 100
# if this many dates are ambiguous, so are the rest
_SAMPLE_COUNT = 1000
_NUMBERS = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})(?:\s*([/.-])\s*(\d{4}|\d{2}))?\.?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEARLESS = re.compile(r"--(\d{1,2})-?(\d{1,2})")
_TIME = re.compile(
    r"[ t,]+\d{1,2}(?::\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|[+-]\d{2}:?\d{2})?|\s*[ap]\.?m\.?|\s*uhr)$"
)
_ZEROS = re.compile(r"[0/.\-\s:]+")
# 1980年5月12日, 5월 12일
_EAST_ASIAN = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日號号일]?")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")

# Outlook's last day, which means "no date", as zeros do
_NONE = ("1/1/4501", "01/01/4501", "01.01.4501", "4501-01-01")
# Apple writes 1604 for an unknown year, other programs 0000
_UNKNOWN_YEARS = (0, 1604)

_MONTH_FIRST_COUNTRIES = frozenset(("US", "PH", "FM", "MH", "PW", "AS", "GU", "MP", "VI", "UM", "PR"))


def is_no_date(text: str) -> bool:
    """Whether a text means "no date": blank, only zeros (0/0/00), or Outlook's 1/1/4501."""
    plain = text.strip()
    return not plain or bool(_ZEROS.fullmatch(plain)) or plain in _NONE


@lru_cache(maxsize=8192)
def read_date(text: str, *, day_first: bool = False) -> str | None:
    """Parses a date into YYYY-MM-DD, or --MM-DD without a year; None if it is not one.

    Accepts 1980-05-12, 19800512, --05-12, 12.05.1980, 12/05/1980, 12-May-80, "May 12, 1980", "12 May",
    "12 de mayo de 1980", 1980年5月12日 and similar forms in some twenty languages; a time of day after it is dropped.
    In 12/05/1980 a part over 12 is the day; if neither is, day_first decides. Dots mean day first. A year of two digits
    is the latest that is not in the future.
    """
    plain = text.strip()
    if not plain or len(plain) > _LENGTH_MAX:
        return None
    if match := _EAST_ASIAN.fullmatch(plain):
        return _date(int(match[1]) if match[1] else None, int(match[2]), int(match[3]))
    plain = _TIME.sub("", fold(plain.replace("\u2010", "-").replace("\u2011", "-").replace("\u2212", "-")))
    if match := _YEARLESS.fullmatch(plain):
        return _date(None, int(match[1]), int(match[2]))
    if match := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(plain):
        first, second, year = int(match[1]), int(match[3]), match[5]
        if match[4] and match[4] != match[2]:
            return None
        is_day_first = match[2] == "." or day_first
        if first > 12 or second > 12:
            is_day_first = first > 12
        month, day = (second, first) if is_day_first else (first, second)
        return _date(_year(year), month, day)
    return _named(plain)


def is_ambiguous(text: str) -> bool:
    """Whether a date may be read day first or month first: 03/04/1980, but neither 13/04/1980 nor 04/04/1980."""
    match = _NUMBERS.fullmatch(_TIME.sub("", fold(text.strip()[:_LENGTH_MAX])))
    return match is not None and match[2] != "." and match[1] != match[3] and max(int(match[1]), int(match[3])) <= 12


def is_day_of_month(text: str) -> bool:
    """Whether a text is a number from 1 to 31."""
    return text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 31


def date_of_parts(year: str | None, month: str | None, day: str | None) -> str | None:
    """The date of a year, a month (a number or a word) and a day, as read_date gives it; None if it is not one."""
    number = MONTH_OF.get(fold(month).rstrip(".")) if month else None
    if month and month.isascii() and month.isdigit():
        number = int(month[:3])
    if number is None or day is None or not is_day_of_month(day):
        return None
    if year is None or is_no_date(year):
        return _date(None, number, int(day))
    return _date(_year(year), number, int(day)) if re.fullmatch(r"\d{4}|\d{2}", year, re.ASCII) else None


def find_day_first(texts: Iterable[str]) -> bool | None:
    """Whether the dates of a column are written day first (25/12/1980).

    The first unambiguous date decides for all; None if none of the first 1,000 is unambiguous.
    """
    for text in islice((text for text in texts if text), _SAMPLE_COUNT):
        match = _NUMBERS.fullmatch(text.strip()[:_LENGTH_MAX])
        if match and match[2] != ".":
            first, second = int(match[1]), int(match[3])
            if 12 < first <= 31 and 1 <= second <= 12:
                return True
            if 12 < second <= 31 and 1 <= first <= 12:
                return False
    return None


def writes_day_first(country: str | None) -> bool:
    """Whether people of a country, by its ISO code, write 25/12/1980; without a country 12/25/1980 is assumed."""
    return country is not None and country not in _MONTH_FIRST_COUNTRIES


def _named(plain: str) -> str | None:
    """Parses a date whose month is a word."""
    numbers: list[str] = []
    month = None
    for token in _TOKEN.findall(plain):
        if token.isascii() and token.isdigit():
            numbers.append(token)
        elif token in MONTH_OF and month is None:
            month = MONTH_OF[token]
        elif token not in FILLER_WORDS:
            return None
    if month is None or not 1 <= len(numbers) <= 2:
        return None
    if len(numbers[0]) == 4:
        numbers.reverse()
    day, year = numbers[0], numbers[1] if len(numbers) == 2 else None
    if len(day) > 2 or (year and len(year) not in (2, 4)):
        return None
    return _date(_year(year), month, int(day))


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    if len(text) == 4:
        return int(text)
    today = datetime.now(UTC).year
    year = today // 100 * 100 + int(text)
    return year if year <= today else year - 100


def _date(year: int | None, month: int, day: int) -> str | None:
    start = "-" if year is None or year in _UNKNOWN_YEARS else f"{year:04}"
    try:
        return parse_date(f"{start}-{month:02}-{day:02}", "date")
    except Invalid:
        return None
