"""Conditions on moments: of the contact, of its interactions, of its reminders.

A condition is ranges of moments, each from a beginning to before an end, either of which may be open.
"""

from collections.abc import Mapping, Sequence

from coterie.model import times
from coterie.model.filters.spans import Clock, moved, span_of
from coterie.model.filters.tree import Condition, Filter
from coterie.store.filters.builder import Builder, either

COLUMNS: Mapping[str, str] = {"created": "c.created_at", "updated": "c.updated_at"}
# name of a field -> which interactions it is the newest of
INTERACTIONS: Mapping[str, str] = {
    "last_touch": "",
    "last_message": "x.kind = 'message'",
    "last_comment": "x.kind = 'comment'",
    "last_mention": "x.kind = 'mention'",
    "last_in": "x.direction = 'incoming'",
    "last_out": "x.direction = 'outgoing'",
}
Range = tuple[str | None, str | None]


def ranges_of(condition: Condition, clock: Clock) -> list[Range]:
    """The ranges of a condition that has values."""
    op, texts = condition.op, [str(value) for value in condition.values]
    now = times.moment(clock.now)
    if op == "older_than":
        return [(None, moved(texts[0], clock, -1))]
    if op == "newer_than":
        return [(moved(texts[0], clock, -1), None)]
    if op == "within_next":
        return [(now, moved(texts[0], clock, 1))]
    spans = [span_of(text, clock) for text in texts]
    if op == "is":
        return [(span.start, span.end) for span in spans]
    if op == "between":
        return [(spans[0].start, spans[1].end)]
    return [
        {"gt": (spans[0].end, None), "gte": (spans[0].start, None), "lt": (None, spans[0].start),
         "lte": (None, spans[0].end)}[op]
    ]  # fmt: skip


def moment(condition: Condition, builder: Builder) -> str:
    """A moment of the contact itself, or the newest of its interactions."""
    if condition.field in COLUMNS:
        return _of_column(COLUMNS[condition.field], condition, builder)
    return _newest("interactions x", _which(condition.field), condition, builder)


def _which(field: str) -> str:
    kind = INTERACTIONS[field]
    return f"{kind} AND x.deleted_at IS NULL" if kind else "x.deleted_at IS NULL"


def silence(parts: Sequence[Filter], builder: Builder) -> str | None:
    """What (last_touch:>90d OR last_touch:none) means together: none since then. None for any other parts."""
    either_one = {part.op: part for part in parts if isinstance(part, Condition) and part.field in INTERACTIONS}
    if len(parts) != 2 or set(either_one) != {"older_than", "none"}:
        return None
    older = either_one["older_than"]
    if older.field != either_one["none"].field:
        return None
    _, end = ranges_of(older, builder.reader.clock)[0]
    recent = builder.has("interactions x", f"{_which(older.field)} AND {within('x.happened_at', (end, None), builder)}")
    return f"NOT {recent}"


def _of_column(column: str, condition: Condition, builder: Builder) -> str:
    if condition.op in ("any", "none"):
        return f"{column} IS {'NOT ' if condition.op == 'any' else ''}NULL"
    ranges = ranges_of(condition, builder.reader.clock)
    sql = either([f"({within(column, each, builder)})" for each in ranges])
    if builder.leads and len(ranges) == 1:
        builder.lead = sql
    return sql


def _newest(rows: str, which: str, condition: Condition, builder: Builder) -> str:
    """The newest moment lies in a range if a row is at or after its beginning and none at or after its end."""
    if condition.op in ("any", "none"):
        exists = builder.has(rows, which)
        return exists if condition.op == "any" else f"NOT {exists}"
    ways = []
    for start, end in ranges_of(condition, builder.reader.clock):
        if builder.is_whole and end is not None:
            ways.append(builder.has_group(rows, which, within("max(x.happened_at)", (start, end), builder)))
            continue
        way = builder.has(rows, f"{which} AND {within('x.happened_at', (start, None), builder)}")
        if end is not None:
            later = builder.has(rows, f"{which} AND {within('x.happened_at', (end, None), builder)}")
            way = f"({way} AND NOT {later})"
        ways.append(way)
    return either(ways)


def within(column: str, range_: Range, builder: Builder) -> str:
    """Whether a moment that is not NULL lies in a range."""
    start, end = range_
    tests = [f"{column} >= {builder.bind(start)}"] if start is not None else []
    tests += [f"{column} < {builder.bind(end)}"] if end is not None else []
    return " AND ".join(tests) or f"{column} IS NOT NULL"
