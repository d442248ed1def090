"""Rows of a CSV file as real programs write it (RFC 4180 and what differs from it), read as a stream.

Before the first row the whole file is read once for its encoding, and its beginning for separator and quotes.
Memory stays flat: at most one row (4 MiB) and what is read again after a broken quote are held.

A quote that is never closed would take the rest of the file with it. Such a row becomes a RowError and
reading goes on at the line after its first one.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

from coterie.errors import TooLarge, invalid
from coterie.model.imports import RowError

FILE_SIZE_MAX = 2 * 1024**3
COLUMN_COUNT_MAX = 1000
FIELD_LENGTH_MAX = 1024**2
ROW_LENGTH_MAX = 4 * 1024**2
SOURCE_LENGTH_MAX = 2000
HEADER_WITHIN_ROWS = 50
# the column that the download of rejected rows has more than the file they came in; it is passed over when read, but
# for how the whole file wrote its dates, which a few rows of it may not show
REASON_COLUMN = "Rejected by Coterie because"
DAY_FIRST_COLUMN = f"{REASON_COLUMN} (dates: days before months)"

_CHUNK = 1024**2
_SAMPLE = 64 * 1024
# what may be read a second time after broken quotes, in all: a file made of them stays linear to read
_AGAIN_MAX = 16 * 1024**2
NEVER_CLOSED = "A quote is never closed"
ROW_TOO_LARGE = "The row is larger than 4 MiB"
SEPARATORS = (",", ";", "\t", "|")
_REASON_FIRST = re.compile(rf'"?{re.escape(REASON_COLUMN)}[^",;\t|]*"?([,;\t|])')
_CP1252_HOLES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

# the limit of the csv module belongs to the process; every reader of a CSV goes through this file
csv.field_size_limit(FIELD_LENGTH_MAX)


class Layout(NamedTuple):
    """How the text of a file is written."""

    encoding: str
    separator: str
    quote: str
    has_separator_line: bool


class Row(NamedTuple):
    """One row: as many cells as there are headers, without spaces around them, and its text in the file."""

    cells: list[str]
    source: str


class Table(NamedTuple):
    headers: list[str]
    rows: Iterator[Row | RowError]
    # of a file of rows that were rejected before: where the column of reasons stood, and what it says of dates
    reason_index: int | None = None
    is_day_first: bool = False


def open_rows(
    path: Path, is_header: Callable[[list[str]], bool] = any, *, source_length_max: int = SOURCE_LENGTH_MAX
) -> Table:
    """The headers of a CSV file and its rows, one by one; blank rows and the column of reasons are left out.

    is_header says which of the first 50 rows names the columns (some exports begin with prose); source_length_max
    how much is kept of a row's text.
    A row with fewer cells is filled up with blanks; one with more, with a NUL character, with a field beyond
    1 MiB, beyond 4 MiB in all, or with a quote that is never closed, is a RowError.
    Refused as a whole: a file beyond 2 GiB (TooLarge), more than 1,000 columns, no header row.
    """
    layout = find_layout(path)
    parsed = _parse(path, layout, source_length_max)
    headers: list[str] = []
    for row in islice(parsed, HEADER_WITHIN_ROWS):
        if isinstance(row, RowError) and row.reason == ROW_TOO_LARGE:
            reason = (
                f"has too many columns (at most {COLUMN_COUNT_MAX:,}): the row that names them is larger than 4 MiB"
            )
            raise invalid("file", reason, kind="too_large")
        if isinstance(row, Row) and is_header(row.cells):
            headers = row.cells
            break
    if not headers:
        raise invalid("file", "has no row that names its columns")
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > COLUMN_COUNT_MAX:
        raise invalid("file", f"has more than {COLUMN_COUNT_MAX:,} columns", kind="too_large")
    for name in (REASON_COLUMN, DAY_FIRST_COLUMN):
        if name in headers:
            rows = _without(parsed, index := headers.index(name))
            kept = headers[:index] + headers[index + 1 :]
            return Table(kept, _fit(rows, len(kept)), index, name == DAY_FIRST_COLUMN)
    return Table(headers, _fit(parsed, len(headers)))


def read_head(path: Path, row_count: int = HEADER_WITHIN_ROWS) -> list[list[str]]:
    """The cells of the first rows that are not blank, from the first 64 KiB: to find out what it is."""
    layout = find_layout(path)
    return list(islice(_sample_rows(_sample_text(path, layout.encoding), layout), row_count))


def find_layout(path: Path) -> Layout:
    """Encoding, separator and quotes of a CSV file. Refused: beyond 2 GiB (TooLarge), an empty file."""
    if not path.is_file():
        raise invalid("file", "is not a file")
    size = path.stat().st_size
    if size > FILE_SIZE_MAX:
        raise TooLarge("The file is larger than 2 GiB")
    if size == 0:
        raise invalid("file", "is empty", kind="blank")
    encoding = find_encoding(path)
    sample = _sample_text(path, encoding)
    first = sample.split("\n", 1)[0].strip()
    # Excel writes the separator it used as a first line of its own
    if re.fullmatch(r"sep=.", first, re.IGNORECASE):
        return Layout(encoding, first[-1], '"', True)
    # rejected rows may all be of different widths, from which no separator can be told
    if found := _REASON_FIRST.match(first):
        return Layout(encoding, found[1], '"', False)
    quote = "'" if '"' not in first and re.fullmatch(r"('[^']*'[,;\t|]?)+", first) else '"'
    layouts = [Layout(encoding, separator, quote, False) for separator in SEPARATORS]
    return max(layouts, key=lambda layout: _score(sample, layout))


def find_encoding(path: Path) -> str:
    """The encoding of a text file, decided on the whole of it.

    UTF-16 and UTF-8 by their byte order mark; UTF-8 where the bytes are UTF-8, or nearly (a stray byte among
    many good letters); otherwise Windows-1252, or Latin-1 where bytes are in use that Windows-1252 leaves
    out.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        broken, letters, has_holes = 0, 0, False
        while chunk := file.read(_CHUNK):
            if not chunk.isascii() or decoder.getstate()[0]:
                text = decoder.decode(chunk)
                broken += text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
                letters += len(text) - len(text.encode("ascii", "ignore"))
                has_holes = has_holes or bool(_CP1252_HOLES.search(chunk))
        broken += len(decoder.decode(b"", final=True))
    if broken <= 0 or (letters - broken) >= 20 * broken:
        return "utf-8-sig"
    return "latin-1" if has_holes else "cp1252"


