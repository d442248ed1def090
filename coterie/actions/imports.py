"""Starts, decides, applies, undoes and deletes imports. The work itself is in imports/."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.attachments import delete_unreferenced
from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.actions.quotas import check_files
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.imports import (
    APPLIED,
    APPLYING,
    CREATE,
    FAILED,
    MATCH,
    PORTABLE,
    ROW_STAGED,
    SKIP,
    STAGED,
    STAGING,
    UNDOING,
    UNDONE,
    UPDATE,
    Import,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store import jobs
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.imports import NOTHING

STAGE_JOB, APPLY_JOB, UNDO_JOB = "stage_import", "apply_import", "undo_import"
FILENAME_LENGTH_MAX = 255
# the columns of an import that starts to be applied
STARTED = {"state": APPLYING, "applied_row": 0}
# the error code of an import whose job is dead
JOB_DEAD = "job_dead"


def start_import(
    tx: Tx,
    caller: Caller,
    *,
    filename: str,
    file_format: str,
    digest: str | None,
    byte_count: int,
    options: dict[str, Any] | None = None,
    group_id: str | None = None,
    in_background: bool = True,
) -> Import:
    """Creates an import of a stored file. The worker stages it if in_background.

    Files with one group_id are undone together. Raises Invalid if the quota of files has no room for it.
    """
    check_files(tx, caller, byte_count, "file")
    now = times.now()
    name = "".join(c for c in filename if c.isprintable())[-FILENAME_LENGTH_MAX:] or "file"
    encoded = msgspec.json.encode(options or {}).decode()
    import_ = Import(
        id=new_id(), user_id=caller.user_id, filename=name, format=file_format, file_digest=digest,
        byte_count=byte_count, options=encoded, state=STAGING, row_count=0, applied_row=0, created_count=0,
        updated_count=0, unchanged_count=0, matched_count=0, rejected_count=0, conflict_count=0, error=None,
        created_at=now, updated_at=now, staged_at=None, applied_at=None, undone_at=None, group_id=group_id,
    )  # fmt: skip
    store.insert_import(tx, caller.organization_id, import_)
    record(tx, replace(caller, import_id=import_.id), "import.started", import_.id, now=now)
    if in_background:
        _enqueue(tx, caller, STAGE_JOB, import_.id)
    return import_


def start_applying(tx: Tx, caller: Caller, import_id: str, *, in_background: bool = True) -> Import:
    """Starts applying a staged import, or applies later decisions.

    Raises Conflict if it is not staged, failed or was undone.
    """
    import_ = _find(tx, caller, import_id)
    if import_.state not in (STAGED, APPLYING, APPLIED):
        raise Conflict(f"The import is {import_.state}: it cannot be applied")
    if import_.state != APPLYING:
        import_ = save_progress(tx, caller, import_, STARTED)
    if in_background:
        _enqueue(tx, caller, APPLY_JOB, import_id)
    return import_


def start_undoing(tx: Tx, caller: Caller, import_id: str, *, in_background: bool = True) -> Import:
    """Starts undoing an import in any state. Raises Conflict if it is already undone."""
    import_ = _find(tx, caller, import_id)
    if import_.state == UNDONE:
        raise Conflict("The import is already undone")
    if import_.state != UNDOING:
        import_ = save_progress(tx, caller, import_, {"state": UNDOING})
    if in_background:
        _enqueue(tx, caller, UNDO_JOB, import_id)
    return import_


def finish(
    tx: Tx,
    caller: Caller,
    import_: Import,
    state: str,
    *,
    error: str | None = None,
    columns: Mapping[str, Any] = NOTHING,
    outcomes: Mapping[str, int] = NOTHING,
) -> Import:
    """Saves that an import, which is locked, is now staged, applied, undone or failed, and when; records an event
    unless it failed. columns, outcomes: as of save_progress."""
    now = times.now()
    column = {STAGED: "staged_at", APPLIED: "applied_at", UNDONE: "undone_at", FAILED: "updated_at"}[state]
    finished = save_progress(
        tx, caller, import_, {**columns, "state": state, "error": error, "error_code": None, column: now}, outcomes
    )
    if state != FAILED:
        # a unit of work of its own, as the history lists it, even in the transaction of the last rows
        tx.units.pop(caller.organization_id, None)
        record(tx, caller, f"import.{state}", import_.id, now=now)
    return finished


def decide(
    tx: Tx, caller: Caller, import_id: str, row_number: int, decision: str, contact_id: int | None = None
) -> StagedRow:
    """Records what a row does: create, update (a contact; by default the row's own) or skip.

    Takes effect when the import is applied; can be changed until then. Raises Conflict if the row adds nothing, was
    rejected, applied or has expired, or the import is being applied; Invalid for another decision or a contact that
    does not exist.
    """
    import_ = _find(tx, caller, import_id)
    row = row_store.find_row_to_change(tx, caller.organization_id, import_id, row_number)
    if row is None:
        raise NotFound("Row not found")
    _check_open(import_, row)
    if decision not in (CREATE, UPDATE, SKIP):
        raise invalid("decision", "is not create, update or skip", kind="choice")
    if decision == UPDATE:
        contact_id = _contact_to_update(tx, caller, import_, row, contact_id)
    else:
        # the row's own contact stays stored, in case the decision is changed to update
        contact_id = row.contact_id if row.outcome == UPDATE else None
    decided = replace(row, decision=decision, contact_id=contact_id)
    row_store.save_rows(tx, caller.organization_id, import_id, [decided])
    store.update_import(tx, caller.organization_id, import_id, {"updated_at": times.now()})
    return decided


def _contact_to_update(tx: Tx, caller: Caller, import_: Import, row: StagedRow, contact_id: int | None) -> int:
    contact_id = row.contact_id if contact_id is None else contact_id
    if contact_id is None:
        if row_store.list_matches(tx, caller.organization_id, import_.id, [row.row_number]):
            raise invalid("contact_id", "is required")
        reason = "is required: this row matches only an earlier row of the file; create or skip it"
        raise invalid("contact_id", reason)
    contact = find_contact(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise invalid("contact_id", "does not exist")
    return contact.id


def _check_open(import_: Import, row: StagedRow) -> None:
    """Raises Conflict if nothing can be decided about the row."""
    if row.state != ROW_STAGED or row.outcome not in (MATCH, CREATE, UPDATE):
        raise Conflict("There is nothing to decide about this row")
    # rows without a decision are read in order; one already passed would not be applied
    if import_.state == APPLYING:
        raise Conflict("The import is being applied")
    if row.draft is None:
        raise Conflict("This row's data has expired; import the file again")
    if row.kind == PORTABLE:
        raise Conflict("This row is not a contact and cannot be decided on its own")


def stage_in_background(tx: Tx, caller: Caller, import_id: str) -> None:
    """Has the worker stage an import, or the rest of it."""
    _enqueue(tx, caller, STAGE_JOB, import_id)


def stage_later(tx: Tx, caller: Caller, import_id: str, seconds: float) -> None:
    """Has the worker stage an import if it is not staged by then: the process that stages it may die."""
    key, run_at = f"rescue:{import_id}", times.after(times.now(), seconds)
    enqueue(tx, caller, STAGE_JOB, {"import_id": import_id}, dedupe_key=key, attempts_max=20, run_at=run_at)


def end_rescue(tx: Tx, caller: Caller, import_id: str) -> None:
    """Cancels the job of stage_later."""
    jobs.delete_waiting_job(tx, caller.organization_id, f"rescue:{import_id}")


def report_dead_job(tx: Tx, organization_id: int, import_id: str, job_id: str) -> None:
    """Records that the worker has given up on an import. It keeps its state, so that the job can be retried."""
    error = f"The worker has given up; `coterie jobs retry {job_id}` continues"
    columns = {"error": error, "error_code": JOB_DEAD, "updated_at": times.now()}
    store.update_import(tx, organization_id, import_id, columns)


def delete_import(tx: Tx, caller: Caller, import_id: str) -> None:
    """Deletes an import in any state with its rows and file. Its contacts stay; it can no longer be undone."""
    import_ = _find(tx, caller, import_id)
    store.delete_import(tx, caller.organization_id, import_id)
    delete_unreferenced(tx, caller, [import_.file_digest] if import_.file_digest else [])
    record(tx, caller, "import.deleted", import_id)


def _enqueue(tx: Tx, caller: Caller, job: str, import_id: str) -> None:
    enqueue(tx, caller, job, {"import_id": import_id}, dedupe_key=f"{job}:{import_id}", attempts_max=20)


def _find(tx: Tx, caller: Caller, import_id: str) -> Import:
    import_ = store.find_import_to_change(tx, caller.organization_id, import_id)
    if import_ is None:
        raise NotFound("Import not found")
    return import_


def save_progress(
    tx: Tx, caller: Caller, import_: Import, columns: Mapping[str, Any], outcomes: Mapping[str, int] = NOTHING
) -> Import:
    """Saves these columns of an import, which is locked; returns it as saved.

    outcomes: outcome of a row -> by how much its count changes.
    """
    columns = {"updated_at": times.now(), **columns}
    saved = store.update_import(tx, caller.organization_id, import_.id, columns, outcomes=outcomes)
    assert saved is not None  # it is locked
    return saved
