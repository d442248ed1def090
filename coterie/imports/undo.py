"""Undoes an import: its rows in reverse, each by its changes. Later edits are kept and reported as conflicts."""

from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.actions.drafts import RowChanges
from coterie.imports.engine import Run, open_import
from coterie.imports.undo_contacts import Conflicts, erase_created, give_back_external_ids, undo_row
from coterie.model.import_reasons import UNDONE_IN_PART, reason_of
from coterie.model.imports import ROW_CONFLICT, ROW_UNDONE, UNDOING, UNDONE, Import, StagedRow
from coterie.model.organizations import Caller
from coterie.portable.steps import is_definition, undo_rows
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.batches import Batches
from coterie.store.database import Tx
from coterie.store.files import find_referenced, lock_files, remove_file
from coterie.store.merges import find_survivors

BATCH = 100
CONFLICTS_MAX = 50


def undo(run: Run) -> Import:
    """Undoes an import; returns its new state. Called again, it continues; an undone import does not change."""
    with run.database.write() as tx:
        import_, caller = open_import(tx, run.organization_id, run.import_id)
        if import_.state not in (UNDOING, UNDONE):
            import_ = actions.start_undoing(tx, caller, run.import_id, in_background=False)
    return run.run(_batches(run, import_))


class UndoneRows(Struct, frozen=True):
    """The result of a batch. before: the row number before which the next batch ends. digests: files that may be
    unreferenced now."""

    import_: Import
    before: int
    digests: set[str]


def _batches(run: Run, import_: Import) -> Batches[UndoneRows, Import]:
    undone = UndoneRows(import_, import_.row_count + 1, set())
    while undone.import_.state == UNDOING:
        undone = yield partial(_undo_batch, run=run, before=undone.before)
        _remove_files(run, undone.digests)
        run.progress(import_.row_count + 1 - undone.before, import_.row_count)
    return undone.import_


def _undo_batch(tx: Tx, run: Run, before: int) -> UndoneRows:
    """Undoes the rows before a number."""
    organization_id, import_id = run.organization_id, run.import_id
    store.serialize_batches(tx, organization_id)
    import_, caller = open_import(tx, organization_id, import_id)
    if import_.state != UNDOING:
        return UndoneRows(import_, before, set())
    rows = row_store.list_rows_to_undo(tx, organization_id, import_id, before=before, limit=BATCH)
    if not rows:
        return UndoneRows(actions.finish(tx, caller, import_, UNDONE), 1, set())
    done = _undo_rows(tx, caller, rows)
    row_store.save_rows(tx, organization_id, import_id, done)
    conflicts = sum(row.state == ROW_CONFLICT for row in done)
    import_ = actions.save_progress(tx, caller, import_, {"conflict_count": import_.conflict_count + conflicts})
    digests = row_store.list_files_of_rows(tx, organization_id, import_id, [row.row_number for row in rows])
    return UndoneRows(import_, rows[-1].row_number, digests)


def _undo_rows(tx: Tx, caller: Caller, rows: Sequence[StagedRow]) -> list[StagedRow]:
    changes = {row.row_number: msgspec.json.decode(row.changes or "{}", type=RowChanges) for row in rows}
    conflicts: dict[int, Conflicts] = {row.row_number: [] for row in rows}
    created: dict[int, int] = {}
    survivors = find_survivors(
        tx, caller.organization_id, [row.contact_id for row in rows if row.contact_id is not None]
    )
    definitions = []
    # in reverse: the additions of later rows to a contact are undone before the contact is erased
    for row in rows:
        changed = changes[row.row_number]
        if is_definition(changed.noun):
            definitions.append(row)
        elif changed.noun is not None:
            conflicts[row.row_number] = undo_rows(tx, caller, changed.noun, changed.rows)
        elif row.contact_id is not None:
            survivor = survivors.get(row.contact_id, row.contact_id)
            if not row.is_new:
                conflicts[row.row_number] = undo_row(tx, caller, survivor, changed)
            elif survivor != row.contact_id:
                conflicts[row.row_number] = [["contact"]]  # a user merged it
            else:
                created[row.contact_id] = row.row_number
    for contact_id in erase_created(tx, caller, sorted(created)):
        conflicts[created[contact_id]] = [["contact"]]
    for row in rows:
        if row.is_new and not conflicts[row.row_number]:
            give_back_external_ids(tx, caller, changes[row.row_number])
    # a folder or a tag is deleted once no contact has it
    for row in definitions:
        changed = changes[row.row_number]
        conflicts[row.row_number] = undo_rows(tx, caller, changed.noun or "", changed.rows)
    return [_finished(row, conflicts[row.row_number]) for row in rows]


def _finished(row: StagedRow, conflicts: Conflicts) -> StagedRow:
    if not conflicts:
        return replace(row, state=ROW_UNDONE)
    return replace(row, state=ROW_CONFLICT, reason=reason_of(UNDONE_IN_PART, conflicts=conflicts[:CONFLICTS_MAX]))


def _remove_files(run: Run, digests: set[str]) -> None:
    """Deletes unreferenced files after the commit, under the lock: another process may have stored one again and refer
    to it."""
    if digests:
        with run.database.write() as tx:
            lock_files(tx)
            for digest in digests - find_referenced(tx, digests, run.database.settings.import_days * 86_400.0):
                remove_file(run.folder, digest)
