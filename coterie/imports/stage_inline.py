"""Staging within the transaction of an upload, so that the response to a short file says what was found in it.

The worker stages what takes longer; it continues after the last row that was staged here.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

from coterie.actions.imports import stage_in_background
from coterie.imports.engine import open_import
from coterie.imports.read import read_rows
from coterie.imports.stage import Staging, source_of, stage_batches
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store.batches import Control, Stopped, run_batches
from coterie.store.database import Tx

SECONDS = 0.25
# a larger file goes to the worker: other writers would wait for it
BYTES_MAX = 1_048_576


def stage_inline(tx: Tx, caller: Caller, folder: Path, import_: Import, *, seconds: float = SECONDS) -> Import:
    """Stages an import, or as much of it as there is time for; returns the import as it is then."""
    if import_.byte_count > BYTES_MAX:
        stage_in_background(tx, caller, import_.id)
        return import_
    _, for_import = open_import(tx, caller.organization_id, import_.id)

    def read() -> AbstractContextManager[Tx]:
        return nullcontext(tx)

    @contextmanager
    def write() -> Iterator[Tx]:
        with tx.savepoint():
            yield tx

    deadline = time.monotonic() + seconds
    control = Control(should_stop=lambda: time.monotonic() > deadline)
    with closing(read_rows(read, source_of(for_import, folder, import_))) as batches:
        try:
            return run_batches(write, stage_batches(Staging(for_import, folder), batches, read), control)
        except Stopped:
            stage_in_background(tx, caller, import_.id)
    return open_import(tx, caller.organization_id, import_.id)[0]
