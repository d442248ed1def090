"""One test for all rows of a table: a test of its own for each row takes more time than most rows do."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def failing(rows: Iterable[T], check: Callable[[T], None], name_of: Callable[[T], str] = str) -> list[str]:
    """The names of the rows whose check fails, with the reason; an error that is no failure is raised with the name."""
    found = []
    for row in rows:
        try:
            check(row)
        except AssertionError as failure:
            found.append(f"{name_of(row)}: {failure}")
        except Exception as error:
            error.add_note(f"in {name_of(row)}")
            raise
    return found
