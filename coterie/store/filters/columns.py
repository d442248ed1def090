"""Conditions on the columns of a contact. Each is true or false, never NULL, so that NOT turns it around."""

from collections.abc import Mapping

from coterie.model.filters.tree import Condition
from coterie.store.filters.builder import Builder, either

# name of a field -> its column
COLUMNS: Mapping[str, str] = {
    "status": "c.status",
    "gender": "c.gender",
    "language": "c.language",
    "followers": "c.follower_count",
    "follower_growth": "c.follower_growth",
    "grade": "c.relationship_grade",
}
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def choice(condition: Condition, builder: Builder) -> str:
    """A column with one of a few values, in any case."""
    column = COLUMNS[condition.field]
    if condition.op in ("any", "none"):
        return f"coalesce({column}, '') {'<>' if condition.op == 'any' else '='} ''"
    return f"lower(coalesce({column}, '')) IN {builder.bind_all(condition.values)}"


def follower(condition: Condition, builder: Builder) -> str:
    """Whether it is known to be a follower."""
    return yes_or_no("(c.is_follower IS NOT NULL AND c.is_follower)", condition)


def picture(condition: Condition, builder: Builder) -> str:
    """A picture by its address, or a stored one."""
    stored = builder.has("attachments x", "x.kind = 'picture'")
    return yes_or_no(f"(coalesce(c.profile_picture_url, '') <> '' OR {stored})", condition)


def yes_or_no(test: str, condition: Condition) -> str:
    """A test that must have one of the values."""
    return either([test if value else f"NOT {test}" for value in condition.values])


def number(condition: Condition, builder: Builder) -> str:
    """A column with a number."""
    return compare_number(COLUMNS[condition.field], condition, builder)


def compare_number(value: str, condition: Condition, builder: Builder, *, is_nullable: bool = True) -> str:
    """A number, NULL for none."""
    op, values = condition.op, condition.values
    if op in ("any", "none"):
        return f"{value} IS {'NOT ' if op == 'any' else ''}NULL"
    if op == "is":
        test = f"{value} IN {builder.bind_all(values)}"
    elif op == "between":
        test = f"{value} BETWEEN {builder.bind(values[0])} AND {builder.bind(values[1])}"
    else:
        test = f"{value} {_COMPARISONS[op]} {builder.bind(values[0])}"
    return f"({value} IS NOT NULL AND {test})" if is_nullable else f"({test})"


def is_met_by_zero(condition: Condition) -> bool:
    """Whether the number 0 meets a condition that compares numbers."""
    numbers = [float(value) for value in condition.values]
    if condition.op == "is":
        return 0 in numbers
    if condition.op == "between":
        return numbers[0] <= 0 <= numbers[1]
    bound = numbers[0]
    return {"gt": bound < 0, "gte": bound <= 0, "lt": bound > 0, "lte": bound >= 0}[condition.op]
