"""Readers of scalars: each turns a plain value into its type, or raises Invalid with one problem and no path.

They are as lenient as Rails and Grape: a form has only strings, so "12" is an integer where one is expected, and a JSON
number is a string where a string is expected.
"""

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import msgspec
from msgspec import inspect

from coterie.errors import Invalid, Problem
from coterie.model.text import visible

Read = Callable[[Any], Any]

TEXT_LENGTH_MAX = 10_000
# a key of the extra of a Meta: the field must be text, numbers are not spelled
STRICT = "strict"
INT_MIN, INT_MAX = -(2**63), 2**63 - 1

_INT = re.compile(r"[+-]?[0-9]{1,64}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")
_BOOLS = {"true": True, "t": True, "on": True, "1": True, "false": False, "f": False, "off": False, "0": False}


def wrong(kind: str, reason: str, limit: float | None = None) -> Invalid:
    """An Invalid with one problem without a path; who reads the field adds it."""
    return Invalid(Problem((), kind, reason, limit))


def wrong_or_null(reason: str, value: Any) -> Invalid:
    """The problem of a value of the wrong type; null has its own kind, blank."""
    return wrong("blank", "must not be null") if value is None else wrong("invalid", reason)


def check_text(text: str) -> None:
    """Raises Invalid if the text contains NUL or lone surrogates."""
    if "\0" in text:
        raise wrong("invalid", "must not contain NUL characters")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise wrong("invalid", "is not valid Unicode text") from None


def spell(value: Any) -> str:
    """A string as it is; a number or boolean as JSON spells it. Raises Invalid for anything else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | int | float):
        raise wrong_or_null("is not a string", value)
    try:
        spelled = msgspec.json.encode(value).decode()
    except (OverflowError, ValueError):
        spelled = "null"
    if spelled == "null":  # infinity, NaN, or more digits than Python converts
        raise wrong("invalid", "is out of range")
    return spelled


def text_reader(shape: inspect.StrType) -> Read:
    """The reader of a string with the limits of its Meta."""
    length_min = shape.min_length or 0
    length_max = TEXT_LENGTH_MAX if shape.max_length is None else shape.max_length
    pattern = re.compile(shape.pattern) if shape.pattern else None

    def read(value: Any) -> str:
        text: str = value if type(value) is str else spell(value)
        if len(text) > length_max:
            raise wrong("too_long", f"is longer than {length_max} characters", length_max)
        if "\0" in text or not text.isascii():
            check_text(text)
        if length_min and len(visible(text)) < length_min:
            raise wrong("blank", f"has fewer than {length_min} characters" if length_min > 1 else "is empty")
        if pattern and not pattern.search(text):
            raise wrong("invalid", "has an invalid format")
        return text

    return read


def strict_text(read: Read) -> Read:
    """The reader that accepts only text: of a name, where a number may be meant as an id."""

    def read_strictly(value: Any) -> str:
        if not isinstance(value, str):
            raise wrong_or_null("is not text: send the name", value)
        text: str = read(value)
        return text

    return read_strictly


def read_int(value: Any) -> int:
    """An integer of 64 bits: 12, 12.0 or "12"."""
    if type(value) is int:
        number = value
    elif (type(value) is str and _INT.fullmatch(value)) or (type(value) is float and value.is_integer()):
        number = int(value)
    else:
        raise wrong_or_null("is not an integer", value)
    if not INT_MIN <= number <= INT_MAX:
        raise wrong("invalid", "is out of range")
    return number


def read_float(value: Any) -> float:
    """A finite number: 1.5, 1 or "1.5"."""
    if type(value) is float:
        number = value
    elif (type(value) is int and INT_MIN <= value <= INT_MAX) or (type(value) is str and _FLOAT.fullmatch(value)):
        number = float(value)
    else:
        raise wrong_or_null("is not a number", value)
    if not isfinite(number):
        raise wrong("invalid", "is out of range")
    return number


def read_bool(value: Any) -> bool:
    """true or false, or how Rails spells them in a form: t, on, 1, f, off, 0."""
    if type(value) is bool:
        return value
    flag = _BOOLS.get(spell(value).lower()) if type(value) in (str, int) else None
    if flag is None:
        raise wrong_or_null("is not true or false", value)
    return flag


def read_nothing(value: Any) -> None:
    """Raises Invalid: only null is allowed, and the caller has already read null."""
    raise wrong("invalid", "must be null")


def read_any(value: Any) -> Any:
    """Any value, if every string in it is valid."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            check_text(each)
        elif isinstance(each, Mapping):
            waiting += each.keys()
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return value


def bounded(read: Read, shape: inspect.IntType | inspect.FloatType) -> Read:
    """The reader with the bounds of its Meta, or the reader itself without any."""
    least, above, most, below = shape.ge, shape.gt, shape.le, shape.lt
    if least is above is most is below is None:
        return read

    def read_within(value: Any) -> Any:
        number = read(value)
        if least is not None and number < least:
            raise wrong("too_small", f"must be {least} or more", least)
        if above is not None and number <= above:
            raise wrong("too_small", f"must be more than {above}", above)
        if most is not None and number > most:
            raise wrong("too_large", f"must be {most} or less", most)
        if below is not None and number >= below:
            raise wrong("too_large", f"must be less than {below}", below)
        return number

    return read_within


def choice_reader(choices: Mapping[str, Any]) -> Read:
    """The reader of one of several values, by its spelling."""
    absent, reason = object(), f"must be one of {', '.join(choices)}"

    def read(value: Any) -> Any:
        if value is None or isinstance(value, list | Mapping):
            raise wrong_or_null(reason, value)
        choice = choices.get(spell(value), absent)
        if choice is absent:
            raise wrong("choice", reason)
        return choice

    return read
