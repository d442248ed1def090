"""Shared by the steps of an import (stage, apply, undo).

Guarantees. Staging writes no contact. Each batch of rows is one transaction that also saves the progress of the import,
so a step that was killed continues after its last batch: no row is lost or processed twice. Two processes with the same
import take turns, batch by batch. Memory does not grow with the file.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

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
    """The environment of a step of an import. progress is called after each batch."""

    database: Database
    folder: Path
    organization_id: int
    import_id: str
    progress: Report = lambda done, total: None
    control: Control = UNCONTROLLED

    def run(self, batches: Batches[Any, Import]) -> Import:
        """Runs the batches of a step; returns the import in its new state."""
        return run_batches(self.database.write, batches, self.control)


class Done(Struct, frozen=True):
    """The result of a batch. last: the number of its last row, or None if there are no more rows."""

    import_: Import
    last: int | None


def lock_import(tx: Tx, organization_id: int, import_id: str) -> Import:
    """An import, locked until the commit. Raises NotFound if it does not exist."""
    import_ = store.find_import_to_change(tx, organization_id, import_id)
    if import_ is None:
        raise NotFound("Import not found")
    return import_


def open_import(tx: Tx, organization_id: int, import_id: str) -> tuple[Import, Caller]:
    """The same, and the caller for its changes: the user who started it."""
    opened = store.open_import(tx, organization_id, import_id)
    if opened is None:
        raise NotFound("Import not found")
    import_, organization = opened
    return import_, Caller.for_organization(organization, via=VIA, user_id=import_.user_id, import_id=import_id)


def path_of(folder: Path, import_: Import) -> Path:
    """The file of an import in the data folder, or the folder that it reads."""
    if import_.file_digest:
        return file_path(folder, import_.file_digest)
    return Path(msgspec.json.decode(import_.options).get("path", ""))
