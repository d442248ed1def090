"""Taking an import back: the rows in reverse, each undone by what it remembers of its changes.

What people changed since is left alone, and the row says so. Files nobody names any more are removed with it.
"""

import msgspec
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.actions.drafts import Changes
from coterie.errors import Unavailable
from coterie.imports.run import Run, caller_of, find
from coterie.imports.undo_contacts import Conflicts, erase_created, undo_row
from coterie.model import times
from coterie.model.import_reasons import UNDONE_IN_PART, reason_of
from coterie.model.imports import ROW_KEPT, ROW_UNDONE, UNDOING, UNDONE, Import, StagedRow
from coterie.model.organizations import Caller
from coterie.portable.steps import is_definition, undo_rows
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.database import Tx
from coterie.store.files import find_used, lock_files, remove_file

BATCH = 300
ATTEMPTS = 5
CONFLICTS_MAX = 50


def undo(run: Run) -> Import:
    """Take an import back, batch by batch; the import as it is then. Called again it goes on where it stopped."""
    with run.database.write() as tx:
        record = find(tx, run)
        if record.state not in (UNDOING, UNDONE):
            record = actions.start_undoing(tx, caller_of(tx, run, record), run.import_id, in_background=False)
    before = record.row_count + 1
    while record.state == UNDOING:
        record, before, digests = _undo_batch(run, before)
        _remove_files(run, digests)
        run.progress(record.row_count + 1 - before, record.row_count)
        run.pause()
    return record


def _undo_batch(run: Run, before: int) -> tuple[Import, int, set[str]]:
    """The rows before this number: (the import then, the number to go on before, files that may be nobody's now)."""
    for _ in range(ATTEMPTS):
        try:
            with run.database.write() as tx:
                return _write_batch(tx, run, before)
        except Unavailable as error:  # the other engine gave this transaction up for another
            problem = error
    raise problem


def _write_batch(tx: Tx, run: Run, before: int) -> tuple[Import, int, set[str]]:
    store.serialize_batches(tx, run.organization_id)
    record = find(tx, run)
    if record.state != UNDOING:
        return record, before, set()
    caller = caller_of(tx, run, record)
    rows = row_store.list_rows_to_undo(tx, run.organization_id, run.import_id, before=before, limit=BATCH)
    if not rows:
        return actions.finish(tx, caller, run.import_id, UNDONE), 1, set()
    done = _take_back(tx, caller, rows)
    row_store.save_rows(tx, run.organization_id, run.import_id, done)
    kept = sum(row.state == ROW_KEPT for row in done)
    store.count_outcomes(tx, run.organization_id, run.import_id, {}, now=times.now(), kept=kept)
    numbers = [row.row_number for row in rows]
    digests = row_store.list_files_of_rows(tx, run.organization_id, run.import_id, numbers)
    return find(tx, run), rows[-1].row_number, digests


def _take_back(tx: Tx, caller: Caller, rows: list[StagedRow]) -> list[StagedRow]:
    changes = {row.row_number: msgspec.json.decode(row.changes or "{}", type=Changes) for row in rows}
    conflicts: dict[int, Conflicts] = {row.row_number: [] for row in rows}
    created: dict[int, int] = {}
    definitions = []
    # the last first: what a later row added to a contact goes before the contact itself
    for row in rows:
        changed = changes[row.row_number]
        if is_definition(changed.noun):
            definitions.append(row)
        elif changed.noun is not None:
            conflicts[row.row_number] = undo_rows(tx, caller, changed.noun, changed.rows)
        if row.contact_id is None:
            continue
        if row.is_new:
            created[row.contact_id] = row.row_number
        else:
            conflicts[row.row_number] = undo_row(tx, caller, row.contact_id, changed)
    for contact_id in erase_created(tx, caller, sorted(created)):
        conflicts[created[contact_id]] = [["contact"]]
    # a folder or a tag goes when nobody has it any more
    for row in definitions:
        changed = changes[row.row_number]
        conflicts[row.row_number] = undo_rows(tx, caller, changed.noun or "", changed.rows)
    return [_finished(row, conflicts[row.row_number]) for row in rows]


def _finished(row: StagedRow, conflicts: Conflicts) -> StagedRow:
    if not conflicts:
        return replace(row, state=ROW_UNDONE)
    return replace(row, state=ROW_KEPT, reason=reason_of(UNDONE_IN_PART, conflicts=conflicts[:CONFLICTS_MAX]))


def _remove_files(run: Run, digests: set[str]) -> None:
    """After the commit, and under the writer's lock: a file saved meanwhile is named by then."""
    if digests:
        with run.database.write() as tx:
            lock_files(tx)
            for digest in digests - find_used(tx, digests):
                remove_file(run.folder, digest)
