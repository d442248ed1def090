"""How long imports store personal data: no longer than the contact exists, and no longer than a setting allows."""

from coterie.actions.attachments import delete_unreferenced
from coterie.model import times
from coterie.model.imports import APPLIED, FAILED, STAGED, STAGING, UNDONE
from coterie.model.organizations import Caller
from coterie.store import import_retention as store
from coterie.store import imports, jobs
from coterie.store.database import Tx

SCRUB_JOB = "scrub_erased_contacts"
# the job starts when no transaction that relies on it can still be open
WAIT_SECONDS = 60
BATCH = 2_000
# an import that was never applied only shows a file; the rows of others stay
NEVER_APPLIED, DONE = (STAGING, STAGED, FAILED), (APPLIED, UNDONE)


def scrub_erased_contacts(tx: Tx, caller: Caller) -> None:
    """Enqueues a job that scrubs erased contacts from the rows of imports; one for all that are erased in a minute."""
    if store.any_import(tx, caller.organization_id):
        minute = times.now()[:16]
        run_at = times.after(f"{minute}:59.999999Z", WAIT_SECONDS)
        jobs.enqueue(tx, caller.organization_id, SCRUB_JOB, {}, run_at=run_at, dedupe_key=f"{SCRUB_JOB}:{minute}")


def scrub_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Blanks the rows about erased contacts among the 2,000 rows after a number; returns the last of these numbers."""
    through = after + BATCH
    numbers = store.list_rows_of_erased_contacts(tx, caller.organization_id, import_id, after=after, through=through)
    store.blank_rows(tx, caller.organization_id, import_id, numbers)
    return through


def expire_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Blanks the 2,000 rows after a number of an old import; returns the last of these numbers. Undo still works."""
    store.expire_rows(tx, caller.organization_id, import_id, after=after, through=after + BATCH)
    return after + BATCH


def expire_file(tx: Tx, caller: Caller, import_id: str) -> None:
    """Deletes the file of an old import, whose rows are blank. From now on it has expired."""
    import_ = imports.find_import_to_change(tx, caller.organization_id, import_id)
    if import_ is not None:
        columns = {"file_digest": None, "options": "{}", "expired_at": times.now()}
        imports.update_import(tx, caller.organization_id, import_id, columns)
        delete_unreferenced(tx, caller, [import_.file_digest] if import_.file_digest else [])


def abandon(tx: Tx, caller: Caller, import_id: str, reason: str) -> bool:
    """Makes an import fail that was never applied; its rows can be deleted next. False if it is being applied."""
    import_ = imports.find_import_to_change(tx, caller.organization_id, import_id)
    if import_ is None or import_.state not in NEVER_APPLIED:
        return False
    imports.update_import(tx, caller.organization_id, import_id, {"state": FAILED, "error": reason})
    return True


def delete_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Deletes the 2,000 rows after a number of an abandoned import; returns the last of these numbers."""
    store.delete_rows(tx, caller.organization_id, import_id, through=after + BATCH)
    return after + BATCH
