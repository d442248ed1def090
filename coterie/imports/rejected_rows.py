"""The rejected rows of an import, and the items of its file that they came from."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from coterie.model.import_reasons import describe_reason
from coterie.model.imports import REJECT, StagedRow
from coterie.store.database import Tx
from coterie.store.import_rows import list_rows

PAGE_SIZE = 500
Item = TypeVar("Item")


def rejected_rows(tx: Tx, organization_id: int, import_id: str) -> Iterator[StagedRow]:
    """The rejected rows in order, read page by page."""
    after = 0
    while rows := list_rows(tx, organization_id, import_id, outcome=REJECT, after=after, limit=PAGE_SIZE):
        yield from rows
        after = rows[-1].row_number


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