def _sample_text(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(_SAMPLE)
        if len(text) == _SAMPLE:
            # the last line is cut off; a sample of one line is kept as it is
            text = text.rpartition("\n")[0] or text
    return text.lstrip("\r\n")


def _sample_rows(sample: str, layout: Layout) -> Iterator[list[str]]:
    lines = StringIO(sample, newline="")
    if layout.has_separator_line:
        next(lines, None)
    try:
        for cells in csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote):
            if any(cells):
                yield [cell.strip() for cell in cells]
    except csv.Error:
        return


def _score(sample: str, layout: Layout) -> float:
    """How well a separator explains the sample: many columns, and the same number in most rows."""
    widths = [len(cells) for cells in islice(_sample_rows(sample, layout), 100)]
    width = max(widths[:5], default=1)
    return width * (widths.count(width) / len(widths)) ** 2 if width > 1 else 0


class _Lines:
    """What the csv module reads from: the lines of a file, the lines to read again first.

    It hands over the lines of one row and remembers them; asked for more than a row may have, or at the end
    of the file inside a row, it stops and says so in `broken`.
    """

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.again: deque[str] = deque()
        self.again_length = 0
        self.taken: list[str] = []
        self.length = 0
        self.broken = ""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.length > ROW_LENGTH_MAX:
            raise StopIteration
        line = self.again.popleft() if self.again else self.file.readline(ROW_LENGTH_MAX + 1)
        if not line:
            if self.taken:
                self.broken = NEVER_CLOSED
            raise StopIteration
        self.taken.append(line)
        self.length += len(line)
        return line

    def start_row(self) -> None:
        self.taken = []
        self.length = 0
        self.broken = ""

    def skip_rest_of_line(self) -> None:
        """Passes over what is left of a line that was too long to be taken whole."""
        line = self.taken[-1] if self.taken else ""
        while line and not self.again and not line.endswith(("\n", "\r")):
            line = self.file.readline(_CHUNK)

    def read_again(self) -> bool:
        """Puts all lines of the row but its first back. Returns False where there are none, or too much
        was read again already."""
        rest = self.taken[1:]
        self.again_length += self.length - len(self.taken[0])
        if not rest or self.again_length > _AGAIN_MAX:
            return False
        self.again.extendleft(reversed(rest))
        del self.taken[1:]
        return True


def _parse(path: Path, layout: Layout, source_length_max: int) -> Iterator[Row | RowError]:
    """Every row that is not blank, as wide as it is."""
    with path.open(encoding=layout.encoding, errors="replace", newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote)
        if layout.has_separator_line:
            next(reader, None)
        width = 0
        while True:
            lines.start_row()
            cells = _next_cells(reader, lines)
            if cells is None and not lines.broken:
                return
            if cells and len(lines.taken) > 1 and width and any(cells[width:]) and lines.read_again():
                # two lone quotes in different rows have swallowed what lies between them
                lines.broken = NEVER_CLOSED
            if lines.broken:
                yield RowError(lines.broken, _source(lines.taken, source_length_max))
            elif cells and any(plain := [cell and cell.strip() for cell in cells]):
                width = max(width, len(plain))
                yield _checked(plain, lines.taken, source_length_max)


def _next_cells(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    """The cells of the next row, or None at the end; what is wrong with the row stands in lines.broken."""
    try:
        cells = next(reader, None)
    except csv.Error:
        cells = None
        lines.skip_rest_of_line()
        is_one_line = len(lines.taken) == 1
        lines.broken = "A field is larger than 1 MiB" if is_one_line else NEVER_CLOSED
    if lines.length > ROW_LENGTH_MAX:
        lines.skip_rest_of_line()
        lines.broken = ROW_TOO_LARGE
    elif lines.broken:
        lines.read_again()
    return cells


def _checked(cells: list[str], taken: list[str], source_length_max: int) -> Row | RowError:
    source = _source(taken, source_length_max)
    # most cells are blank and most rows are one line: what is done for each of them is kept small
    if "\x00" in (taken[0] if len(taken) == 1 else "".join(taken)):
        return RowError("The row contains a NUL character", source.replace("\x00", "\ufffd"))
    return Row(cells, source)


def _without(rows: Iterable[Row | RowError], index: int) -> Iterator[Row | RowError]:
    """The rows without one of their cells; a row that has no other is blank."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
        elif any(cells := row.cells[:index] + row.cells[index + 1 :]):
            yield Row(cells, row.source)


def _fit(rows: Iterable[Row | RowError], width: int) -> Iterator[Row | RowError]:
    """The rows with exactly so many cells."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
        elif len(row.cells) > width and any(row.cells[width:]):
            yield RowError(f"The row has {len(row.cells)} cells, the header only {width}", row.source)
        else:
            missing = width - len(row.cells)
            yield row if not missing else Row(row.cells[:width] + [""] * missing, row.source)


def _source(taken: list[str], length_max: int) -> str:
    return (taken[0] if len(taken) == 1 else "".join(taken)).rstrip("\r\n")[:length_max]
