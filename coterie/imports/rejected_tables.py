"""The rejected rows of a CSV file as a CSV file with a first column of reasons.

A row is cut at 4 MiB. Cells that look like formulas are not changed, because the file returns to the user who imported
it and is imported again; the column of reasons contains none.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from coterie.imports.formats import google_csv, linkedin_csv, outlook_csv, r0_csv
from coterie.imports.formats.columns import day_first_in
from coterie.imports.formats.csv_layout import (
    DAY_FIRST_COLUMN,
    REASON_COLUMN,
    SEPARATORS,
    Layout,
    csv_reader,
    find_layout,
)
from coterie.imports.formats.csv_lines import NEVER_CLOSED, ROW_LENGTH_MAX
from coterie.imports.formats.csv_rows import CsvRow, open_rows
from coterie.imports.formats.header_names import guess_mapping
from coterie.imports.formats.names import CSV, GOOGLE, LINKEDIN, OUTLOOK, R0
from coterie.imports.rejected_rows import pick_rejected, reason_of
from coterie.model.imports import Import, RowError, StagedRow

IS_HEADER: dict[str, Callable[[list[str]], bool] | None] = {
    GOOGLE: google_csv.is_header, OUTLOOK: outlook_csv.is_header, LINKEDIN: linkedin_csv.is_header,
    R0: r0_csv.is_header, CSV: None,
}  # fmt: skip
# formats whose readers look at the whole file to learn how it writes dates
_MAPPING_OF: dict[str, Callable[[Sequence[str]], dict[str, str]]] = {
    OUTLOOK: outlook_csv.mapping_of, R0: r0_csv.mapping_of, CSV: guess_mapping,
}  # fmt: skip
_BOM = b"\xef\xbb\xbf"


def write_table(path: Path, import_: Import, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    """The file of rejected rows, line by line: UTF-8 with the separator of the imported file, every cell quoted."""
    layout, is_header = find_layout(path), IS_HEADER[import_.format]
    separator = layout.separator if layout.separator in SEPARATORS else ","
    table = open_rows(path, is_header, source_length_max=ROW_LENGTH_MAX)
    day_first = table.is_day_first or _is_day_first(path, import_, table.headers)
    # without a byte order mark spreadsheets read the file as Windows-1252
    yield _BOM + _line([DAY_FIRST_COLUMN if day_first else REASON_COLUMN, *table.headers], separator)
    for row, item in pick_rejected(table.rows, rows):
        cells = item.cells if isinstance(item, CsvRow) else _cells_of(item, layout)
        if isinstance(item, RowError) and table.reason_index is not None:
            del cells[table.reason_index : table.reason_index + 1]
        yield _line([_safe(reason_of(row)), *cells], separator)


def _is_day_first(path: Path, import_: Import, headers: Sequence[str]) -> bool:
    if import_.format not in _MAPPING_OF:
        return False
    corrections = msgspec.json.decode(import_.options).get("mapping") or {}
    mapping = _MAPPING_OF[import_.format](headers) | corrections
    return bool(day_first_in(open_rows(path, IS_HEADER[import_.format]).rows, headers, mapping))


def _line(cells: Sequence[str], separator: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerow(cells)
    return stream.getvalue().encode("utf-8", "replace")


def _safe(reason: str) -> str:
    """The reason, never a formula: it may quote a name from the file."""
    return reason if reason[:1].isalnum() else f"'{reason}"


def _cells_of(error: RowError, layout: Layout) -> list[str]:
    """The cells of a row with the wrong number of them; a row with a lone quote is split at every separator."""
    text = error.source or ""
    if error.code != NEVER_CLOSED:
        try:
            lines = io.StringIO(text, newline="")
            rows = list(csv_reader(lines, layout))
            if len(rows) == 1:
                return rows[0]
        except csv.Error:  # a field over the limit
            pass
    return text.split(layout.separator)
