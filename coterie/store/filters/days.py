"""Conditions on days of the year, and on ages. A stored date is YYYY-MM-DD or --MM-DD.

29 February is celebrated on the 28th in years without it.
"""

import calendar
import math

from coterie.model.filters.spans import AMOUNT, Clock, shifted
from coterie.model.filters.tree import Condition
from coterie.store.filters.builder import Builder, either

Days = tuple[str, str]
WHOLE_YEAR: Days = ("01-01", "12-31")
YEAR_MAX = 9999


def day(condition: Condition, builder: Builder) -> str:
    """The birthday."""
    if condition.op in ("any", "none"):
        return f"coalesce(c.birthday, '') {'<>' if condition.op == 'any' else '='} ''"
    return f"(c.birthday IS NOT NULL AND {on_days('c.birthday', condition, builder)})"


def on_days(column: str, condition: Condition, builder: Builder) -> str:
    """Whether a date that is not NULL is on one of the days of a condition, in any year."""
    month_day = f"substr({column}, length({column}) - 4)"
    ranges = [
        f"{month_day} BETWEEN {builder.bind(first)} AND {builder.bind(last)}"
        for first, last in days_of(condition, builder.reader.clock)
    ]
    return either(ranges)


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
