"""One import on its way from file to contacts: what its steps (stage, apply, undo) share.

Guarantees. Staging writes no contact. Each batch of rows is one transaction that also saves how far the import is, so
a step that was killed continues after its last batch: nothing is lost, nothing is done twice. Two processes with the
same import take turns, batch by batch. Memory does not grow with the file.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.callers import caller_for
from coterie.errors import NotFound
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.batches import UNCONTROLLED, Batches, Control, run_batches
from coterie.store.database import Database, Tx
from coterie.store.files import file_path

VIA = "import"
# called with (rows done, rows in all or 0)
Report = Callable[[int, int], None]


class Run(Struct):
    """What a step of an import needs. progress is called after each batch."""

    database: Database
    folder: Path
    organization_id: int
    import_id: str
    progress: Report = lambda done, total: None
    control: Control = UNCONTROLLED

    def run(self, batches: Batches[Any, Import]) -> Import:
        """Runs the batches of a step; returns the import as it is then."""
        return run_batches(self.database.write, batches, self.control)


class Done(Struct, frozen=True):
    """A batch of rows: the import then, and the number of the last row; None if there are no more."""

    import_: Import
    last: int | None


def open_import(tx: Tx, organization_id: int, import_id: str) -> tuple[Import, Caller]:
    """An import, locked until the commit, and the caller for what it does: the user who started it.

    Raises NotFound if it does not exist.
    """
    import_ = store.find_import_to_change(tx, organization_id, import_id)
    if import_ is None:
        raise NotFound("Import not found")
    return import_, caller_for(tx, organization_id, via=VIA, user_id=import_.user_id, import_id=import_id)


def path_of(folder: Path, import_: Import) -> Path:
    """The file of an import in the data folder, or the folder it was read from."""
    if import_.file_digest:
        return file_path(folder, import_.file_digest)
    return Path(msgspec.json.decode(import_.options).get("path", ""))
