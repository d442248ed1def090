"""Conditions on parts of a contact, and on where it came from."""

from collections.abc import Mapping
from datetime import time

from coterie.model import times
from coterie.model.filters.tree import Condition
from coterie.store.filters.builder import Builder, either
from coterie.store.filters.columns import compare_number, is_met_by_zero, yes_or_no
from coterie.store.filters.moments import Range, ranges_of, within

# name of a field -> the interactions it counts
COUNTS: Mapping[str, str] = {
    "messages_in": "x.kind = 'message' AND x.direction = 'incoming'",
    "messages_out": "x.kind = 'message' AND x.direction = 'outgoing'",
    "comments": "x.kind = 'comment'",
    "mentions": "x.kind = 'mention'",
}
_CREATED = "event_contacts x JOIN events e ON e.organization_id = x.organization_id AND e.id = x.event_id"


def count(condition: Condition, builder: Builder) -> str:
    """A number of interactions; never NULL."""
    which = f"{COUNTS[condition.field]} AND x.deleted_at IS NULL"
    if condition.op in ("any", "none"):
        return _presence(builder.has("interactions x", which), condition)
    if builder.is_whole:
        return _counted(which, condition, builder)
    number = (
        "(SELECT count(*) FROM interactions x WHERE x.organization_id = :organization_id AND x.contact_id = c.id"
        f" AND {which})"
    )
    return compare_number(number, condition, builder, is_nullable=False)


def _counted(which: str, condition: Condition, builder: Builder) -> str:
    """The same from the interactions of all contacts; a contact without any is in no group."""
    test = compare_number("count(*)", condition, builder, is_nullable=False)
    if is_met_by_zero(condition):
        return f"NOT {builder.has_group('interactions x', which, f'NOT {test}')}"
    return builder.has_group("interactions x", which, test)


def country(condition: Condition, builder: Builder) -> str:
    """The country of an address that is not deleted."""
    codes = builder.bind_all(condition.values) if condition.values else ""
    which = f"x.country_code IN {codes}" if codes else "(x.country_code IS NOT NULL OR coalesce(x.country, '') <> '')"
    return _presence(builder.has("postal_addresses x", f"x.deleted_at IS NULL AND {which}"), condition)


def gift(condition: Condition, builder: Builder) -> str:
    """A gift of one of these statuses."""
    which = f" AND x.status IN {builder.bind_all(condition.values)}" if condition.values else ""
    return _presence(builder.has("gifts x", f"x.deleted_at IS NULL{which}"), condition)


def due(condition: Condition, builder: Builder) -> str:
    """An open reminder of the reader, or the day to be in touch, at some time."""
    which, on = "x.due_at IS NOT NULL", ""
    if condition.values:
        ranges = ranges_of(condition, builder.reader.clock)
        ways = [f"({within('x.due_at', each, builder)})" for each in ranges]
        which += f" AND {either(ways)}"
        on = either([f"({_within_days(each, builder)})" for each in ranges])
    return _presence(f"({_open_reminder(which, builder)} OR {builder.has('touch_plans x', on)})", condition)


def overdue(condition: Condition, builder: Builder) -> str:
    """An open reminder of the reader whose time has passed, or a day to be in touch before today."""
    clock = builder.reader.clock
    reminder = _open_reminder(f"x.due_at < {builder.bind(times.moment(clock.now))}", builder)
    late = builder.has("touch_plans x", f"x.due_on < {builder.bind(clock.today.date().isoformat())}")
    return yes_or_no(f"({reminder} OR {late})", condition)


def cadence(condition: Condition, builder: Builder) -> str:
    """The interval of the rule for staying in touch that is in force."""
    which = f"x.every IN {builder.bind_all(condition.values)}" if condition.values else ""
    return _presence(builder.has("touch_plans x", which), condition)


def _within_days(range_: Range, builder: Builder) -> str:
    """Whether the day of a plan is one of those that a range of moments touches."""
    clock = builder.reader.clock
    start, end = (clock.local(moment) if moment is not None else None for moment in range_)
    tests = [f"x.due_on >= {builder.bind(start.date().isoformat())}"] if start is not None else []
    if end is not None:
        comparison = "<" if end.time() == time.min else "<="
        tests.append(f"x.due_on {comparison} {builder.bind(end.date().isoformat())}")
    return " AND ".join(tests) or "x.due_on IS NOT NULL"


def _open_reminder(which: str, builder: Builder) -> str:
    user_id = builder.reader.user_id
    if user_id is not None:
        which += f" AND x.user_id = {builder.bind(user_id)}"
    return builder.has("reminders x", f"x.finished_at IS NULL AND {which}")


def via(condition: Condition, builder: Builder) -> str:
    """The door through which the contact was created."""
    which = f" AND e.via IN {builder.bind_all(condition.values)}" if condition.values else ""
    return _presence(builder.has(_CREATED, f"e.kind = 'contact.created'{which}"), condition)


def of_import(condition: Condition, builder: Builder) -> str:
    """The import that created the contact."""
    if condition.values:
        which = f"e.import_id IN {builder.bind_all(str(value).removeprefix('#') for value in condition.values)}"
    else:
        which = "e.import_id IS NOT NULL"
    return _presence(builder.has(_CREATED, f"e.kind = 'contact.created' AND {which}", may_lead=True), condition)


def source(condition: Condition, builder: Builder) -> str:
    """An id in another system."""
    which = f"lower(x.source) IN {builder.bind_all(condition.values)}" if condition.values else ""
    return _presence(builder.has("external_ids x", which), condition)


def _presence(exists: str, condition: Condition) -> str:
    return f"NOT {exists}" if condition.op == "none" else exists
