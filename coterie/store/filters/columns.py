"""Conditions on the columns of a contact. Each is true or false, never NULL, so that NOT turns it around."""

from collections.abc import Mapping

from coterie.model.filters.tree import Condition
from coterie.store.filters.builder import Builder, either

# name of a field -> its column
COLUMNS: Mapping[str, str] = {
    "status": "c.status",
    "gender": "c.gender",
    "language": "c.language",
    "follower": "c.is_follower",
    "followers": "c.follower_count",
    "follower_growth": "c.follower_growth",
    "grade": "c.relationship_grade",
}
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def choice(condition: Condition, builder: Builder) -> str:
    """A column with one of a few values, in any case."""
    column = COLUMNS[condition.field]
    if condition.op in ("any", "none"):
        return _presence(column, condition.op)
    return f"lower(coalesce({column}, '')) IN {builder.bind_all(condition.values)}"


def yes_no(condition: Condition, builder: Builder) -> str:
    """A boolean column; NULL is no."""
    column = COLUMNS[condition.field]
    ways = [f"({column} IS NOT NULL AND {column})" if value else f"NOT coalesce({column}, FALSE)"
            for value in condition.values]  # fmt: skip
    return either(ways)


def number(condition: Condition, builder: Builder) -> str:
    """A column with a number."""
    return compare_number(COLUMNS[condition.field], condition, builder)


def compare_number(value: str, condition: Condition, builder: Builder) -> str:
    """A number, NULL for none."""
    op, values = condition.op, condition.values
    if op == "any":
        return f"{value} IS NOT NULL"
    if op == "none":
        return f"{value} IS NULL"
    if op == "is":
        test = f"{value} IN {builder.bind_all(values)}"
    elif op == "between":
        test = f"{value} BETWEEN {builder.bind(values[0])} AND {builder.bind(values[1])}"
    else:
        test = f"{value} {_COMPARISONS[op]} {builder.bind(values[0])}"
    return f"({value} IS NOT NULL AND {test})"


def _presence(column: str, op: str) -> str:
    return f"coalesce({column}, '') {'<>' if op == 'any' else '='} ''"
