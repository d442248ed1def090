"""Conditions on days of the year, and on ages. A stored date is YYYY-MM-DD or --MM-DD.

29 February is celebrated on the 28th in years without it.
"""

import calendar
import math

from coterie.model.filters.fields import DATE_PREFIX
from coterie.model.filters.spans import AMOUNT, Clock, shifted
from coterie.model.filters.tree import Condition
from coterie.model.words import is_pattern
from coterie.store.filters.builder import Builder, either

Days = tuple[str, str]
WHOLE_YEAR: Days = ("01-01", "12-31")
YEAR_MAX = 9999


def birthday(condition: Condition, builder: Builder) -> str:
    """The birthday, with or without a year."""
    if condition.op in ("any", "none"):
        return f"c.birthday_day {'<>' if condition.op == 'any' else '='} ''"
    # the first test is that of the index
    return f"(c.birthday_day <> '' AND {_on_days('c.birthday_day', condition, builder)})"


def day(condition: Condition, builder: Builder) -> str:
    """An important date with a label."""
    label = builder.bind(is_pattern(condition.field.removeprefix(DATE_PREFIX)))
    return _exists(_labelled(f"x.label_words LIKE {label}", condition, builder), condition)


def anniversary(condition: Condition, builder: Builder) -> str:
    """An important date whose label has the word, or the anniversary of a relationship."""
    labelled = _labelled("x.label_words LIKE '% anniversary%'", condition, builder)
    which = "x.deleted_at IS NULL AND x.anniversary_on IS NOT NULL"
    if condition.values:
        which += f" AND {_on_days(_month_day('x.anniversary_on'), condition, builder)}"
    of_relationship = builder.has("contact_relationships x", which, contact="first_contact_id")
    return _exists(f"({labelled} OR {of_relationship})", condition)


def _labelled(label: str, condition: Condition, builder: Builder) -> str:
    which = f"x.deleted_at IS NULL AND {label}"
    if condition.values:
        which += f" AND {_on_days(_month_day('x.occurs_on'), condition, builder)}"
    return builder.has("important_dates x", which)


def _exists(test: str, condition: Condition) -> str:
    return f"NOT {test}" if condition.op == "none" else test


def _month_day(column: str) -> str:
    return f"substr({column}, length({column}) - 4)"


def _on_days(month_day: str, condition: Condition, builder: Builder) -> str:
    """Whether a MM-DD is on one of the days of a condition, in any year."""
    return either([
        f"{month_day} BETWEEN {builder.bind(first)} AND {builder.bind(last)}"
        for first, last in days_of(condition, builder.reader.clock)
    ])  # fmt: skip


def days_of(condition: Condition, clock: Clock) -> list[Days]:
    """The first and last MM-DD of each range of days."""
    if condition.op == "month":
        return [(f"{int(value):02}-01", f"{int(value):02}-31") for value in condition.values]
    if condition.op == "within_next":
        return _from_today(str(condition.values[0]), clock)
    ranges: list[Days] = []
    for value in map(str, condition.values):
        ranges += _from_today("0d", clock) if value == "today" else [(value, value)]
    return ranges


def _from_today(amount: str, clock: Clock) -> list[Days]:
    match = AMOUNT.fullmatch(amount)
    assert match is not None
    today = clock.today
    last = shifted(today, int(match[1]), match[2])
    if (last - today).days >= 365:
        return [WHOLE_YEAR]
    start, end = f"{today:%m-%d}", f"{last:%m-%d}"
    if end == "02-28" and not calendar.isleap(last.year):
        end = "02-29"
    return [(start, end)] if start <= end else [(start, WHOLE_YEAR[1]), (WHOLE_YEAR[0], end)]


def age(condition: Condition, builder: Builder) -> str:
    """Whole years since a birthday with a year."""
    if condition.op in ("any", "none"):
        return f"coalesce(length(c.birthday), 0) {'=' if condition.op == 'any' else '<>'} 10"
    op, values = condition.op, [float(value) for value in condition.values]
    if op == "is":
        ways = [_aged(value, value, builder) for value in values]
    elif op == "between":
        ways = [_aged(values[0], values[1], builder)]
    else:
        low = {"gt": math.floor(values[0]) + 1, "gte": math.ceil(values[0])}.get(op, -math.inf)
        high = {"lt": math.ceil(values[0]) - 1, "lte": math.floor(values[0])}.get(op, math.inf)
        ways = [_aged(low, high, builder)]
    return f"(coalesce(length(c.birthday), 0) = 10 AND {either(ways)})"


def _aged(low: float, high: float, builder: Builder) -> str:
    """At least low and at most high years old."""
    clock = builder.reader.clock
    oldest = _born_by(clock, math.floor(high) + 1) if high < math.inf else ""
    youngest = _born_by(clock, math.ceil(low)) if low > -math.inf else f"{YEAR_MAX}-12-31"
    return f"(c.birthday > {builder.bind(oldest)} AND c.birthday <= {builder.bind(youngest)})"


def _born_by(clock: Clock, years: int) -> str:
    """The last birthday of those who are so many years old; "" if it would be before year 1."""
    year = clock.today.year - years
    return "" if year < 1 else f"{min(year, YEAR_MAX):04}-{clock.today:%m-%d}"
