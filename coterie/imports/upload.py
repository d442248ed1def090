"""Creates the import of a file: recognizes the file, stores its bytes, inserts the import. Every door uploads here.

Guarantees. A file that no reader can read is not stored. The bytes are stored before the transaction that creates the
import, so no writer waits for a copy; the transaction stores them again if they were deleted in between.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from coterie.actions import imports as actions
from coterie.errors import invalid, raising_disk_full
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.names import FORMATS, VCARD
from coterie.imports.formats.readers import columns_of
from coterie.imports.formats.vcard_file import check_vcard
from coterie.imports.formats.vcard_zip import unpack_cards
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx
from coterie.store.files import file_path, lock_files, save_file

AUTO = "auto"


class StoredUpload(Struct, frozen=True):
    """A readable file whose bytes are stored. No import refers to it yet.

    digest: None for a folder, which is read in place. corrections: column -> field, from the user. columns: column ->
    field, for a CSV file of no known product; None for other files.
    """

    path: Path
    filename: str
    format: str
    corrections: Mapping[str, str]
    columns: dict[str, str] | None
    digest: str | None
    byte_count: int


def store_upload(
    folder: Path,
    path: Path,
    *,
    filename: str | None = None,
    file_format: str = AUTO,
    corrections: Mapping[str, str] | None = None,
) -> StoredUpload:
    """Recognizes a file by its content and copies it to the data folder.

    Raises Invalid, and stores nothing, if the file does not exist, no reader can read it, the format is unknown, or
    the corrections name a column or field that does not exist. Raises DiskFull.
    """
    if file_format == AUTO:
        file_format = detect_format(path)
    if file_format not in FORMATS:
        raise invalid("format", f"is not one of {AUTO}, {', '.join(FORMATS)}", kind="choice")
    is_folder = path.is_dir()
    if not is_folder and not path.is_file():
        raise invalid("file", "does not exist")
    columns = columns_of(path, file_format, corrections)
    with raising_disk_full():
        digest, byte_count = (None, 0) if is_folder else _save(folder, path, file_format)
    return StoredUpload(
        path=path,
        filename=filename or path.name,
        format=file_format,
        corrections=corrections or {},
        columns=columns,
        digest=digest,
        byte_count=byte_count,
    )


def _save(folder: Path, path: Path, file_format: str) -> tuple[str, int]:
    """Stores a file as its reader needs it: an archive of vCards as one file. Returns (digest, byte count)."""
    if file_format != VCARD:
        return save_file(folder, path)
    with unpack_cards(path, folder) as cards:
        check_vcard(cards)
        return save_file(folder, cards)


def start_import(
    tx: Tx,
    caller: Caller,
    folder: Path,
    file: StoredUpload,
    *,
    group_id: str | None = None,
    in_background: bool = False,
) -> Import:
    """Creates the import of a stored file. The worker stages it if in_background; else the caller must."""
    lock_files(tx)
    if file.digest and not file_path(folder, file.digest).exists():
        _save(folder, file.path, file.format)
    options: dict[str, Any] = {}
    if file.corrections:
        options["mapping"] = file.corrections
    if file.digest is None:
        options["path"] = str(file.path.absolute())
    return actions.start_import(
        tx,
        caller,
        filename=file.filename,
        file_format=file.format,
        digest=file.digest,
        byte_count=file.byte_count,
        options=options,
        group_id=group_id,
        in_background=in_background,
    )


def start(
    database: Database,
    caller: Caller,
    folder: Path,
    path: Path,
    *,
    file_format: str = AUTO,
    corrections: Mapping[str, str] | None = None,
    group_id: str | None = None,
    in_background: bool = False,
) -> Import:
    """store_upload and start_import in a new transaction."""
    file = store_upload(folder, path, file_format=file_format, corrections=corrections)
    with database.write() as tx:
        return start_import(tx, caller, folder, file, group_id=group_id, in_background=in_background)
