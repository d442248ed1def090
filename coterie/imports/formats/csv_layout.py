"""How a CSV file is written: its encoding, separator and quotes, guessed from the file itself."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from coterie.errors import TooLarge, invalid
from coterie.imports.formats.header_names import is_known_header
from coterie.imports.formats.legacy_encodings import WESTERN, find_legacy_encoding
from coterie.model.encodings import find_utf_16

FILE_SIZE_MAX = 2 * 1024**3
FIELD_LENGTH_MAX = 1024**2
HEADER_WITHIN_ROWS = 50
SEPARATORS = (",", ";", "\t", "|")
# The file of rejected rows has this column in addition to those of the imported file, and readers skip it. The second
# name also records how the whole file wrote its dates, which the rejected rows alone may not show.
REASON_COLUMN = "Rejected by Coterie because"
DAY_FIRST_COLUMN = f"{REASON_COLUMN} (dates: days before months)"

_CHUNK = 1024**2
_SAMPLE = 64 * 1024
_REASON_FIRST = re.compile(rf'"?{re.escape(REASON_COLUMN)}[^",;\t|]*"?([,;\t|])')
# a whole quoted cell after a separator and a space
_QUOTE_AFTER_SPACE = {
    each: re.compile(rf'{re.escape(each)} +"[^"]*"(?= *(?:{re.escape(each)}|[\r\n]|$))') for each in SEPARATORS
}
_CP1252_HOLES = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

# the csv module has one limit per process; every reader of a table uses this module
csv.field_size_limit(FIELD_LENGTH_MAX)


class Layout(NamedTuple):
    """has_separator_line: the first line is Excel's "sep=;". skips_space: quotes may follow a separator and a space."""

    encoding: str
    separator: str
    quote: str
    has_separator_line: bool = False
    skips_space: bool = False


def find_layout(path: Path) -> Layout:
    """The layout of a CSV file. Raises TooLarge beyond 2 GiB, Invalid if it is not a file or is empty."""
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
    # Excel writes the separator as a separate line
    if re.fullmatch(r"sep=.", first, re.IGNORECASE):
        return Layout(encoding, first[-1], '"', has_separator_line=True)
    # rejected rows may all have different widths, which hides the separator
    if match := _REASON_FIRST.match(first):
        return Layout(encoding, match[1], '"')
    quote = "'" if '"' not in first and re.fullmatch(r"('[^']*'[,;\t|]?)+", first) else '"'
    layouts = [
        Layout(encoding, separator, quote, skips_space=_QUOTE_AFTER_SPACE[separator].search(sample) is not None)
        for separator in SEPARATORS
    ]
    return max(layouts, key=lambda layout: _score(sample, layout))


def csv_reader(lines: Iterable[str], layout: Layout) -> Iterator[list[str]]:
    """The rows of a CSV text. Raises csv.Error if a field is over its limit."""
    return csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote, skipinitialspace=layout.skips_space)


def find_encoding(path: Path) -> str:
    """The encoding of a text file, decided on the whole file.

    UTF-16 by its byte order mark or its zero bytes. UTF-8 by its byte order mark, or if the bytes are UTF-8, or
    nearly: one broken byte among twenty good letters. Otherwise as find_legacy_encoding says; Latin-1 instead of
    Windows-1252 if the file contains bytes that Windows-1252 does not define.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if encoding := find_utf_16(head):
            return encoding
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
    encoding = find_legacy_encoding(head, is_known_header)
    return "latin-1" if has_holes and encoding == WESTERN else encoding


def read_head(path: Path, row_count: int = HEADER_WITHIN_ROWS) -> list[list[str]]:
    """The cells of the first rows that are not blank, from the first 64 KiB."""
    layout = find_layout(path)
    return list(islice(_sample_rows(_sample_text(path, layout.encoding), layout), row_count))


def _sample_text(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(_SAMPLE)
        if len(text) == _SAMPLE:
            # drop the last line, which is cut off, unless it is the only one
            text = text.rpartition("\n")[0] or text
    return text.lstrip("\r\n")


def _sample_rows(sample: str, layout: Layout) -> Iterator[list[str]]:
    lines = StringIO(sample, newline="")
    if layout.has_separator_line:
        next(lines, None)
    try:
        for cells in csv_reader(lines, layout):
            if any(cells):
                yield [cell.strip() for cell in cells]
    except csv.Error:
        return


def _score(sample: str, layout: Layout) -> float:
    """How well a separator explains the sample: many columns, and equally many in most rows."""
    widths = [len(cells) for cells in islice(_sample_rows(sample, layout), 100)]
    width = max(widths[:5], default=1)
    return width * (widths.count(width) / len(widths)) ** 2 if width > 1 else 0
