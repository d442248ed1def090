"""JSON as other programs write it: decoding, and values of unknown type."""

import json
from typing import Any

import msgspec


def decode(data: bytes, type: Any) -> Any:
    """Decodes JSON into a type. Lone surrogates and broken UTF-8, which msgspec rejects, are replaced.

    Raises ValueError if it is not JSON, not of the type, or nested too deeply.
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(data.decode("utf-8-sig", "replace")), type)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)) from None


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, otherwise {}."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is an array, otherwise []."""
    return value if isinstance(value, list) else []


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects of an array; all else is dropped."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def text_of(value: Any) -> str | None:
    """A string, stripped, or a number as text; None for anything else and for blank text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)[:100]
    return (value.strip() or None) if isinstance(value, str) else None
