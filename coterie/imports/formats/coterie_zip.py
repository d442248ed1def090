"""The portable archive: everything of an organization, so that an empty one becomes a copy of it.

Folders, tags and other nouns without contacts come first, then the contacts with their handles and external ids, then
batches of rows of every other noun: memory stays flat. Files of nouns that belong to contacts are sorted by uuid and
are read side by side.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from coterie.errors import Invalid, TooLarge, invalid
from coterie.imports.formats.archives import Archive, BrokenFile, copy_file, open_archive, open_lines, read_file
from coterie.imports.formats.coterie_lines import Item, Lines, next_row, read_batches, rows_of_contact
from coterie.model.attachments import OCTETS, clean_media_type
from coterie.model.imports import ContactDraft, PictureDraft, RowError
from coterie.model.portable import (
    FORMAT,
    MANIFEST,
    VERSION,
    ContactRow,
    PortableContact,
    PortableRows,
    file_of,
    member_of,
)
from coterie.model.portable_rows import AttachmentRow
from coterie.portable.lines import draft_of_portable
from coterie.store.files import save_file
from coterie.store.portable import DEFINITIONS, OF_CONTACTS, PARTS

MANIFEST_BYTES_MAX = 1024**2
FILE_BYTES_MAX = 1024**3
# rows of a noun in one row of the import
ROWS_MAX = 20
DEFINITIONS_MAX = 20_000


def read(path: Path, folder: Path | None = None, file_bytes_max: int = FILE_BYTES_MAX) -> Iterator[Item]:
    """A draft for each contact and each batch of rows; a RowError for each line that is wrong.

    folder is the data folder, where the files of attachments are stored as they are read; without it they are
    not. A file larger than file_bytes_max is a RowError.

    Raises as open_archive does, and Invalid if the format or version is unknown, the archive is damaged or its contacts
    are out of order.
    """
    with open_archive(path) as archive, ExitStack() as stack:
        if archive.zipped is None:
            raise invalid("file", "is a folder")
        _check_manifest(archive)
        names = set(archive.names)
        if "contacts.jsonl" not in names:
            raise invalid("file", "contains no contacts")
        opened = {
            noun: Lines(noun, stack.enter_context(open_lines(archive, file_of(noun))))
            for noun in (*DEFINITIONS, "contacts", *OF_CONTACTS, *PARTS)
            if file_of(noun) in names
        }
        try:
            for noun in DEFINITIONS:
                yield from read_batches(opened.get(noun), DEFINITIONS_MAX)
            yield from _contacts(opened["contacts"], [opened[noun] for noun in OF_CONTACTS if noun in opened])
            for noun in PARTS:
                if noun == "attachments":
                    yield from _attachments(opened.get(noun), folder, file_bytes_max)
                else:
                    yield from read_batches(opened.get(noun), ROWS_MAX)
        except (TooLarge, Invalid):
            raise
        except Exception as error:
            raise invalid("file", f"is damaged: {type(error).__name__}") from None


def _check_manifest(archive: Archive) -> None:
    try:
        manifest = msgspec.json.decode(read_file(archive, MANIFEST, MANIFEST_BYTES_MAX), type=dict[str, Any])
    except (BrokenFile, KeyError, ValueError, msgspec.DecodeError):
        raise invalid("file", "has no manifest of a Coterie export") from None
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise invalid("file", "was exported by a version of Coterie that this one does not know")


def _contacts(contacts: Lines, parts: list[Lines]) -> Iterator[Item]:
    last = ""
    while (row := next_row(contacts)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        assert isinstance(row, ContactRow)
        if row.uuid <= last:
            raise invalid("file", "contains contacts that are not in the order of their ids")
        last = row.uuid
        portable = PortableContact(row)
        for lines in parts:
            rows, errors = rows_of_contact(lines, row.uuid)
            setattr(portable, lines.noun, rows)
            yield from errors
        yield draft_of_portable(portable)
    for lines in parts:
        # "~" is after every uuid: rows that are left belong to no contact
        yield from rows_of_contact(lines, "~")[1]


def _attachments(lines: Lines | None, folder: Path | None, file_bytes_max: int) -> Iterator[Item]:
    """One draft per attachment: its file is stored before its row is staged."""
    while lines is not None and (row := next_row(lines)) is not None:
        if isinstance(row, RowError):
            yield row
            continue
        assert isinstance(row, AttachmentRow)
        try:
            if re.search(r"[/\\\0-\x1f\x7f]", row.filename):
                raise BrokenFile("has an invalid filename")
            if row.byte_count > file_bytes_max:
                raise BrokenFile(f"is larger than {file_bytes_max:,} bytes, the limit of files of contacts")
            row = msgspec.structs.replace(row, media_type=clean_media_type(row.media_type) or OCTETS)
            if folder is not None:
                _store_file(lines.file.archive, row, folder)
        except (BrokenFile, KeyError) as error:
            reason = "is not in the archive" if isinstance(error, KeyError) else str(error)
            yield RowError(f"attachments: {row.filename[:100]} {reason}", msgspec.json.encode(row).decode())
            continue
        draft = ContactDraft(portable_rows=PortableRows(lines.noun, [msgspec.json.encode(row).decode()]))
        draft.pictures = [PictureDraft(row.media_type, None, None, row.digest, row.byte_count, row.filename)]
        yield draft


def _store_file(archive: Archive, row: AttachmentRow, folder: Path) -> None:
    """Copies a file into the data folder. Raises BrokenFile if its digest or size differs from the row."""
    with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as place:
        path = Path(place) / "file"
        digest, byte_count = copy_file(archive, member_of(row.digest), path, FILE_BYTES_MAX)
        if digest != row.digest or byte_count != row.byte_count:
            raise BrokenFile("is not the file that was exported")
        save_file(folder, path)
