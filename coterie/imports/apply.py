"""Applies staged rows: they create contacts or add to existing ones.

Each row is decided again against the current contacts (applied_rows.py), so two files that were staged one after the
other create no duplicates. A batch that cannot be written is written again row by row, and the faulty row is rejected.
"""

import logging
from collections import Counter
from contextlib import nullcontext
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.errors import TooSlow, Unavailable
from coterie.identity.keeping import KEYED, key_changes
from coterie.imports.applied_rows import Batch, write_chunk
from coterie.imports.engine import Done, Run, open_import
from coterie.imports.other_writers import CHUNK, FEW, ConflictGuard, Pace
from coterie.imports.prepared_rows import PreparedRows, preparing
from coterie.imports.related import FORMATS, link_related, may_name_people
from coterie.model.imports import APPLIED, APPLYING, STAGED, Import
from coterie.model.organizations import Caller
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.batches import Batches
from coterie.store.database import Tx
from coterie.store.statistics import analyze_grown

# the most rows of a transaction
BATCH = 4_000
# an import of so many rows is synced to disk at its end and not with each batch
LARGE_ROWS_MIN = 2_000
# the tables that imports fill
TABLES = (
    "contacts", "handles", "external_ids", "contact_words", "postal_addresses", "important_dates", "tags",
    "contact_tags", "folders", "contact_folders", "notes", "note_contacts", "events", "event_contacts",
)  # fmt: skip
log = logging.getLogger(__name__)


def apply(run: Run) -> Import:
    """Applies certain and decided rows; returns the import in its new state. Called again, it continues.

    Starts to apply a staged import. An import that was undone or is not staged yet does not change.
    """
    return run.run(_apply(run))


def _begun(import_: Import) -> Import:
    """An import as its first batch saves it: a staged one is being applied."""
    return replace(import_, **actions.STARTED) if import_.state == STAGED else import_


def _open(tx: Tx, run: Run) -> tuple[Import, Caller]:
    store.serialize_batches(tx, run.organization_id)
    import_, caller = open_import(tx, run.organization_id, run.import_id)
    return _begun(import_), caller


class Applying(Struct):
    """The state of applying across batches. made: the relationships that this import has created: a later row may say
    more about one. limit: of the next transaction; the first are short, since PostgreSQL has no statistics of tables
    that were empty."""

    run: Run
    prepared: PreparedRows
    guard: ConflictGuard = field(default_factory=ConflictGuard)
    pace: Pace = field(default_factory=Pace)
    made: set[str] = field(default_factory=set)
    limit: int = CHUNK


def _apply(run: Run) -> Batches[Done, Import]:
    """Most imports end with the first batch, which shows how many rows the others have."""
    state = Applying(run, PreparedRows(run, None))
    import_ = yield from _write_next(state)
    if import_.state != APPLYING:
        return import_
    is_large = import_.row_count - import_.applied_row >= LARGE_ROWS_MIN
    with preparing(run, import_) as prepared, run.database.relaxed_durability() if is_large else nullcontext():
        state.prepared = prepared
        return (yield from _batches(state, import_))


def _batches(state: Applying, import_: Import) -> Batches[Done, Import]:
    prepared = state.prepared
    while import_.state == APPLYING:
        # after a change by others, each row is decided again: none is created as it was prepared
        if not state.guard.is_changed and (prepared.is_elsewhere or state.pace.is_hurried()):
            prepared.prepare(import_.applied_row, FEW)
        import_ = yield from _write_next(state)
    return import_


def _write_next(state: Applying) -> Batches[Done, Import]:
    """Writes the next batch, and finishes the import after the last."""
    run, write = state.run, partial(_write_batch, state=state)
    try:
        written = yield partial(write, limit=state.limit)
        state.limit = min(state.limit * 2, BATCH)
    except (Unavailable, TooSlow):
        raise
    except Exception as error:
        fields = {"import_id": run.import_id, "error": str(error)[:200]}
        log.info("import batch is written again in smaller parts", extra=fields)
        if state.limit > CHUNK:
            state.limit = CHUNK
            return (yield from _write_next(state))
        written = yield partial(write, limit=CHUNK, one_by_one=True)
    if written.last is None and written.import_.state == APPLYING:
        written = yield from _end(state, written.import_)
    import_ = written.import_
    # fewer rows do not double a large table, and a small one is read whole anyway
    if run.database.engine == "postgresql" and import_.row_count >= CHUNK:
        with run.database.write() as tx:
            analyze_grown(tx, TABLES)
    run.progress(import_.applied_row, import_.row_count)
    return import_


def _end(state: Applying, import_: Import) -> Batches[Done, Done]:
    """Links the related people of all rows, then finishes the import in the transaction of the last ones."""
    done = Done(import_, 0)
    while done.import_.state == APPLYING:
        done = yield partial(_end_batch, state=state, after=done.last or 0)
    return done


def _end_batch(tx: Tx, state: Applying, after: int) -> Done:
    """after: the row whose people were linked last."""
    import_, caller = _open(tx, state.run)
    if import_.state != APPLYING:
        return Done(import_, None)
    last = _link(tx, caller, import_, after=after, made=state.made)
    return Done(import_ if last is not None else actions.finish(tx, caller, import_, APPLIED), last)


def _link(tx: Tx, caller: Caller, import_: Import, *, after: int, made: set[str]) -> int | None:
    return link_related(tx, caller, after=after, made=made) if import_.format in FORMATS else None


def _write_batch(tx: Tx, state: Applying, *, limit: int, one_by_one: bool = False) -> Done:
    """Writes the next rows: at most `limit`, fewer if other writers wait.

    A long transaction costs less, because it writes each page of an index once for many rows.
    """
    prepared, pace = state.prepared, state.pace
    import_, caller = _open(tx, state.run)
    if import_.state != APPLYING:
        return Done(import_, None)
    is_unchanged = not one_by_one and state.guard.is_unchanged(tx, caller)
    if not is_unchanged and key_changes(tx, state.run.organization_id) == KEYED:
        return Done(import_, import_.applied_row)  # contacts of others must have keys first
    batch = Batch(tx, caller, state.run.folder)
    outcomes = Counter[str]()
    through, count, is_end, at_once = import_.applied_row, 0, True, pace.row_count()
    # those of rows applied before may be found now
    names_people = import_.applied_at is not None
    while rows := row_store.list_rows_to_apply(*batch.row_key, after=through, limit=at_once):
        planned = prepared.take(rows, waits=is_unchanged and not pace.is_hurried())
        outcomes.update(write_chunk(batch, rows, planned, is_unchanged=is_unchanged, one_by_one=one_by_one))
        names_people = names_people or any(may_name_people(row.draft) for row in rows)
        through, count = rows[-1].row_number, count + len(rows)
        is_end = len(rows) < at_once
        is_ahead = is_unchanged and pace.is_hurried() and prepared.through <= through
        if is_end or count >= limit or pace.is_waited_for(tx) or is_ahead:
            break
    if not count:
        return Done(import_, None)
    columns = {"state": APPLYING, "applied_row": through}
    # a small import ends in the transaction of its rows
    is_small = is_end and import_.applied_row == 0 and count <= CHUNK
    if is_small and (not names_people or _link(tx, caller, import_, after=0, made=state.made) is None):
        return Done(actions.finish(tx, caller, import_, APPLIED, columns=columns, outcomes=outcomes), None)
    import_ = actions.save_progress(tx, caller, import_, columns, outcomes)
    return Done(import_, None if is_end else through)
