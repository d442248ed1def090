"""Output of commands on a terminal: safe text, progress bars."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[int, int], None]


def printable(text: str) -> str:
    """Text from a file on one line, without control characters: they could rewrite the screen."""
    return "".join(c if c.isprintable() else " " for c in text)


@contextmanager
def progress_bars(*, as_json: bool) -> Iterator[Callable[[str], Report]]:
    """A function that starts a bar with a label and returns what reports (done, total or 0).

    Shows nothing if standard error is not a terminal, or with --json.
    """
    console = Console(stderr=True)
    if as_json or not console.is_terminal or not sys.stderr.isatty():
        yield lambda label: lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:

        def start_bar(label: str) -> Report:
            task = bars.add_task(escape(label), total=None)
            return lambda done, total: bars.update(task, completed=done, total=total or None)

        yield start_bar
