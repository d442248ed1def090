"""What imports remember of people, and for how long: not longer than the people are there, nor than a setting says."""

from coterie.actions.attachments import forget_files
from coterie.model import times
from coterie.model.imports import APPLIED, FAILED, STAGED, STAGING, UNDONE
from coterie.model.organizations import Caller
from coterie.store import import_retention as store
from coterie.store import imports, jobs
from coterie.store.database import Tx

FORGET_JOB = "scrub_erased_contacts"
# The job starts when no transaction that counts on it can still be under way
WAIT_SECONDS = 60
BATCH = 2_000
# What was never applied is a file somebody looked at; of what was applied the rows stay
NEVER_APPLIED, DONE = (STAGING, STAGED, FAILED), (APPLIED, UNDONE)


def scrub_erased_contacts(tx: Tx, caller: Caller) -> None:
    """Have the rows of imports forget whoever is erased by then: in a minute or two, once for all of that minute."""
    if store.any_import(tx, caller.organization_id):
        minute = times.now()[:16]
        run_at = times.after(f"{minute}:59.999999Z", WAIT_SECONDS)
        jobs.enqueue(tx, caller.organization_id, FORGET_JOB, {}, run_at=run_at, dedupe_key=f"{FORGET_JOB}:{minute}")


def scrub_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Blank the rows about people who are erased among the next 2,000 behind a number; the number to go on behind."""
    through = after + BATCH
    numbers = store.list_rows_of_erased_contacts(tx, caller.organization_id, import_id, after=after, through=through)
    store.blank_rows(tx, caller.organization_id, import_id, numbers)
    return through


def expire_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Forget what the next 2,000 rows of an old import said; the number to go on behind."""
    store.expire_rows(tx, caller.organization_id, import_id, after=after, through=after + BATCH)
    return after + BATCH


def expire_file(tx: Tx, caller: Caller, import_id: str) -> None:
    """Let an old import's file go. It can still be taken back; what was rejected has its reasons only."""
    found = imports.find_import_to_change(tx, caller.organization_id, import_id)
    if found is not None:
        columns = {"file_digest": None, "options": "{}", "expired_at": times.now()}
        imports.update_import(tx, caller.organization_id, import_id, columns)
        forget_files(tx, caller, [found.file_digest] if found.file_digest else [])


def give_up(tx: Tx, caller: Caller, import_id: str, reason: str) -> bool:
    """Nobody is to apply this import any more: its rows go next. False where somebody just has."""
    found = imports.find_import_to_change(tx, caller.organization_id, import_id)
    if found is None or found.state not in NEVER_APPLIED:
        return False
    imports.update_import(tx, caller.organization_id, import_id, {"state": FAILED, "error": reason})
    return True


def delete_batch(tx: Tx, caller: Caller, import_id: str, after: int) -> int:
    """Remove the next 2,000 rows of an import that was given up; as scrub_batch."""
    store.delete_rows(tx, caller.organization_id, import_id, through=after + BATCH)
    return after + BATCH
