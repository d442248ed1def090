"""Staging within the transaction of whoever uploads a file: a short file is answered with what was found in it.

What takes longer is left to the worker, which goes on where this stopped; nothing of it is done twice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from coterie.actions.imports import stage_in_background
from coterie.imports.run import Run, Stopped
from coterie.imports.stage import stage
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx
from coterie.store.imports import find_import

SECONDS = 0.25
# a larger file goes to the worker at once: the writer is not to wait for it
BYTES_MAX = 1_048_576


class _Inside:
    """As much of a database as staging needs, inside one open transaction; write() is a part of it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        yield self._tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with self._tx.savepoint():
            yield self._tx


def stage_inline(tx: Tx, caller: Caller, folder: Path, record: Import, *, seconds: float = SECONDS) -> Import:
    """Stage an import, or as much of it as can be done in so many seconds; the import as it is then."""
    if record.byte_count > BYTES_MAX:
        stage_in_background(tx, caller, record.id)
        return record
    deadline = time.monotonic() + seconds
    database = cast(Database, _Inside(tx))
    run = Run(database, folder, caller.organization_id, record.id, should_stop=lambda: time.monotonic() > deadline)
    try:
        return stage(run)
    except Stopped:
        stage_in_background(tx, caller, record.id)
        return find_import(tx, caller.organization_id, record.id) or record
