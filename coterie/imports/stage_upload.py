"""Stages a short file inline, so that the response to its upload has the counts.

This runs in a thread of the web process, between transactions. The worker stages large files, archives, whose few
bytes may unpack to many, and what takes longer here: it continues after the last staged row.
"""

import time
from contextlib import closing
from pathlib import Path

from coterie.actions import imports as actions
from coterie.errors import invalid
from coterie.imports.earlier_rows import load_files
from coterie.imports.engine import open_import
from coterie.imports.formats.names import COTERIE, INSTAGRAM
from coterie.imports.read import read_rows
from coterie.imports.stage import source_of, stage_batches
from coterie.imports.staged_rows import Staging
from coterie.imports.upload import StoredUpload, start_import
from coterie.model.imports import FAILED, Import
from coterie.model.organizations import Caller
from coterie.store.batches import Control, Stopped, run_batches
from coterie.store.database import Database, Tx
from coterie.store.imports import find_import

SECONDS = 0.25
BYTES_MAX = 1_048_576
ARCHIVES = (INSTAGRAM, COTERIE)
# after this time the worker takes over an import whose process has died
RESCUE_SECONDS = 60.0


def start_upload(tx: Tx, caller: Caller, folder: Path, file: StoredUpload) -> Import:
    """Creates the import of an uploaded file, which stage_upload stages, or the worker."""
    is_short = _is_short(file.byte_count, file.format)
    import_ = start_import(tx, caller, folder, file, in_background=not is_short)
    if is_short:
        actions.stage_later(tx, caller, import_.id, RESCUE_SECONDS)
    return import_


def _is_short(byte_count: int, file_format: str) -> bool:
    return byte_count <= BYTES_MAX and file_format not in ARCHIVES


def stage_upload(
    database: Database, caller: Caller, folder: Path, import_: Import, *, seconds: float | None = None
) -> Import:
    """Stages a short file, or as much of it as time allows; returns the import in its new state.

    seconds: SECONDS if None.
    Raises Invalid if the file cannot be read; the import is deleted then.
    """
    if not _is_short(import_.byte_count, import_.format):
        return import_
    with database.write() as tx:
        _, for_import = open_import(tx, caller.organization_id, import_.id)
        files = load_files(tx, caller.organization_id, import_)
    is_stopped, deadline = False, time.monotonic() + (SECONDS if seconds is None else seconds)
    control = Control(should_stop=lambda: time.monotonic() > deadline)
    source = source_of(for_import, database.settings, folder, import_)
    with closing(read_rows(database.read, source)) as batches:
        staging = stage_batches(Staging(for_import, folder, import_, files), batches, database.read)
        try:
            import_ = run_batches(database.write, staging, control)
        except Stopped:
            is_stopped = True
    with database.write() as tx:
        actions.end_rescue(tx, caller, import_.id)
        if is_stopped:
            actions.stage_in_background(tx, caller, import_.id)
            return find_import(tx, caller.organization_id, import_.id) or import_
        if import_.state == FAILED:
            actions.delete_import(tx, caller, import_.id)
    if import_.state == FAILED:
        raise invalid("file", f"cannot be read: {import_.error}")
    return import_
