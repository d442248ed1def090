"""Columns that state the type of the value in another one: "Phone 1 - Type" of "Phone 1 - Value", "Email Type"."""

from collections.abc import Mapping
from itertools import count

from coterie.model.text import words

_TYPES = frozenset(("type", "typ", "label"))
_KINDS = frozenset(("email", "phone", "address"))


def type_columns(mapping: Mapping[str, str]) -> dict[str, str]:
    """The paths of such columns and of those they belong to, given the path of each header.

    The type is the label of the value: "phone#1.type" and "phone#1". A value has one: the second of "Type" and "Label"
    stays as it is, and so does the type of an address whose parts have columns: they would become another address.
    """
    named = {_name(header): header for header in mapping}
    taken = {path.partition(".")[0] for path in mapping.values()}
    has_parts = any(path.startswith("address.") and _last(header) != "value" for header, path in mapping.items())
    pairs: dict[str, str] = {}
    for header, path in mapping.items():
        *name, last = words(header[:200]) or [""]
        value = named.get(tuple(name))
        if last not in _TYPES or path not in ("extra", "ignore") or not value or value in pairs:
            continue
        kind = _kind(value, mapping[value])
        if kind and not (kind == "address" and has_parts):
            numbered = next(path for number in count(1) if (path := f"{kind}#{number}") not in taken)
            taken.add(numbered)
            pairs |= {value: numbered, header: f"{numbered}.type"}
    return pairs


def _kind(header: str, path: str) -> str | None:
    """The field of a column whose type another column states; None if it cannot have one."""
    if path == "address.line_1" and _last(header) == "value":  # "Address 1 - Value" is all of it
        return "address"
    return path if path in _KINDS else None


def _last(header: str) -> str:
    return (words(header[:200]) or [""])[-1]


def _name(header: str) -> tuple[str, ...]:
    *name, last = words(header[:200]) or [""]
    return tuple(name) if last == "value" else (*name, last)
