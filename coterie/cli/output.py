"""Output that commands share: JSON for programs, a sentence or a table for people."""

from typing import Any

import msgspec
import typer
from rich.table import Table


def print_json(data: Any) -> None:
    """Prints data as one line of JSON."""
    typer.echo(msgspec.json.encode(data).decode())


def print_result(text: str, data: Any, *, as_json: bool) -> None:
    """Prints the data for programs, or the text for people."""
    if as_json:
        print_json(data)
    else:
        typer.echo(text)


def id_table(first: str, *headings: str) -> Table:
    """A table whose first column holds ids, which other commands need: it wraps and is never cut."""
    table = Table(box=None, padding=(0, 1, 1, 0), pad_edge=False)
    table.add_column(first, overflow="fold", min_width=36)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table
