"""The rows of a CSV file as programs really write it (RFC 4180 and deviations from it), read as a stream.

Memory stays flat: at most one row (4 MiB) and the lines that are read again after a broken quote are held.

A quote that is never closed would swallow the rest of the file. Such a row becomes a RowError, and reading continues
at the line after its first one.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from coterie.errors import invalid
from coterie.imports.formats.csv_layout import (
    DAY_FIRST_COLUMN,
    HEADER_WITHIN_ROWS,
    REASON_COLUMN,
    Layout,
    csv_reader,
    find_layout,
)
from coterie.imports.formats.csv_lines import (
    FIELD_TOO_LARGE,
    MESSAGES,
    NEVER_CLOSED,
    ROW_LENGTH_MAX,
    ROW_TOO_LARGE,
    Lines,
)
from coterie.imports.formats.header_names import is_known_header
from coterie.model.imports import RowError

COLUMN_COUNT_MAX = 1000
SOURCE_LENGTH_MAX = 2000


class CsvRow(NamedTuple):
    """One row: a stripped cell for each header, and its text in the file."""

    cells: list[str]
    source: str


class Table(NamedTuple):
    """reason_index, is_day_first: of a file of rejected rows, its column of reasons and what that says of dates."""

    headers: list[str]
    rows: Iterator[CsvRow | RowError]
    reason_index: int | None = None
    is_day_first: bool = False


def is_any_header(cells: Sequence[str]) -> bool:
    """Whether a row may name the columns of a table: one cell alone is a title above it, unless its name is known."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 or (len(filled) == 1 and is_known_header(filled[0]))


def open_rows(
    path: Path, is_header: Callable[[list[str]], bool] | None = None, *, source_length_max: int = SOURCE_LENGTH_MAX
) -> Table:
    """The headers of a CSV file and its rows, one by one, without blank rows and the column of rejection reasons.

    is_header finds the row that names the columns of a known product among the first 50; some exports begin with prose.
    None for a table of any other product: there the first row names them if none of these rows has a known name.
    source_length_max limits the stored text of a row. A short row is filled up with blank cells. A RowError is: a row
    with too many cells, with a NUL character, with a field over 1 MiB, over 4 MiB in all, or with a quote that is
    never closed.

    Raises Invalid if no row names the columns or there are more than 1,000 columns, TooLarge beyond 2 GiB.
    """
    parsed = _parse(path, find_layout(path), source_length_max)
    headers, parsed = _find_headers(parsed, is_header)
    if len(headers) > COLUMN_COUNT_MAX:
        raise invalid("file", f"has more than {COLUMN_COUNT_MAX:,} columns", kind="too_large")
    for name in (REASON_COLUMN, DAY_FIRST_COLUMN):
        if name in headers:
            rows = _without(parsed, index := headers.index(name))
            others = headers[:index] + headers[index + 1 :]
            return Table(others, _fit(rows, len(others)), index, name == DAY_FIRST_COLUMN)
    return Table(headers, _fit(parsed, len(headers)))


def _find_headers(
    rows: Iterator[CsvRow | RowError], is_header: Callable[[list[str]], bool] | None
) -> tuple[list[str], Iterator[CsvRow | RowError]]:
    """(the names of the columns, the rows after them)."""
    before: list[CsvRow | RowError] = []
    names_columns = is_header or is_any_header
    for row in islice(rows, HEADER_WITHIN_ROWS):
        if isinstance(row, RowError) and row.code == ROW_TOO_LARGE:
            reason = f"has too many columns (limit {COLUMN_COUNT_MAX:,}): the row that names them is larger than 4 MiB"
            raise invalid("file", reason, kind="too_large")
        if isinstance(row, CsvRow) and names_columns(row.cells):
            return _without_blank_end(row.cells), rows
        before.append(row)
    # a table of one column, whose name is not known
    for index, row in enumerate(before if is_header is None else ()):
        if isinstance(row, CsvRow):
            return _without_blank_end(row.cells), chain(before[index + 1 :], rows)
    raise invalid("file", "has no row that names its columns")


def _without_blank_end(headers: list[str]) -> list[str]:
    while headers and not headers[-1]:
        headers.pop()
    return headers


def _parse(path: Path, layout: Layout, source_length_max: int) -> Iterator[CsvRow | RowError]:
    """Every row that is not blank, with as many cells as it has."""
    with path.open(encoding=layout.encoding, errors="replace", newline="") as file:
        lines = Lines(file)
        reader = csv_reader(lines, layout)
        if layout.has_separator_line:
            next(reader, None)
        width = 0
        while True:
            lines.start_row()
            cells = _next_cells(reader, lines)
            if cells is None and not lines.broken:
                return
            if cells and len(lines.taken) > 1 and width and any(cells[width:]) and lines.read_again():
                # two lone quotes in different rows swallowed everything between them
                lines.broken = NEVER_CLOSED
            if lines.broken:
                yield RowError(MESSAGES[lines.broken], _source(lines.taken, source_length_max), code=lines.broken)
            elif cells and any(plain := [cell and cell.strip() for cell in cells]):
                width = max(width, len(plain))
                yield _checked(plain, lines.taken, source_length_max)


def _next_cells(reader: Iterator[list[str]], lines: Lines) -> list[str] | None:
    """The cells of the next row, or None at the end of the file. lines.broken: the problem of the row."""
    try:
        cells = next(reader, None)
    except csv.Error:
        cells = None
        lines.skip_rest_of_line()
        is_one_line = len(lines.taken) == 1
        lines.broken = FIELD_TOO_LARGE if is_one_line else NEVER_CLOSED
    if lines.length > ROW_LENGTH_MAX:
        lines.skip_rest_of_line()
        lines.broken = ROW_TOO_LARGE
    elif lines.broken:
        lines.read_again()
    return cells


def _checked(cells: list[str], taken: list[str], source_length_max: int) -> CsvRow | RowError:
    source = _source(taken, source_length_max)
    # most rows are one line, so this does little work for each
    if "\x00" in (taken[0] if len(taken) == 1 else "".join(taken)):
        return RowError("The row contains a NUL character", source.replace("\x00", "\ufffd"))
    return CsvRow(cells, source)


def _without(rows: Iterable[CsvRow | RowError], index: int) -> Iterator[CsvRow | RowError]:
    """The rows without one of their cells, unless all other cells are blank."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
        elif any(cells := row.cells[:index] + row.cells[index + 1 :]):
            yield CsvRow(cells, row.source)


def _fit(rows: Iterable[CsvRow | RowError], width: int) -> Iterator[CsvRow | RowError]:
    """The rows with exactly width cells."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
        elif len(row.cells) > width and any(row.cells[width:]):
            yield RowError(f"The row has {len(row.cells)} cells, the header only {width}", row.source)
        else:
            missing = width - len(row.cells)
            yield row if not missing else CsvRow(row.cells[:width] + [""] * missing, row.source)


def _source(taken: list[str], length_max: int) -> str:
    return (taken[0] if len(taken) == 1 else "".join(taken)).rstrip("\r\n")[:length_max]
