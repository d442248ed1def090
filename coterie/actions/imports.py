"""What can happen to imports: started, decided row by row, applied, taken back. The work itself is in imports/."""

from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.attachments import forget_files
from coterie.actions.events import record
from coterie.actions.jobs import enqueue
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
from coterie.store.contacts import find_contact
from coterie.store.database import Tx

STAGE_JOB, APPLY_JOB, UNDO_JOB = "stage_import", "apply_import", "undo_import"
FILENAME_LENGTH_MAX = 255


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
    """A new import of a file that is kept already (store.files). in_background has the worker stage it.

    group_id is shared by files that are brought in, and can be taken back, together.
    """
    now = times.now()
    name = "".join(c for c in filename if c.isprintable())[-FILENAME_LENGTH_MAX:] or "file"
    encoded = msgspec.json.encode(options or {}).decode()
    fresh = Import(
        id=new_id(), user_id=caller.user_id, filename=name, format=file_format, file_digest=digest,
        byte_count=byte_count, options=encoded, state=STAGING, row_count=0, applied_row=0, created_count=0,
        updated_count=0, unchanged_count=0, matched_count=0, rejected_count=0, kept_count=0, error=None, created_at=now,
        updated_at=now, staged_at=None, applied_at=None, undone_at=None, group_id=group_id,
    )  # fmt: skip
    store.insert_import(tx, caller.organization_id, fresh)
    record(tx, replace(caller, import_id=fresh.id), "import.started", fresh.id, now=now)
    if in_background:
        _enqueue(tx, caller, STAGE_JOB, fresh.id)
    return fresh


def start_applying(tx: Tx, caller: Caller, import_id: str, *, in_background: bool = True) -> Import:
    """Have a staged import applied; one that was applied applies what was decided since.

    Refused: an import that is not staged yet, failed, or was taken back.
    """
    found = _find(tx, caller, import_id)
    if found.state not in (STAGED, APPLYING, APPLIED):
        raise Conflict(f"The import is {found.state}: it cannot be applied")
    if found.state != APPLYING:
        _save(tx, caller, found, state=APPLYING, applied_row=0)
    if in_background:
        _enqueue(tx, caller, APPLY_JOB, import_id)
    return _find(tx, caller, import_id)


def start_undoing(tx: Tx, caller: Caller, import_id: str, *, in_background: bool = True) -> Import:
    """Have an import taken back, however far it is. Refused: one that was taken back already."""
    found = _find(tx, caller, import_id)
    if found.state == UNDONE:
        raise Conflict("The import was taken back already")
    if found.state != UNDOING:
        _save(tx, caller, found, state=UNDOING)
    if in_background:
        _enqueue(tx, caller, UNDO_JOB, import_id)
    return _find(tx, caller, import_id)


def finish(tx: Tx, caller: Caller, import_id: str, state: str, error: str | None = None) -> Import:
    """A step of the work is over: staged, applied, undone or failed, with the moment and an event."""
    found, now = _find(tx, caller, import_id), times.now()
    column = {STAGED: "staged_at", APPLIED: "applied_at", UNDONE: "undone_at", FAILED: "updated_at"}[state]
    _save(tx, caller, found, state=state, error=error, **{column: now})
    if state != FAILED:
        record(tx, caller, f"import.{state}", import_id, now=now)
    return _find(tx, caller, import_id)


def decide(
    tx: Tx, caller: Caller, import_id: str, row_number: int, decision: str, contact_id: int | None = None
) -> StagedRow:
    """Say what is to become of a row: create, update (which contact; one that updates, the one it knows) or skip.

    It takes effect when the import is applied (again), and can be said anew until then. Refused: a row that adds
    nothing, was rejected or was applied, or was let go since; any while its import is being applied; another word; a
    contact that is not there.
    """
    found = _find(tx, caller, import_id)
    row = row_store.find_row_to_change(tx, caller.organization_id, import_id, row_number)
    if row is None:
        raise NotFound("Row not found")
    _check_open(found, row)
    if decision not in (CREATE, UPDATE, SKIP):
        raise invalid("decision", "is not create, update or skip", kind="choice")
    if decision == UPDATE:
        contact_id = _whom_to_update(tx, caller, found, row, contact_id)
    else:
        # whom a row knows for certain it still knows, should the decision be changed
        contact_id = row.contact_id if row.outcome == UPDATE else None
    decided = replace(row, decision=decision, contact_id=contact_id)
    row_store.save_rows(tx, caller.organization_id, import_id, [decided])
    store.update_import(tx, caller.organization_id, import_id, {"updated_at": times.now()})
    return decided


def _whom_to_update(tx: Tx, caller: Caller, found: Import, row: StagedRow, contact_id: int | None) -> int:
    contact_id = row.contact_id if contact_id is None else contact_id
    if contact_id is None:
        if row_store.list_matches(tx, caller.organization_id, found.id, [row.row_number]):
            raise invalid("contact_id", "is needed: whom to update")
        reason = "is needed: whom this row may be is nobody yet but an earlier row; it can be created or skipped"
        raise invalid("contact_id", reason)
    contact = find_contact(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise invalid("contact_id", "is no contact")
    return contact_id


def _check_open(found: Import, row: StagedRow) -> None:
    """Refused (Conflict): a row about which nothing can be decided (any more)."""
    if row.state != ROW_STAGED or row.outcome not in (MATCH, CREATE, UPDATE):
        raise Conflict("There is nothing to decide about this row")
    # what needs no decision is read ahead of its turn, and a row that was passed already would wait unsaid
    if found.state == APPLYING:
        raise Conflict("The import is being applied")
    if row.draft is None:
        raise Conflict("This row's data has expired; import the file again")
    if row.kind == PORTABLE:
        raise Conflict("This row is not a contact and cannot be decided on its own")


def stage_in_background(tx: Tx, caller: Caller, import_id: str) -> None:
    """Have the worker stage an import, or what is left of it."""
    _enqueue(tx, caller, STAGE_JOB, import_id)


def delete_import(tx: Tx, caller: Caller, import_id: str) -> None:
    """Remove an import with its rows and its file for good, however far it is. The contacts it brought stay, and it
    cannot be taken back any more."""
    found = _find(tx, caller, import_id)
    store.delete_import(tx, caller.organization_id, import_id)
    forget_files(tx, caller, [found.file_digest] if found.file_digest else [])
    record(tx, caller, "import.deleted", import_id)


def _enqueue(tx: Tx, caller: Caller, job: str, import_id: str) -> None:
    enqueue(tx, caller, job, {"import_id": import_id}, dedupe_key=f"{job}:{import_id}", attempts_max=20)


def _find(tx: Tx, caller: Caller, import_id: str) -> Import:
    found = store.find_import_to_change(tx, caller.organization_id, import_id)
    if found is None:
        raise NotFound("Import not found")
    return found


def _save(tx: Tx, caller: Caller, record: Import, **columns: Any) -> None:
    store.update_import(tx, caller.organization_id, record.id, {"updated_at": times.now(), **columns})
