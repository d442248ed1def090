"""The rows of one noun of the portable archive, read line by line."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import CoterieError, TooLarge
from coterie.imports.formats.archives import LineFile, next_line
from coterie.model.imports import ContactDraft, RowError
from coterie.model.portable import PortableRow, PortableRows
from coterie.portable.lines import parse_row

LINE_BYTES_MAX = 16 * 1024**2
# rows that one contact can have of a noun
ROWS_OF_CONTACT_MAX = 20_000
BATCH_LENGTH_MAX = 1_000_000
Item = ContactDraft | RowError


class Lines(Struct):
    """An open file of a noun. row: a row that was read ahead and belongs to a later contact."""

    noun: str
    file: LineFile
    row: PortableRow | None = None
    is_begun: bool = False


def next_row(lines: Lines) -> PortableRow | RowError | None:
    """The next row, or the error in it; None at the end of the file."""
    line = next_line(lines.file, LINE_BYTES_MAX)
    if not line:
        return None
    try:
        return parse_row(lines.noun, line)
    except (ValueError, RecursionError, CoterieError) as error:  # msgspec's errors are ValueErrors
        reason = error.message if isinstance(error, CoterieError) else str(error)
        return RowError(f"{lines.noun}: {reason}", line[:2000].decode("utf-8", "replace"))


def read_batches(lines: Lines | None, row_count_max: int) -> Iterator[Item]:
    """Drafts of at most row_count_max rows each; None is a noun that the archive does not contain."""
    batch: list[str] = []
    length = 0
    while lines is not None and (row := next_row(lines)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        batch.append(msgspec.json.encode(row).decode())
        length += len(batch[-1])
        if len(batch) >= row_count_max or length > BATCH_LENGTH_MAX:
            yield ContactDraft(portable_rows=PortableRows(lines.noun, batch))
            batch, length = [], 0
    if lines is not None and batch:
        yield ContactDraft(portable_rows=PortableRows(lines.noun, batch))


def rows_of_contact(lines: Lines, uuid: str) -> tuple[list[Any], list[RowError]]:
    """(the rows of this contact, errors): rows up to its uuid that cannot be read or belong to no contact.

    Raises TooLarge if there are more than 20,000.
    """
    rows: list[Any] = []
    errors: list[RowError] = []
    while True:
        if lines.row is None:
            row = None if lines.is_begun and lines.file.stream.closed else next_row(lines)
            lines.is_begun = True
            if isinstance(row, RowError):
                errors.append(row)
                continue
            lines.row = row
        contact = getattr(lines.row, "contact", None)
        if lines.row is None or contact is None or contact > uuid:
            return rows, errors
        if contact == uuid:
            rows.append(lines.row)
        else:
            errors.append(RowError(f"{lines.noun}: contact {contact} is not in the file, or is out of order"))
        if len(rows) + len(errors) > ROWS_OF_CONTACT_MAX:
            raise TooLarge(f"a contact has more than {ROWS_OF_CONTACT_MAX:,} {lines.noun}")
        lines.row = None
