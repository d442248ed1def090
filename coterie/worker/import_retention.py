"""Deletes the values that imports store of erased contacts, and the content of old imports."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from coterie.actions import import_retention as actions
from coterie.actions.callers import caller_for
from coterie.actions.imports import delete_import
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store import import_retention as store
from coterie.store.batches import Batch, Batches, run_batches
from coterie.store.database import Database, Tx
from coterie.store.organizations import list_organizations
from coterie.worker.batches import run_job

DAY = 86_400.0
IMPORTS_AT_ONCE = 1_000
VIA = "worker"
# (tx, caller, import, row number) -> the row number after which the next batch begins
RowAction = Callable[[Tx, Caller, str, int], int]
log = logging.getLogger(__name__)


class OldImport(Struct, frozen=True):
    """An import on which nothing happened for the days of the setting."""

    import_id: str
    row_count: int


def scrub_erased_contacts(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Scrubs erased contacts from the rows of every import of an organization."""
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, via=VIA)
        imports = [OldImport(*each) for each in store.list_import_ids(tx, job.organization_id)]
    run_job(database, job, stopping, _scrub(caller, imports), lambda after: {"done": after})


def _scrub(caller: Caller, imports: list[OldImport]) -> Batches[int, None]:
    for import_ in imports:
        yield from _each_row(caller, import_, actions.scrub_batch)


def expire_old_imports(database: Database, settings: Settings) -> None:
    """Expires imports on which nothing happened for settings.import_days; if interrupted, the next run continues.

    An import that was never applied is deleted with its rows and its file. Of an import that was applied or undone,
    the file and the contents of its rows are deleted; undo still works.
    """
    before = times.after(times.now(), -settings.import_days * DAY)
    with database.read() as tx:
        organizations = [organization.id for organization in list_organizations(tx, limit=100_000)]
    for organization_id in organizations:
        with database.read() as tx:
            caller = caller_for(tx, organization_id, via=VIA)
            old = {states: _list_old(tx, caller, states, before) for states in (actions.NEVER_APPLIED, actions.DONE)}
        for import_ in old[actions.NEVER_APPLIED]:
            _delete(database, caller, import_, f"It was not applied within {settings.import_days} days")
        for import_ in old[actions.DONE]:
            run_batches(database.write, _each_row(caller, import_, actions.expire_batch))
            with database.write() as tx:
                actions.expire_file(tx, caller, import_.import_id)
        if any(old.values()):
            deleted, expired = (len(imports) for imports in old.values())
            counts = {"organization_id": organization_id, "deleted": deleted, "expired": expired}
            log.info("old imports expired", extra=counts)


def _list_old(tx: Tx, caller: Caller, states: tuple[str, ...], before: str) -> list[OldImport]:
    found = store.list_old_imports(tx, caller.organization_id, states, before=before, limit=IMPORTS_AT_ONCE)
    return [OldImport(*each) for each in found]


def _delete(database: Database, caller: Caller, import_: OldImport, reason: str) -> None:
    with database.write() as tx:
        if not actions.abandon(tx, caller, import_.import_id, reason):
            return
    run_batches(database.write, _each_row(caller, import_, actions.delete_batch))
    with suppress(NotFound), database.write() as tx:  # a user has just deleted it
        delete_import(tx, caller, import_.import_id)


def _each_row(caller: Caller, import_: OldImport, action: RowAction) -> Batches[int, None]:
    after = 0
    while after < import_.row_count:
        after = yield _bind(action, caller, import_.import_id, after)


def _bind(action: RowAction, caller: Caller, import_id: str, after: int) -> Batch[int]:
    return lambda tx: action(tx, caller, import_id, after)
