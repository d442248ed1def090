"""What every bench gives: rows of one table."""

from msgspec import Struct


class Row(Struct, frozen=True):
    """One measured figure. value and bar are as shown; is_met None is a figure without a bar."""

    group: str
    name: str
    value: str
    bar: str = ""
    is_met: bool | None = None


def at_least(group: str, name: str, value: float, bar: float, shown: str, unit: str = "") -> Row:
    """A figure that must reach its bar."""
    return Row(group, name, shown, f"≥ {bar:g}{unit}", value >= bar)


def at_most(group: str, name: str, value: float, bar: float, unit: str) -> Row:
    """A figure that must stay under its bar."""
    return Row(group, name, f"{value:,.1f}{unit}", f"≤ {bar:g}{unit}", value <= bar)


def markdown(rows: list[Row]) -> str:
    """The rows as one Markdown table."""
    verdicts = {None: "", True: "met", False: "**missed**"}
    lines = ["| | what | measured | bar | |", "|---|---|---|---|---|"]
    group = ""
    for row in rows:
        shown = row.group if row.group != group else ""
        group = row.group
        lines.append(f"| {shown} | {row.name} | {row.value} | {row.bar} | {verdicts[row.is_met]} |")
    return "\n".join(lines)
