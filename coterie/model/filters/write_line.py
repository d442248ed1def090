"""Filters as one line: tag:friends -folder:VIP (created:>90d OR email:*). read_line.py has the grammar."""

import re

from coterie.model.filters.fields import OPS, TEXT_FIELD, find_field
from coterie.model.filters.tree import All, AnyOf, Condition, Filter, Not, Value

KEYWORDS = ("OR", "AND", "NOT")
_PREFIX = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "older_than": ">", "newer_than": "<", "within_next": "next",
           "month": "month:", "starts": "^"}  # fmt: skip
_BARE_VALUE = re.compile(r"[\w#+@][^\s()\",\\]*")
_BARE_WORD = re.compile(r"[\w@+][^\s()\",\\:]*")


def to_line(filter_: Filter) -> str:
    """The filter as one line; parse_line gives the same filter."""
    match filter_:
        case AnyOf(parts):
            return " OR ".join(to_line(part) for part in parts)
        case All(parts):
            return " ".join(_grouped(part, AnyOf) for part in parts)
        case Not(part):
            return "-" + _grouped(part, AnyOf, All)
        case Condition():
            return _condition(filter_)


def _grouped(filter_: Filter, *types: type[AnyOf | All]) -> str:
    line = to_line(filter_)
    return f"({line})" if isinstance(filter_, types) else line


def _condition(condition: Condition) -> str:
    field, op, values = condition.field, condition.op, condition.values
    known = find_field(field)
    assert known is not None
    usual = OPS[known.kind][0]
    if field == TEXT_FIELD and op == usual and len(values) == 1:
        word = str(values[0])
        return word if _BARE_WORD.fullmatch(word) and word not in KEYWORDS else quote(word)
    if op == "any":
        return f"{field}:*"
    if op == "none":
        return f"{field}:none"
    if op == "between":
        return f"{field}:{_value(values[0])}..{_value(values[1])}"
    prefix = "" if op == usual else _PREFIX.get(op, "=")
    return f"{field}:" + ",".join(prefix + _value(value) for value in values)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value)
    is_bare = _BARE_VALUE.fullmatch(value) and ".." not in value and value.lower() != "none"
    return value if is_bare else quote(value)


def quote(text: str) -> str:
    """A text in quotes, as read_line reads it."""
    return '"' + re.sub(r'(["\\]|^[\^=])', r"\\\1", text) + '"'
