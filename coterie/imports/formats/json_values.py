"""JSON as others write it."""

import json
from typing import Any

import msgspec


def decode(data: bytes, type: Any) -> Any:
    """JSON as a type: msgspec first; Python's own for the lone surrogates and odd bytes that does not take.

    Refused (ValueError): what is no JSON, is not of the type, or nested too deep.
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(data.decode("utf-8-sig", "replace")), type)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)) from None
