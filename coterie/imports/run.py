"""One import from file to contacts: start, stage, apply, undo. The command line and the worker call these alike.

Guarantees. Staging writes no contact. Each batch of rows is one transaction that also says how far the import is, so
that whoever comes after a kill -9 goes on where it stopped: nothing is lost, nothing done twice. Two processes with
the same import take turns, batch by batch. Memory does not grow with the file.
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from coterie.actions.callers import caller_for
from coterie.errors import NotFound
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.database import Database, Tx
from coterie.store.files import file_path

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
    return caller_for(tx, run.organization_id, via="import", user_id=record.user_id, import_id=record.id)
