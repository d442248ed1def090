"""A filter: which contacts to show, as a tree of conditions.

It has two spellings that convert into each other without loss: JSON (json_form.py) and one line (read_line.py,
write_line.py). fields.py is the table of everything that can be filtered by.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

Value = str | int | float | bool

CONDITIONS_MAX = 50
DEPTH_MAX = 5
VALUES_MAX = 100
VALUE_LENGTH_MAX = 500
# of either spelling
LENGTH_MAX = 8_000
# of a filter together with the segments it refers to
CONDITIONS_IN_ALL_MAX = 200
SEGMENT_DEPTH_MAX = 3


class Condition(Struct, frozen=True):
    """One field compared with values: any of them must match. op: one of fields.OPS; `any` and `none` take no value."""

    field: str
    op: str
    values: tuple[Value, ...] = ()


class All(Struct, frozen=True):
    """Every part must match. At least two parts, none of which is an All."""

    parts: tuple["Filter", ...]


class AnyOf(Struct, frozen=True):
    """At least one part must match. At least two parts, none of which is an AnyOf."""

    parts: tuple["Filter", ...]


class Not(Struct, frozen=True):
    part: "Filter"


Filter = Condition | All | AnyOf | Not


def all_of(parts: Iterable[Filter]) -> Filter:
    """The parts joined by AND; a single part is itself."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Filter]) -> Filter:
    """The parts joined by OR; a single part is itself."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, AnyOf) else (part,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def conditions_of(filter_: Filter) -> Iterator[Condition]:
    """Every condition of a filter, in the order of its line."""
    match filter_:
        case Condition():
            yield filter_
        case Not(part):
            yield from conditions_of(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from conditions_of(part)


def depth_of(filter_: Filter) -> int:
    """The number of groups and negations around the innermost condition."""
    match filter_:
        case Condition():
            return 0
        case Not(part):
            return 1 + depth_of(part)
        case All(parts) | AnyOf(parts):
            return 1 + max(map(depth_of, parts))
