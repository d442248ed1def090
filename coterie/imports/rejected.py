"""The rows of an import that were rejected, as a file of the kind they came in, each with its reason.

The kept file is read again and these rows are picked out of it, whole: the database has the beginning of a row only.
Mended, the file can be imported again by the same reader, which passes over the reason.

| came as | goes as |
|---|---|
| CSV | its own column names and separator, in UTF-8, with a first column "Rejected by Coterie because" |
| vCard | the lines of each card as they stood, between BEGIN and END, with X-COTERIE-REASON |
| Monica's JSON | the same, with these contacts alone, each with x_coterie_reason; without photos and documents |
| a ZIP archive or a folder | lines of JSON with row, reason, source and contact: to read, not to import |

Cut short are a row of a CSV file at 4 MiB and a card at 16 MiB. A cell that looks like a formula is left as it was,
since the file goes back to whom it came from and is read again; the column of reasons holds none.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from coterie.errors import NotFound
from coterie.imports.formats import any_csv, google_csv, linkedin_csv, outlook_csv, r0_csv
from coterie.imports.formats.columns import day_first_in
from coterie.imports.formats.csv_rows import (
    DAY_FIRST_COLUMN,
    NEVER_CLOSED,
    REASON_COLUMN,
    ROW_LENGTH_MAX,
    SEPARATORS,
    Layout,
    Row,
    find_layout,
    open_rows,
)
from coterie.imports.formats.detect import CSV, GOOGLE, LINKEDIN, MONICA, OUTLOOK, R0, VCARD
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import REJECT, Import, RowError, StagedRow
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.import_rows import list_rows
from coterie.vcard import values
from coterie.vcard.cards import read_records

ROWS_AT_ONCE = 500
MEDIA_TYPES = ("text/csv", "text/vcard", "application/json", "application/jsonl")
REASON_PROPERTY = b"X-COTERIE-REASON"
# what Monica's contacts refer to; the lists with the bytes of files stay behind
_MONICA_LISTS = ("activity", "relationship")
_IS_HEADER: dict[str, Callable[[list[str]], bool]] = {
    GOOGLE: google_csv.is_header, OUTLOOK: outlook_csv.is_header, LINKEDIN: linkedin_csv.is_header,
    R0: r0_csv.is_header, CSV: any,
}  # fmt: skip
# the readers that ask the whole file how it writes dates
_MAPPING_OF: dict[str, Callable[[Sequence[str]], dict[str, str]]] = {
    OUTLOOK: outlook_csv.mapping_of, R0: r0_csv.mapping_of, CSV: any_csv.guess_mapping,
}  # fmt: skip
_BOM = b"\xef\xbb\xbf"
Item = TypeVar("Item")


class RejectedFile(Struct, frozen=True):
    """The file to hand over; pieces are read as they are asked for, and memory stays flat."""

    filename: str
    media_type: str
    pieces: Iterator[bytes]


def rejected_file(tx: Tx, organization_id: int, record: Import, folder: Path) -> RejectedFile:
    """The rejected rows of an import, when it was read and when it was applied. folder is the data folder.

    Refused (NotFound): an import without a rejected row, one whose file is not there any more.
    """
    rows = _rejected_rows(tx, organization_id, record.id)
    if record.rejected_count == 0:
        raise NotFound("No row of this import was rejected")
    stem = PurePath(record.filename).stem[:200] or "import"
    is_read_again = record.format in _IS_HEADER or record.format in (VCARD, MONICA)
    if not is_read_again or not record.file_digest:
        return RejectedFile(f"{stem}-rejected.jsonl", "application/jsonl", _json_lines(rows))
    path = file_path(folder, record.file_digest)
    if not path.is_file():
        raise NotFound("The file of this import is not there any more")
    if record.format == VCARD:
        return RejectedFile(f"{stem}-rejected.vcf", "text/vcard; charset=utf-8", _cards(path, rows))
    if record.format == MONICA:
        return RejectedFile(f"{stem}-rejected.json", "application/json", _monica(path, rows))
    return RejectedFile(f"{stem}-rejected.csv", "text/csv; charset=utf-8", _table(path, record, rows))


def _rejected_rows(tx: Tx, organization_id: int, import_id: str) -> Iterator[StagedRow]:
    after = 0
    while rows := list_rows(tx, organization_id, import_id, outcome=REJECT, after=after, limit=ROWS_AT_ONCE):
        yield from rows
        after = rows[-1].row_number


def _picked(items: Iterable[Item], rows: Iterator[StagedRow]) -> Iterator[tuple[StagedRow, Item]]:
    """Each rejected row with what stands at its number; both are in order."""
    row = next(rows, None)
    for number, item in enumerate(items, 1):
        if row is None:
            return
        if number == row.row_number:
            yield row, item
            row = next(rows, None)


def _reason(row: StagedRow) -> str:
    """In one line."""
    return " ".join(describe_reason(row.reason).split()) if row.reason else ""


# CSV ------------------------------------------------------------------------------------------------------------------


def _table(path: Path, record: Import, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    """With every cell in quotes, so that what stands in one is taken for no separator."""
    layout, is_header = find_layout(path), _IS_HEADER[record.format]
    separator = layout.separator if layout.separator in SEPARATORS else ","
    table = open_rows(path, is_header, source_length_max=ROW_LENGTH_MAX)
    day_first = table.is_day_first or _is_day_first(path, record, table.headers)
    # spreadsheets take a file without the mark for Windows-1252
    yield _BOM + _line([DAY_FIRST_COLUMN if day_first else REASON_COLUMN, *table.headers], separator)
    for row, item in _picked(table.rows, rows):
        cells = item.cells if isinstance(item, Row) else _cells_of(item, layout)
        if isinstance(item, RowError) and table.reason_index is not None:
            del cells[table.reason_index : table.reason_index + 1]
        yield _line([_safe(_reason(row)), *cells], separator)


def _is_day_first(path: Path, record: Import, headers: Sequence[str]) -> bool:
    if record.format not in _MAPPING_OF:
        return False
    corrected = msgspec.json.decode(record.options).get("mapping") or {}
    mapping = _MAPPING_OF[record.format](headers) | corrected
    return day_first_in(open_rows(path, _IS_HEADER[record.format]).rows, headers, mapping)


def _line(cells: Sequence[str], separator: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerow(cells)
    return stream.getvalue().encode("utf-8", "replace")


def _safe(reason: str) -> str:
    """No formula: reasons are our words, but a name of somebody's may stand in them."""
    return reason if reason[:1].isalnum() else f"'{reason}"


