"""Conditions on properties, by the type of their definition."""

from collections.abc import Mapping
from datetime import datetime

from coterie.model.filters import fields
from coterie.model.filters.fields import PROPERTY_PREFIX, Field
from coterie.model.filters.spans import local_span
from coterie.model.filters.tree import Condition
from coterie.model.filters.values import check_condition
from coterie.store.filters.builder import Builder, either
from coterie.store.filters.columns import compare_number, yes_or_no
from coterie.store.filters.texts import test_words

_TEXT, _WORD = ("contains", "is", "starts"), ("contains", "is")
_ORDER = ("gt", "gte", "lt", "lte", "between")
# type of a property -> (the kind of field whose values it takes, its operators)
_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("text", "email", "phone", "url", "list"), (fields.TEXT, _TEXT)),
    **dict.fromkeys(("single_choice", "multiple_choice"), (fields.TEXT, _TEXT)),
    "number": (fields.NUMBER, (*_WORD, *_ORDER)),
    "date": (fields.MOMENT, (*_WORD, *_ORDER)),
    "boolean": (fields.YES_NO, _WORD),
}


def property_value(condition: Condition, builder: Builder) -> str:
    """A value of a property."""
    slug = condition.field.removeprefix(PROPERTY_PREFIX)
    property_type = builder.property_types[slug]
    which = f"x.slug = {builder.bind(slug)}"
    if condition.op in ("any", "none"):
        exists = builder.has("property_values x", which)
        return exists if condition.op == "any" else f"NOT {exists}"
    test = _test(checked(condition, property_type), property_type, builder)
    return builder.has("property_values x", f"{which} AND {test}", may_lead=True)


def checked(condition: Condition, property_type: str) -> Condition:
    """The condition with values of the type.

    Raises ValueError if the type does not have the operator, or a value is not of it.
    """
    if condition.op in ("any", "none"):
        return condition
    kind, operators = _KINDS[property_type]
    op = condition.op
    if op not in operators:
        raise ValueError(f"{condition.field} cannot be compared with {op}: its type is {property_type}")
    if op == "contains" and kind != fields.TEXT:
        op = "is"
    return check_condition(Field(condition.field, kind, ""), op, condition.values)


def _test(condition: Condition, property_type: str, builder: Builder) -> str:
    if property_type == "number":
        return compare_number("x.value_number", condition, builder)
    if property_type == "boolean":
        return yes_or_no("x.value_words LIKE '% true%'", condition)
    if property_type == "date":
        return _date(condition, builder)
    if property_type.endswith("_choice") and condition.op == "contains":
        condition = Condition(condition.field, "is", condition.values)
    return test_words("x.value_words", condition, builder)


def _date(condition: Condition, builder: Builder) -> str:
    """A date with a year. Its words have a fixed width, so they sort as dates do."""
    spans = [local_span(str(value), builder.reader.clock) for value in condition.values]
    (start, end), op = spans[0], condition.op
    if op == "is":
        ways = [_between(first, last, builder) for first, last in spans]
    elif op == "between":
        ways = [_between(start, spans[1][1], builder)]
    else:
        bounds = {"gt": (end, None), "gte": (start, None), "lt": (None, start), "lte": (None, end)}[op]
        ways = [_between(*bounds, builder)]
    return f"(length(x.value_words) = 13 AND {either(ways)})"


def _between(start: datetime | None, end: datetime | None, builder: Builder) -> str:
    tests = [f"x.value_words >= {builder.bind(_words(start))}"] if start else []
    tests += [f"x.value_words < {builder.bind(_words(end))}"] if end else []
    return "(" + " AND ".join(tests) + ")"


def _words(at: datetime) -> str:
    return f"\n {at.year:04} {at.month:02} {at.day:02}\n"
