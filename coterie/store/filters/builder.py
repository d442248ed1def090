"""The parts of a compiled filter: bound values, and the two ways to ask for rows of another table."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from coterie.model.filters.spans import Clock


class FilterReader(Struct, frozen=True):
    """The reader of a filter.

    user_id: None for the command line, which sees every user's. country: of phone numbers without a prefix.
    """

    user_id: str | None
    clock: Clock
    country: str | None = None


class Where(Struct, frozen=True):
    """A condition on contacts c, and the values bound in it. Only constants of this package are part of the text.

    lead: a range of an indexed column of contacts c in which every match lies; "" if there is none. whole: the same
    condition for all contacts at once, which reads other tables once and not for each contact; "" if an index leads, or
    if a part of an AND reads the row of the contact alone. reads_rows: no index leads, and the rows of all contacts
    are read.
    """

    sql: str
    parameters: Mapping[str, Any]
    lead: str = ""
    whole: str = ""
    reads_rows: bool = False


class Builder:
    """Collects bound values.

    property_types: of the properties in the filter, by slug. is_whole: the condition is that of Where.whole. leads:
    whether the condition that is being compiled may lead the query, because no contact can match without it. lead: that
    of Where. has_lead: whether an index leads.
    """

    def __init__(
        self,
        reader: FilterReader,
        property_types: Mapping[str, str],
        parameters: dict[str, Any],
        *,
        is_whole: bool = False,
    ) -> None:
        self.reader = reader
        self.property_types = property_types
        self.parameters = parameters
        self.is_whole = is_whole
        self.leads = True
        self.lead = ""
        self.has_lead = False

    def bind(self, value: Any) -> str:
        """The placeholder of a value; equal values of one type share it."""
        for name, bound in self.parameters.items():
            if bound == value and type(bound) is type(value):
                return f":{name}"
        name = f"filter_{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def bind_all(self, values: Any) -> str:
        """(:a, :b, …) for IN."""
        return f"({', '.join(self.bind(value) for value in values)})"

    def has(
        self,
        rows: str,
        condition: str = "",
        *,
        contact: str = "contact_id",
        may_lead: bool = False,
        leading_rows: str = "",
    ) -> str:
        """Whether a contact has a row x of another table.

        rows: the table with its alias x, and joins. may_lead: there is an index for the condition. If it leads, the
        matching rows are read once and give the contacts; otherwise the rows of each contact are looked at.
        leading_rows: the same tables as rows, in the order in which they are joined where the condition leads.
        """
        where = "x.organization_id = :organization_id" + (f" AND {condition}" if condition else "")
        is_leading = self.leads and may_lead
        self.has_lead |= is_leading
        if is_leading or self.is_whole:
            return f"c.id IN (SELECT x.{contact} FROM {leading_rows or rows} WHERE {where} AND x.{contact} IS NOT NULL)"
        return f"EXISTS (SELECT 1 FROM {rows} WHERE {where} AND x.{contact} = c.id)"

    def has_group(self, rows: str, condition: str, test: str) -> str:
        """Whether a contact has rows x that meet a test together, such as of their number; for Where.whole."""
        where = f"x.organization_id = :organization_id AND {condition}"
        return f"c.id IN (SELECT x.contact_id FROM {rows} WHERE {where} GROUP BY x.contact_id HAVING {test})"

    def scanned(self, column: str) -> str:
        """A column without its index: to read all rows of a table, its own order is faster."""
        return f"CAST({column} AS TEXT)" if self.is_whole else column


def either(conditions: list[str]) -> str:
    """The conditions joined by OR."""
    return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"


def escaped(text: str) -> str:
    """A text for LIKE … ESCAPE '!'."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
