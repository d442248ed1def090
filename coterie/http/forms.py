"""Urlencoded forms and query strings with the brackets of Rails, by the rules of Rack's query parser.

Raises Invalid with one problem of kind "malformed" for a form that cannot be parsed, TooLarge beyond a limit.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from coterie.errors import TooLarge
from coterie.http.errors import malformed
from coterie.http.limits import FORM_LIMITS, FormLimits

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"[\[\]]+")
# a moment whose offset was not encoded, as `curl -d` sends it: a space there would mean nothing
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\+\d\d:?\d\d")


def parse_form(body: bytes, limits: FormLimits = FORM_LIMITS) -> dict[str, Any]:
    """Parses a form into nested values: a[b]=1&c[]=2 is {"a": {"b": "1"}, "c": ["2"]}.

    Leaves are strings, or None for a key without "=". Malformed are bad escapes, text that is not UTF-8, keys that
    contradict each other and more than 32 levels; too large are more than 4,096 pairs and keys longer than 1,024
    characters.
    """
    if body.count(b"&") >= limits.pairs:
        raise TooLarge(f"The form has more than {limits.pairs} fields")
    return nest(_pairs(body), limits)


def find_repeated(body: bytes) -> str | None:
    """The first key of a form that can be parsed which occurs twice, unless it is a list: a=1&a=2, not a[]=1&a[]=2."""
    keys = set()
    for key, _ in _pairs(body) if b"&" in body else ():
        if key in keys and not key.endswith("[]"):
            return key
        keys.add(key)
    return None


def decode_text(encoded: bytes) -> str:
    """Decodes UTF-8. Raises Invalid (malformed) if it is not UTF-8."""
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        raise malformed("contains text that is not UTF-8") from None


def _pairs(body: bytes) -> Iterable[tuple[str, str | None]]:
    for part in body.split(b"&"):
        key, equals, value = part.lstrip(b" ").partition(b"=")
        if key or equals:
            yield _decode(key), _decode_value(value) if equals else None


def _decode_value(encoded: bytes) -> str:
    return encoded.decode() if b"+" in encoded and _MOMENT.fullmatch(encoded) else _decode(encoded)


def _decode(encoded: bytes) -> str:
    if b"+" in encoded:
        encoded = encoded.replace(b"+", b" ")
    if b"%" in encoded:
        if _BAD_ESCAPE.search(encoded):
            raise malformed("contains a % that is not followed by two hexadecimal digits")
        encoded = unquote_to_bytes(encoded)
    return decode_text(encoded)


# Brackets: Rack::QueryParser, param_depth_limit and _normalize_params


def nest(pairs: Iterable[tuple[str, str | None]], limits: FormLimits = FORM_LIMITS) -> dict[str, Any]:
    """Turns pairs of bracketed keys and values into nested values, as Rack does.

    The last value of a repeated key counts. a[] is a list; a[][b] is a list of objects, with a new one as soon as a
    key repeats; a[0][b] is an object with the key "0". Malformed is a name that is both an object and a list.
    """
    values: dict[str, Any] = {}
    for count, (key, value) in enumerate(pairs, 1):
        if count > limits.pairs:
            raise TooLarge(f"The form has more than {limits.pairs} fields")
        if len(key) > limits.key_length:
            raise TooLarge(f"The name of a field is longer than {limits.key_length} characters")
        name = key.removesuffix("[]")
        if name and "[" not in name:  # fast path: nearly every key of a query
            if name == key:
                values[key] = value
            else:
                _child(values, name, list).append(value)
        elif key:
            _put(values, key, value, 0, limits.depth)
    return values


def _put(values: dict[str, Any], key: str, value: str | None, depth: int, depth_max: int) -> Any:
    """Puts the value under the key and returns the object; a bare [] inside a list returns a list."""
    if depth >= depth_max:
        raise malformed("is nested too deeply")
    head, rest = _split(key, depth)
    if not rest:
        if head == "[]" and depth:
            return [value]
        values[head] = value
    elif rest == "[":
        values[key] = value
    elif rest == "[]":
        _child(values, head, list).append(value)
    elif rest.startswith("[]"):
        items = _child(values, head, list)
        inner = _key_in_list(rest)
        if items and type(items[-1]) is dict and not _has(items[-1], inner):
            _put(items[-1], inner, value, depth + 1, depth_max)
        else:
            items.append(_put({}, inner, value, depth + 1, depth_max))
    else:
        _put(_child(values, head, dict), rest, value, depth + 1, depth_max)
    return values


def _split(key: str, depth: int) -> tuple[str, str]:
    """The first name of a key and the brackets that follow. A bracket that does not close is part of the name."""
    if depth == 0:
        opening = key.find("[", 1)
        return (key, "") if opening < 0 else (key[:opening], key[opening:])
    if key.startswith("[]"):
        return "[]", key[2:]
    closing = key.find("]", 1) if key.startswith("[") else -1
    return (key, "") if closing < 0 else (key[1:closing], key[closing + 1 :])


def _child(values: dict[str, Any], head: str, kind: type) -> Any:
    if values.get(head) is None:
        values[head] = kind()
    child = values[head]
    if type(child) is not kind:
        raise malformed("uses one name for a string, a list or an object at once")
    return child


def _key_in_list(rest: str) -> str:
    """The key after a[]: b for [][b]. With more brackets they stay as they are."""
    inner = rest[3:-1]
    is_plain = rest[2] == "[" and rest[-1] == "]" and inner and "[" not in inner and "]" not in inner
    return inner if is_plain else rest[2:]


def _has(values: Any, key: str) -> bool:
    if "[]" in key:
        return False
    for part in _BRACKETS.split(key):
        if part:
            if type(values) is not dict or part not in values:
                return False
            values = values[part]
    return True
