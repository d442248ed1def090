"""The filter of People as chips: each condition that must match is one, and can be removed; one more can be added."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from coterie.errors import Invalid, invalid
from coterie.model.filters.fields import FIELDS, OPS, PROPERTY_PREFIX, TEXT_FIELD, WITHOUT_VALUE, Field, find_field
from coterie.model.filters.json_form import from_data
from coterie.model.filters.names import with_names
from coterie.model.filters.parse import parse_filter
from coterie.model.filters.problems import bare_reason
from coterie.model.filters.tree import All, Condition, Filter, Not, all_of
from coterie.model.filters.write_line import to_line
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.database import Tx
from coterie.store.filters.names import load_names
from coterie.store.folders import list_folders
from coterie.store.properties import list_definitions
from coterie.store.segments import list_segments
from coterie.store.terms import list_terms

CHOICES_MAX = 200
NOT = "not:"
OP_WORDS = {
    "is": "is", "contains": "contains", "starts": "begins with", "any": "is known", "none": "is not known",
    "gt": "after", "gte": "from", "lt": "before", "lte": "until", "between": "between", "older_than": "longer ago than",
    "newer_than": "within the last", "within_next": "within the next", "month": "is in the month",
}  # fmt: skip
NUMBER_WORDS = {"gt": "more than", "gte": "at least", "lt": "less than", "lte": "at most"}
NEGATED = {"is": "is not", "contains": "does not contain"}
COMMON = ("tag", "folder", "segment", "last_touch", "birthday", "created", "status", "email", "phone", "employer",
          "city", "country", "followers")  # fmt: skip
HINTS = {
    "moment": "A date, 2026, 2026-05, today; or 90d, 12w, 6m, 1y", "due": "A date, or 30d",
    "day": "12-24; 30d for within the next; 1 to 12 for a month", "yes_no": "yes or no",
}  # fmt: skip


class Chip(Struct, frozen=True):
    """One condition. rest: the filter without it."""

    label: str
    rest: str


class Choice(Struct, frozen=True):
    """The form of one more condition. ops: operator -> its words. values: suggestions, or all there are (is_closed)."""

    field: str
    label: str
    ops: Mapping[str, str]
    values: Sequence[str]
    is_closed: bool
    hint: str


def chips_of(tx: Tx, organization_id: int, text: str) -> list[Chip]:
    """The chips of a filter; none if it is not valid."""
    try:
        filter_ = parse_filter(text) if text else None
    except Invalid:
        return []
    if filter_ is None:
        return []
    parts = filter_.parts if isinstance(filter_, All) else (filter_,)
    names = load_names(tx, organization_id, filter_)
    return [
        Chip(_label(with_names(part, names)), to_line(all_of(rest)) if (rest := _without(parts, place)) else "")
        for place, part in enumerate(parts)
    ]


def _without(parts: Sequence[Filter], place: int) -> list[Filter]:
    return [*parts[:place], *parts[place + 1 :]]


def _label(part: Filter) -> str:
    match part:
        case Condition(field, op, values):
            known = find_field(field)
            assert known is not None
            shown = " or ".join("yes" if each is True else "no" if each is False else str(each) for each in values)
            if op == "between":
                shown = shown.replace(" or ", " and ")
            return f"{label_of(known)} {op_words(known)[op]} {shown}".strip()
        case Not(Condition() as inner):
            return f"Not: {_label(inner)}"
    return to_line(part)


def label_of(field: Field) -> str:
    """The name of a field for people."""
    if field.name == TEXT_FIELD:
        return "Any text"
    return (
        field.name.removeprefix(PROPERTY_PREFIX).replace("date.", "").replace("_", " ").replace("-", " ").capitalize()
    )


def op_words(field: Field) -> dict[str, str]:
    """The operators of a field -> their words."""
    numbers = NUMBER_WORDS if field.kind in ("number", "property") else {}
    return {op: numbers.get(op, OP_WORDS[op]) for op in OPS[field.kind]}


def fields_of(tx: Tx, organization_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, (name, label) of its fields) of everything a filter can be about."""
    definitions = list_definitions(tx, organization_id, limit=CHOICES_MAX)
    common = [(name, label_of(FIELDS[name])) for name in COMMON]
    properties = [(f"{PROPERTY_PREFIX}{each.slug}", each.title) for each in definitions]
    others = sorted((name, label_of(field)) for name, field in FIELDS.items() if name not in COMMON)
    return [("Usual", common), *([("Properties", properties)] if properties else []), ("All others", others)]


def choice_of(tx: Tx, organization_id: int, name: str) -> Choice:
    """The form of a condition on a field; on a tag if there is no such field."""
    field = find_field(name) or FIELDS["tag"]
    words = op_words(field)
    if field.kind not in ("number", "moment", "due"):
        words |= {f"{NOT}{op}": label for op, label in NEGATED.items() if op in words}
    values = _values(tx, organization_id, field)
    hint = HINTS.get(field.kind, field.description)
    return Choice(field.name, label_of(field), words, values, field.kind == "choice", hint)


def _values(tx: Tx, organization_id: int, field: Field) -> Sequence[str]:
    if field.name in ("tag", "expertise"):
        vocabulary = TAGS if field.name == "tag" else EXPERTISES
        return [each.name for each in list_terms(tx, organization_id, vocabulary, limit=CHOICES_MAX)]
    if field.name == "folder":
        return [each.name for each in list_folders(tx, organization_id, limit=CHOICES_MAX)]
    if field.name == "segment":
        return [each.name for each in list_segments(tx, organization_id, limit=CHOICES_MAX)]
    return ("yes", "no") if field.kind == "yes_no" else field.choices


def with_condition(text: str, field: str, op: str, value: str) -> str:
    """The line of a filter with one more condition. op may begin with "not:".

    Raises Invalid if the filter, or the condition, is not valid.
    """
    known = find_field(field)
    if known is None:
        raise invalid("field", "is not a field")
    name = op.removeprefix(NOT)
    value = value.strip()
    values = value.split("..") if name == "between" else [value] if value and name not in WITHOUT_VALUE else []
    try:
        condition = from_data({"field": field, "op": name, "value": values})
    except Invalid as error:
        raise invalid("value", bare_reason(error.problems[0])) from None
    part = Not(condition) if op.startswith(NOT) else condition
    return to_line(all_of([parse_filter(text), part] if text else [part]))
