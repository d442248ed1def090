"""From a filter as a caller has it to SQL: names become ids, segments their filters.

Guarantee: a filter that refers to something that does not exist is not run. To leave the condition out would match more
contacts, and so would a condition that is false under a minus.
"""

from collections.abc import Mapping, Sequence

from coterie.errors import Invalid, Problem
from coterie.model.filters.fields import PROPERTY_PREFIX
from coterie.model.filters.names import Missing, Names, with_ids
from coterie.model.filters.problems import problem, quoted
from coterie.model.filters.tree import (
    CONDITIONS_IN_ALL_MAX,
    SEGMENT_DEPTH_MAX,
    All,
    AnyOf,
    Condition,
    Filter,
    Not,
    any_of,
    conditions_of,
)
from coterie.model.segments import Segment
from coterie.store.database import Tx
from coterie.store.filters.builder import FilterReader, Where
from coterie.store.filters.compile import compile_filter
from coterie.store.filters.names import load_names
from coterie.store.filters.properties import checked
from coterie.store.segments import find_segments

SEGMENT = "segment"


def resolve(tx: Tx, organization_id: int, filter_: Filter, text: str = "") -> Filter:
    """The filter with ids in place of names, as it is stored. text: as the caller wrote it, for positions in messages.

    Raises Invalid if a tag, a folder or another thing it names does not exist, or a condition does not fit the type of
    its property.
    """
    names = load_names(tx, organization_id, filter_)
    if names.missing:
        raise missing_problem(names.missing, text)
    if reasons := _property_problems(filter_, names):
        raise problem("; ".join(reasons))
    return with_ids(filter_, names)


def missing_problem(missing: Sequence[Missing], text: str = "") -> Invalid:
    """An Invalid of the filter that names each thing that does not exist."""
    problems: list[Problem] = []
    for each in missing:
        place = text.find(each.value)
        problems += problem(each.message, position=place if place >= 0 else None, kind=each.code).problems
    return Invalid(*problems)


def expand(tx: Tx, organization_id: int, filter_: Filter, inside: tuple[Segment, ...] = ()) -> Filter:
    """The filter with the filters of segments in place of references to them. inside: the segments it is part of.

    Raises Invalid if a segment is broken, refers to itself, or is nested more than three deep, or if there are more
    than 200 conditions in all.
    """
    expanded = _expand(tx, organization_id, filter_, inside)
    if sum(1 for _ in conditions_of(expanded)) > CONDITIONS_IN_ALL_MAX:
        raise problem(f"it has more than {CONDITIONS_IN_ALL_MAX} conditions with its segments", kind="too_large")
    return expanded


def _expand(tx: Tx, organization_id: int, filter_: Filter, inside: tuple[Segment, ...]) -> Filter:
    names = load_names(tx, organization_id, filter_)
    reasons = [each.message for each in names.missing] + _property_problems(filter_, names)
    if reasons and inside:
        reason = f"the segment {quoted(inside[-1].name)} is broken: {'; '.join(reasons)}"
        raise problem(reason, kind="broken_segment")
    if reasons:
        raise problem("; ".join(reasons))
    filter_ = with_ids(filter_, names)
    ids = {_segment_id(value) for each in conditions_of(filter_) if each.field == SEGMENT for value in each.values}
    if not ids:
        return filter_
    if ids & {segment.id for segment in inside}:
        raise problem("the segment refers to itself", kind="cycle")
    if len(inside) >= SEGMENT_DEPTH_MAX:
        raise problem(f"segments refer to each other more than {SEGMENT_DEPTH_MAX} deep", kind="too_large")
    segments = find_segments(tx, organization_id, ids)
    inner = {id_: _expand(tx, organization_id, each.filter, (*inside, each)) for id_, each in segments.items()}
    return _with_segments(filter_, inner)


def _property_problems(filter_: Filter, names: Names) -> list[str]:
    """Conditions that do not fit the type of their property, which may have changed since they were saved."""
    reasons = []
    for condition in conditions_of(filter_):
        property_type = names.property_types.get(condition.field.removeprefix(PROPERTY_PREFIX))
        if property_type is not None and condition.field.startswith(PROPERTY_PREFIX):
            try:
                checked(condition, property_type)
            except ValueError as error:
                reasons.append(str(error))
    return reasons


def _with_segments(filter_: Filter, inner: Mapping[int, Filter]) -> Filter:
    match filter_:
        case All(parts):
            return All(tuple(_with_segments(part, inner) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_with_segments(part, inner) for part in parts))
        case Not(part):
            return Not(_with_segments(part, inner))
        case Condition(field, "is", values) if field == SEGMENT:
            return any_of([inner[_segment_id(value)] for value in values])
    return filter_


def _segment_id(value: object) -> int:
    return int(str(value).removeprefix("#"))


def prepare(tx: Tx, organization_id: int, filter_: Filter, reader: FilterReader, text: str = "") -> Where:
    """A filter as SQL. Raises Invalid as resolve and expand do."""
    resolved = resolve(tx, organization_id, filter_, text)
    expanded = expand(tx, organization_id, resolved)
    names = load_names(tx, organization_id, expanded)
    return compile_filter(expanded, reader, names.property_types)
