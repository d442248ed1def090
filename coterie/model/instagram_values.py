"""Reads single values of Meta's JSON without trusting their types: ids, texts, times."""

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from coterie.model import times

TEXT_LENGTH_MAX = 20_000
SHORT_LENGTH_MAX = 2000
ID_LENGTH_MAX = 400
NAME_LENGTH_MAX = 60
_EARLIEST = datetime(2010, 10, 6, tzinfo=UTC)  # Instagram's first day


class Unreadable(Exception):
    """An update lacks something it needs; the message names it."""


def decode_json(body: bytes | str) -> Any:
    """JSON as Meta writes it, including what the fast decoder rejects: lone surrogates, numbers of any length.

    Raises ValueError if it is not JSON in UTF-8, or nested too deeply.
    """
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.MsgspecError:
        pass
    try:
        text = body if isinstance(body, str) else body.decode()
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 30 else digits)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def list_of(value: Any) -> list[Any]:
    """A list as it is, null as an empty list, anything else as a list of one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def object_at(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key; empty if it is not an object."""
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def name_of(value: Any) -> str:
    """A field's name as it may appear in a log."""
    text = clean_text(value, NAME_LENGTH_MAX) or "(no name)"
    return "".join(c if c.isprintable() else "?" for c in text)


def read_id(value: Any) -> str | None:
    """An id of printable ASCII. Meta sends strings, and numbers in some samples."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= ID_LENGTH_MAX:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def require_id(value: Any, otherwise: str) -> str:
    """An id. Raises Unreadable with the message `otherwise` if there is none."""
    id_ = read_id(value)
    if id_ is None:
        raise Unreadable(otherwise)
    return id_


def clean_text(value: Any, length: int = TEXT_LENGTH_MAX) -> str | None:
    """Text that can be stored: no NUL, no lone surrogate, cut to a length in characters. None if empty or no string."""
    if not isinstance(value, str) or not value:
        return None
    text = value[:length].replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text or None


def texts_at(value: dict[str, Any], *keys: str) -> dict[str, str]:
    """The texts under these keys, and ids sent as numbers; others are skipped."""
    texts = {}
    for key in keys:
        given = value.get(key)
        text = read_id(given) if isinstance(given, int) else clean_text(given, SHORT_LENGTH_MAX)
        if text:
            texts[key] = text
    return texts


def read_integer(value: Any) -> int | None:
    """A positive integer below 2**53, also from a string."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < 2**53 else None


def read_moment(value: Any, otherwise: str) -> str:
    """Seconds or milliseconds since 1970 (the magnitude decides which) as a moment.

    Returns `otherwise`, the moment of reception, if it is not a number, before Instagram's first day, or more than a
    day in the future.
    """
    number = read_integer(value)
    if number is None:
        return otherwise
    seconds = number / 1000 if number > 100_000_000_000 else number
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    if not _EARLIEST <= at <= _latest(otherwise):
        return otherwise
    return times.moment(at)


@lru_cache(maxsize=4)
def _latest(received_at: str) -> datetime:
    """Clocks differ, but not by more than a day."""
    return times.parse(received_at) + timedelta(days=1)
