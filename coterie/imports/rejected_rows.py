"""The items of a file that the rejected rows of its import came from, and their reasons."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from coterie.model.import_reasons import describe_reason
from coterie.model.imports import StagedRow

Item = TypeVar("Item")


def pick_rejected(items: Iterable[Item], rows: Iterator[StagedRow]) -> Iterator[tuple[StagedRow, Item]]:
    """Each rejected row with the item of the file that has its number. Both are in order."""
    row = next(rows, None)
    for number, item in enumerate(items, 1):
        if row is None:
            return
        if number == row.row_number:
            yield row, item
            row = next(rows, None)


def reason_of(row: StagedRow) -> str:
    """The reason as one line."""
    return " ".join(describe_reason(row.reason).split()) if row.reason else ""
