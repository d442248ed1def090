"""How large a filter may be."""

from coterie.model.filters.problems import problem
from coterie.model.filters.tree import CONDITIONS_MAX, DEPTH_MAX, LENGTH_MAX, Filter, conditions_of, depth_of
from coterie.model.filters.write_line import to_line

# while it is read: groups of one kind within each other become one
NESTING_MAX = 20


def check_nesting(depth: int, position: int | None = None) -> None:
    """Raises Invalid if a filter that is being read is nested too deeply."""
    if depth > NESTING_MAX:
        raise problem(_TOO_DEEP, position=position, kind="too_large")


def check_size(filter_: Filter) -> Filter:
    """The filter. Raises Invalid if it has too many levels or conditions, or its line is too long."""
    if depth_of(filter_) > DEPTH_MAX:
        raise problem(_TOO_DEEP, kind="too_large")
    if sum(1 for _ in conditions_of(filter_)) > CONDITIONS_MAX:
        raise problem(f"it has more than {CONDITIONS_MAX} conditions", kind="too_large")
    if len(to_line(filter_)) > LENGTH_MAX:
        raise problem(f"it is longer than {LENGTH_MAX:,} characters", kind="too_long")
    return filter_


_TOO_DEEP = f"it is nested more than {DEPTH_MAX} levels deep"
