"""Filters as JSON.

    {"all": […]}  {"any": […]}  {"not": {…}}  {"field": "tag", "op": "is", "value": "friends"}

op may be omitted for the usual one of the field; value is one value or a list of which any must match.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.filters.fields import FIELDS, WITHOUT_VALUE, find_field
from coterie.model.filters.limits import check_nesting, check_size
from coterie.model.filters.problems import problem, quoted, suggestion
from coterie.model.filters.tree import (
    CONDITIONS_MAX,
    LENGTH_MAX,
    All,
    AnyOf,
    Condition,
    Filter,
    Not,
    all_of,
    any_of,
)
from coterie.model.filters.values import check_condition

_KEYS = {"field", "op", "value"}


def parse_json(text: str) -> Filter:
    """Parses a filter in JSON. Raises Invalid if it is not JSON, or as from_data does."""
    if len(text) > LENGTH_MAX:
        raise problem(f"it is longer than {LENGTH_MAX:,} characters", kind="too_long")
    try:
        data = msgspec.json.decode(text.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problem("it begins with { and is not JSON") from None
    return from_data(data)


def from_data(data: Any) -> Filter:
    """The filter of decoded JSON.

    Raises Invalid, with the place, if a key, a field, an operator or a value is unknown, a list is empty, or there are
    more than 50 conditions or 5 levels.
    """
    return check_size(_read(data, (), 0))


def from_stored(text: str) -> Filter:
    """The filter that to_json wrote; not checked again."""
    return _read(msgspec.json.decode(text), (), 0)


def _read(data: Any, path: tuple[str, ...], depth: int) -> Filter:
    if not isinstance(data, Mapping):
        raise problem('it must be an object with "all", "any", "not" or "field"', path=path)
    check_nesting(depth)
    if "field" in data:
        return _condition(data, path)
    if len(data) != 1 or not data.keys() <= {"all", "any", "not"}:
        raise problem('it must have exactly one of "all", "any", "not" and "field"', path=path)
    ((key, inner),) = data.items()
    if key == "not":
        return Not(_read(inner, (*path, key), depth + 1))
    if not isinstance(inner, list) or not inner:
        raise problem(f'"{key}" must be a list of at least one filter', path=(*path, key))
    if len(inner) > CONDITIONS_MAX:
        raise problem(f"it has more than {CONDITIONS_MAX} conditions", path=(*path, key), kind="too_large")
    parts = [_read(each, (*path, key, str(place)), depth + 1) for place, each in enumerate(inner)]
    return all_of(parts) if key == "all" else any_of(parts)


def _condition(data: Mapping[str, Any], path: tuple[str, ...]) -> Condition:
    if unknown := [key for key in data if key not in _KEYS]:
        raise problem(f"{quoted(unknown[0])} is not a key of a condition: it has field, op and value", path=path)
    name, op, value = data["field"], data.get("op"), data.get("value")
    field = find_field(name) if isinstance(name, str) else None
    if field is None:
        raise problem(f"{quoted(name)} is not a field{suggestion(str(name), FIELDS)}", path=(*path, "field"))
    if op is not None and not isinstance(op, str):
        raise problem("an operator must be a text", path=(*path, "op"))
    values = value if isinstance(value, list) else [] if value is None else [value]
    try:
        return check_condition(field, op, values)
    except ValueError as error:
        raise problem(str(error), path=path) from None


def to_data(filter_: Filter) -> dict[str, Any]:
    """The filter as JSON data; from_data gives the same filter."""
    match filter_:
        case All(parts):
            return {"all": [to_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [to_data(part) for part in parts]}
        case Not(part):
            return {"not": to_data(part)}
        case Condition(field, op, values):
            data: dict[str, Any] = {"field": field, "op": op}
            if op not in WITHOUT_VALUE:
                data["value"] = values[0] if len(values) == 1 else list(values)
            return data


def to_json(filter_: Filter) -> str:
    """The filter as JSON text, as it is stored."""
    return msgspec.json.encode(to_data(filter_)).decode()
