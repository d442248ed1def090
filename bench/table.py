"""The table: one row for each measured figure."""

from msgspec import Struct


class Row(Struct, frozen=True):
    """One measured figure, formatted. is_met: None for a figure without a bar."""

    group: str
    name: str
    value: str
    bar: str = ""
    is_met: bool | None = None


def at_least(group: str, name: str, value: float, bar: float, shown: str, unit: str = "") -> Row:
    """A figure whose bar is a minimum."""
    return Row(group, name, shown, f"≥ {bar:g}{unit}", value >= bar)


def at_most(group: str, name: str, value: float, bar: float | None, unit: str) -> Row:
    """A figure whose bar, if it has one, is a maximum."""
    shown = f"{value:,.1f}{unit}"
    return Row(group, name, shown) if bar is None else Row(group, name, shown, f"≤ {bar:g}{unit}", value <= bar)


def markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    verdicts = {None: "", True: "met", False: "**missed**"}
    lines = ["| | what | measured | bar | |", "|---|---|---|---|---|"]
    group = ""
    for row in rows:
        shown = row.group if row.group != group else ""
        group = row.group
        lines.append(f"| {shown} | {row.name} | {row.value} | {row.bar} | {verdicts[row.is_met]} |")
    return "\n".join(lines)