def _cells_of(error: RowError, layout: Layout) -> list[str]:
    """The cells of a row that is not as wide as it should be; of one with a lone quote, what the separators make."""
    text = error.source or ""
    if error.reason != NEVER_CLOSED:
        try:
            lines = io.StringIO(text, newline="")
            found = list(csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote))
            if len(found) == 1:
                return found[0]
        except csv.Error:  # a field beyond the limit
            pass
    return text.split(layout.separator)


# vCard ----------------------------------------------------------------------------------------------------------------


def _cards(path: Path, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    is_empty = True
    with path.open("rb") as stream:
        for row, lines in _picked(read_records(stream), rows):
            is_empty = False
            yield _card(_reason(row), lines)
    if is_empty:
        for row in rows:  # of a file without a card
            yield _card(_reason(row), [])


def _card(reason: str, lines: list[bytes]) -> bytes:
    lines = list(_without_reason(lines))
    # VERSION stays first (RFC 6350, 6.7.9); behind it, for the last line of a broken card may go on in the next one
    position = 1 if lines and lines[0][:7].upper() == b"VERSION" else 0
    lines.insert(position, REASON_PROPERTY + b":" + values.escape(reason).encode("utf-8", "replace"))
    return b"\r\n".join([b"BEGIN:VCARD", *lines, b"END:VCARD", b""])


def _without_reason(lines: Iterable[bytes]) -> Iterator[bytes]:
    is_reason = False
    for line in lines:
        is_reason = line.upper().startswith(REASON_PROPERTY + b":") or (is_reason and line[:1] in (b" ", b"\t"))
        if not is_reason:
            yield line


# JSON -----------------------------------------------------------------------------------------------------------------


def _monica(path: Path, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    whole = msgspec.json.decode(path.read_bytes().removeprefix(_BOM), type=dict[str, msgspec.Raw])
    account = msgspec.json.decode(whole.pop("account"), type=dict[str, msgspec.Raw])
    lists = msgspec.json.decode(account.pop("data"), type=list[dict[str, msgspec.Raw]])
    yield b"{" + b"".join(_entry(name, value) for name, value in whole.items()) + b'"account":{'
    yield b"".join(_entry(name, value) for name, value in account.items()) + b'"data":['
    kinds = [(msgspec.json.decode(each.get("type", b"null")), each) for each in lists]
    for kind, each in kinds:
        if kind in _MONICA_LISTS:
            yield msgspec.json.encode(each) + b","
    found = [each["values"] for kind, each in kinds if kind == "contact" and "values" in each]
    contacts = [value for raw in found for value in msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or ()]
    yield b'{"type":"contact","values":['
    for position, (row, value) in enumerate(_picked(contacts, rows)):
        yield (b"," if position else b"") + _with_reason(bytes(value).strip(), _reason(row))
    yield b"]}]}}"


def _entry(name: str, value: msgspec.Raw) -> bytes:
    return msgspec.json.encode(name) + b":" + bytes(value) + b","


def _with_reason(value: bytes, reason: str) -> bytes:
    """An object as it stood, byte for byte, and the reason behind: of two the last one counts."""
    said = b'"x_coterie_reason":' + msgspec.json.encode(reason) + b"}"
    if not value.startswith(b"{"):
        return b'{"value":' + value + b"," + said
    inside = value[:-1].rstrip()
    return inside + (b"" if inside == b"{" else b",") + said


def _json_lines(rows: Iterator[StagedRow]) -> Iterator[bytes]:
    for row in rows:
        contact: Any = msgspec.Raw(row.draft.encode()) if row.draft else None
        line = {"row": row.row_number, "reason": _reason(row), "source": row.source, "contact": contact}
        yield msgspec.json.encode(line) + b"\n"
