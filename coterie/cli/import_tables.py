"""Tables of imports and their counts, 80 columns wide."""

from rich.table import Table

from coterie.cli.output import id_table
from coterie.model.imports import APPLIED, APPLYING, STAGED, STAGING, Import

COUNTS = ("created", "updated", "unchanged", "matched", "rejected")


def counts_table(first: str) -> Table:
    """An empty table that fits 80 columns with counts of seven digits."""
    table = id_table(first)
    for name in COUNTS:
        table.add_column(name.capitalize(), justify="right", no_wrap=True)
    return table


def add_counts(table: Table, first: str, import_: Import) -> None:
    """Adds a row to a counts_table. An import in progress has no final counts yet, so it shows its progress."""
    if import_.state in (STAGED, APPLIED):
        table.add_row(first, *counts_of(import_))
    else:
        table.add_row(f"{first}\n{describe_progress(import_)}", *("…" for _ in COUNTS))


def counts_of(import_: Import) -> list[str]:
    """The counts as cells of a counts_table."""
    return [str(getattr(import_, f"{name}_count")) for name in COUNTS]


def describe_progress(import_: Import) -> str:
    """The state of an import in words, with the row it has reached while it is in progress."""
    if import_.state == APPLYING:
        return f"applying, row {import_.applied_row:,} of {import_.row_count:,}"
    if import_.state == STAGING:
        return f"staging, {import_.row_count:,} rows read"
    return import_.state
