"""One import from file to contacts: start, stage, apply, undo. The command line and the worker call these alike.

Guarantees. Staging writes no contact. Each batch of rows is one transaction that also says how far the import is, so
that whoever comes after a kill -9 goes on where it stopped: nothing is lost, nothing done twice. Two processes with
the same import take turns, batch by batch. Memory does not grow with the file.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions import imports as actions
from coterie.errors import NotFound, invalid
from coterie.imports.formats.detect import FORMATS, VCARD, detect_format
from coterie.imports.formats.readers import READERS, columns_of
from coterie.imports.formats.vcard_file import check_vcard
from coterie.model.imports import Import
from coterie.model.organizations import ALL_SCOPES, Caller
from coterie.store import imports as store
from coterie.store.database import Database, Tx
from coterie.store.files import file_path, lock_files, save_file
from coterie.store.organizations import find_organization

# Between two batches others get the writer: without a pause this process would take it right back
PAUSE_SECONDS = 0.002


class Stopped(Exception):
    """The work was asked to stop between two batches; it goes on where it is."""


class Run(Struct):
    """What the steps of one import need. progress is called with (rows done, rows in all or 0); should_stop says
    between batches whether to raise Stopped."""

    database: Database
    folder: Path
    organization_id: int
    import_id: str
    progress: Callable[[int, int], None] = lambda done, total: None
    should_stop: Callable[[], bool] = lambda: False

    def pause(self) -> None:
        """Between two batches."""
        if self.should_stop():
            raise Stopped
        time.sleep(PAUSE_SECONDS)


def start(
    database: Database,
    caller: Caller,
    folder: Path,
    path: Path,
    *,
    file_format: str = "auto",
    filename: str | None = None,
    options: dict[str, Any] | None = None,
    group_id: str | None = None,
    in_background: bool = False,
) -> Import:
    """Keep a file and make an import of it.

    Refused (Invalid): a file no reader is for, a format that is none, a mapping (of the options) that does not fit it.
    """
    if file_format == "auto":
        file_format = detect_format(path)
    if file_format not in FORMATS:
        raise invalid("format", f"is not one of auto, {', '.join(FORMATS)}", kind="choice")
    if file_format not in READERS:
        raise invalid("format", f"{file_format} cannot be read yet", kind="choice")
    options = dict(options or {})
    digest, byte_count = None, 0
    if path.is_dir():
        options["path"] = str(path.absolute())
    elif not path.is_file():
        raise invalid("file", "is not there")
    if file_format == VCARD:
        check_vcard(path)
    if options.get("mapping"):
        columns_of(path, file_format, options["mapping"])
    with database.write() as tx:
        # whoever removes files nobody names cannot come between
        lock_files(tx)
        if not path.is_dir():
            digest, byte_count = save_file(folder, path)
        return actions.start_import(
            tx,
            caller,
            filename=filename or path.name,
            file_format=file_format,
            digest=digest,
            byte_count=byte_count,
            options=options,
            group_id=group_id,
            in_background=in_background,
        )


def path_of(run: Run, record: Import) -> Path:
    """The file of an import as it is kept."""
    if record.file_digest:
        return file_path(run.folder, record.file_digest)
    return Path(msgspec.json.decode(record.options).get("path", ""))


def find(tx: Tx, run: Run) -> Import:
    """The import as it is now, kept from other writers."""
    record = store.find_import_to_change(tx, run.organization_id, run.import_id)
    if record is None:
        raise NotFound("Import not found")
    return record


def caller_of(tx: Tx, run: Run, record: Import) -> Caller:
    """Who acts: the one who started the import, through the door "import"."""
    organization = find_organization(tx, run.organization_id)
    if organization is None:
        raise NotFound("Organization not found")
    return Caller(
        organization.id,
        organization.uuid,
        organization.country,
        record.user_id,
        (ALL_SCOPES,),
        "import",
        import_id=record.id,
    )
