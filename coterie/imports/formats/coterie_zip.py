"""Our own export: everything, so that an empty instance becomes the one it was taken from.

First come folders, tags and whatever else exists without contacts, then the contacts with what they are known by,
then the rows of every other noun, some at a time: memory stays flat however much there is. The files of a contact's
nouns are in the order of its uuid, so they are read side by side.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import CoterieError, Invalid, TooLarge, invalid
from coterie.imports.formats.archives import (
    Archive,
    BrokenFile,
    LineFile,
    copy_file,
    next_line,
    open_archive,
    open_lines,
    read_file,
)
from coterie.model.imports import ContactDraft, PictureDraft, RowError
from coterie.model.portable import (
    FORMAT,
    MANIFEST,
    VERSION,
    ContactRow,
    PortableContact,
    PortableRows,
    Row,
    file_of,
    member_of,
)
from coterie.model.portable_rows import AttachmentRow
from coterie.portable.lines import draft_of_portable, parse_row
from coterie.store.files import save_file
from coterie.store.portable import DEFINITIONS, OF_CONTACTS, PARTS

LINE_BYTES_MAX = 16 * 1024**2
MANIFEST_BYTES_MAX = 1024**2
PARTS_MAX = 20_000
# rows of a noun that stand in one row of the import
ROWS_MAX = 20
ROWS_LENGTH_MAX = 1_000_000
DEFINITIONS_MAX = 20_000
FILE_BYTES_MAX = 1024**3
Item = ContactDraft | RowError


class Lines(Struct):
    """The rows of one noun that are not given out yet; row is the next."""

    noun: str
    file: LineFile
    row: Row | None = None
    is_begun: bool = False


def read(path: Path, folder: Path | None = None) -> Iterator[Item]:
    """A draft for each contact, and drafts of rows; a RowError for each line that is not as it should be.

    folder is the data folder in which the files of attachments are kept as they are met; without it they are not.
    Refused at the first next(): what open_archive refuses, another format, a version this one does not know
    (Invalid). A file that is damaged or out of order ends the reading (Invalid).
    """
    with open_archive(path) as archive, ExitStack() as stack:
        if archive.zipped is None:
            raise invalid("file", "is a folder")
        _check_manifest(archive)
        names = set(archive.names)
        if "contacts.jsonl" not in names:
            raise invalid("file", "holds no contacts")
        opened = {
            noun: Lines(noun, stack.enter_context(open_lines(archive, file_of(noun))))
            for noun in (*DEFINITIONS, "contacts", *OF_CONTACTS, *PARTS)
            if file_of(noun) in names
        }
        try:
            for noun in DEFINITIONS:
                yield from _rows(opened.get(noun), DEFINITIONS_MAX)
            yield from _contacts(opened["contacts"], [opened[noun] for noun in OF_CONTACTS if noun in opened])
            for noun in PARTS:
                if noun == "attachments":
                    yield from _attachments(opened.get(noun), folder)
                else:
                    yield from _rows(opened.get(noun), ROWS_MAX)
        except (TooLarge, Invalid):
            raise
        except Exception as error:
            raise invalid("file", f"is damaged: {type(error).__name__}") from None


def _check_manifest(archive: Archive) -> None:
    try:
        manifest = msgspec.json.decode(read_file(archive, MANIFEST, MANIFEST_BYTES_MAX), type=dict[str, Any])
    except (BrokenFile, KeyError, ValueError, msgspec.DecodeError):
        raise invalid("file", "has no manifest of Coterie's") from None
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise invalid("file", "is of a version of Coterie that this one does not know")


# Lines ----------------------------------------------------------------------------------------------------------------


def _next(lines: Lines) -> Row | RowError | None:
    """The next row of a file, or what is wrong with it; None at the end."""
    line = next_line(lines.file, LINE_BYTES_MAX)
    if not line:
        return None
    try:
        return parse_row(lines.noun, line)
    except (ValueError, RecursionError, CoterieError) as error:  # msgspec's errors are ValueErrors
        reason = error.message if isinstance(error, CoterieError) else str(error)
        return RowError(f"{lines.noun}: {reason}", line[:2000].decode("utf-8", "replace"))


def _rows(lines: Lines | None, most: int) -> Iterator[Item]:
    """The rows of a noun, so many in a draft."""
    found: list[str] = []
    length = 0
    while lines is not None and (row := _next(lines)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        found.append(msgspec.json.encode(row).decode())
        length += len(found[-1])
        if len(found) >= most or length > ROWS_LENGTH_MAX:
            yield ContactDraft(portable_rows=PortableRows(lines.noun, found))
            found, length = [], 0
    if lines is not None and found:
        yield ContactDraft(portable_rows=PortableRows(lines.noun, found))


# Contacts -------------------------------------------------------------------------------------------------------------


def _contacts(contacts: Lines, parts: list[Lines]) -> Iterator[Item]:
    last = ""
    while (row := _next(contacts)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        assert isinstance(row, ContactRow)
        if row.uuid <= last:
            raise invalid("file", "holds contacts that are not in the order of their ids")
        last = row.uuid
        own = PortableContact(row)
        for lines in parts:
            rows, errors = _rows_of(lines, row.uuid)
            setattr(own, lines.noun, rows)
            yield from errors
        yield draft_of_portable(own)
    for lines in parts:
        yield from _rows_of(lines, "~")[1]


def _rows_of(lines: Lines, uuid: str) -> tuple[list[Any], list[RowError]]:
    """(the rows of this contact, what is wrong with others up to there): a row of somebody who is not there."""
    found: list[Any] = []
    errors: list[RowError] = []
    while True:
        if lines.row is None:
            fresh = None if lines.is_begun and lines.file.stream.closed else _next(lines)
            lines.is_begun = True
            if isinstance(fresh, RowError):
                errors.append(fresh)
                continue
            lines.row = fresh
        contact = getattr(lines.row, "contact", None)
        if lines.row is None or contact is None or contact > uuid:
            return found, errors
        if contact == uuid:
            found.append(lines.row)
        else:
            errors.append(RowError(f"{lines.noun}: contact {contact} is not in the file, or out of order"))
        if len(found) + len(errors) > PARTS_MAX:
            raise TooLarge(f"a contact has more than {PARTS_MAX:,} {lines.noun}")
        lines.row = None


# Files ----------------------------------------------------------------------------------------------------------------


def _attachments(lines: Lines | None, folder: Path | None) -> Iterator[Item]:
    """Each attachment by itself: its file is kept before its row is staged."""
    while lines is not None and (row := _next(lines)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        assert isinstance(row, AttachmentRow)
        try:
            if re.search(r"[/\\\0-\x1f\x7f]", row.filename):
                raise BrokenFile("has a name that is none")
            if folder is not None:
                _keep(lines.file.archive, row, folder)
        except (BrokenFile, KeyError) as error:
            reason = "is not in the archive" if isinstance(error, KeyError) else str(error)
            yield RowError(f"attachments: {row.filename[:100]} {reason}", msgspec.json.encode(row).decode())
            continue
        draft = ContactDraft(portable_rows=PortableRows(lines.noun, [msgspec.json.encode(row).decode()]))
        draft.pictures = [PictureDraft(row.media_type, None, None, row.digest, row.byte_count, row.filename)]
        yield draft


def _keep(archive: Archive, row: AttachmentRow, folder: Path) -> None:
    """Put a file into the data folder. It must be what its name and its row say."""
    with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as place:
        path = Path(place) / "file"
        digest, byte_count = copy_file(archive, member_of(row.digest), path, FILE_BYTES_MAX)
        if digest != row.digest or byte_count != row.byte_count:
            raise BrokenFile("is not the file that was exported")
        save_file(folder, path)
