"""What imports remember of people goes: when they are erased, and when the import is old."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from coterie.actions import import_retention as actions
from coterie.actions.callers import caller_for
from coterie.actions.imports import delete_import
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.jobs import Job, Reschedule
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store import import_retention as store
from coterie.store.database import Database, Tx
from coterie.store.organizations import list_organizations
from coterie.worker.lease import PAUSE_SECONDS, renew_lease

DAY = 86_400.0
IMPORTS_AT_ONCE = 1_000
log = logging.getLogger(__name__)


def scrub_erased_contacts(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Blank the rows of imports about contacts that are erased. Twice does no harm."""
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, via="worker")
        imports = store.list_import_ids(tx, job.organization_id)
    for import_id, row_count in imports:
        after = 0
        while after < row_count:
            if stopping.is_set():
                raise Reschedule(times.now())
            with database.write() as tx:
                after = actions.scrub_batch(tx, caller, import_id, after)
                renew_lease(tx, job, {"import": import_id, "done": after})
            time.sleep(PAUSE_SECONDS)


def expire_old_imports(database: Database, settings: Settings) -> None:
    """Of imports to which nothing happened for import_days: those never applied go with their rows and files, of
    those applied or taken back the file goes and what stood in the rows. Cut short, the next run goes on."""
    before = times.after(times.now(), -settings.import_days * DAY)
    reason = f"It was not applied within {settings.import_days} days"
    with database.read() as tx:
        organizations = [organization.id for organization in list_organizations(tx, limit=100_000)]
    for organization_id in organizations:
        with database.read() as tx:
            caller = caller_for(tx, organization_id, via="worker")
            given_up = store.list_old_imports(
                tx, organization_id, actions.NEVER_APPLIED, before=before, limit=IMPORTS_AT_ONCE
            )
            done = store.list_old_imports(tx, organization_id, actions.DONE, before=before, limit=IMPORTS_AT_ONCE)
        for import_id, row_count in given_up:
            _remove(database, caller, import_id, row_count, reason)
        for import_id, row_count in done:
            _in_batches(database, caller, import_id, row_count, actions.expire_batch)
            with database.write() as tx:
                actions.expire_file(tx, caller, import_id)
        if given_up or done:
            log.info(
                "old imports let go",
                extra={"organization_id": organization_id, "removed": len(given_up), "emptied": len(done)},
            )


def _remove(database: Database, caller: Caller, import_id: str, row_count: int, reason: str) -> None:
    with database.write() as tx:
        if not actions.give_up(tx, caller, import_id, reason):
            return
    _in_batches(database, caller, import_id, row_count, actions.delete_batch)
    with suppress(NotFound), database.write() as tx:  # removed by hand meanwhile
        delete_import(tx, caller, import_id)


def _in_batches(
    database: Database, caller: Caller, import_id: str, row_count: int, step: Callable[[Tx, Caller, str, int], int]
) -> None:
    after = 0
    while after < row_count:
        with database.write() as tx:
            after = step(tx, caller, import_id, after)
        time.sleep(PAUSE_SECONDS)
