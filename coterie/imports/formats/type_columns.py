"""Columns that state the type of the value in another one: "Phone 1 - Type" of "Phone 1 - Value", "Email Type"."""

from collections.abc import Mapping

from coterie.model.text import words

_TYPES = frozenset(("type", "typ", "label"))
_KINDS = frozenset(("email", "phone", "address"))


def type_columns(mapping: Mapping[str, str]) -> dict[str, str]:
    """The paths of such columns and of those they belong to, given the path of each header.

    The type is the label of the value: "phone#1.type" and "phone#1".
    """
    named = {_name(header): header for header in mapping}
    pairs: dict[str, str] = {}
    for header, path in mapping.items():
        *name, last = words(header[:200]) or [""]
        value = named.get(tuple(name))
        if last in _TYPES and path in ("extra", "ignore") and value and (kind := _kind(value, mapping[value])):
            numbered = f"{kind}#{len(pairs) // 2 + 1}"
            pairs |= {value: numbered, header: f"{numbered}.type"}
    return pairs


def _kind(header: str, path: str) -> str | None:
    """The field of a column whose type another column states; None if it cannot have one."""
    if path == "address.line_1" and words(header[:200])[-1] == "value":  # "Address 1 - Value" is all of it
        return "address"
    return path if path in _KINDS else None


def _name(header: str) -> tuple[str, ...]:
    *name, last = words(header[:200]) or [""]
    return tuple(name) if last == "value" else (*name, last)
