"""Applies staged rows: they create contacts or add to existing ones.

Each row is decided again against the current contacts, so two files that were staged one after the other create no
duplicates. Rows that staging found to be new skip this as long as only this import has changed contacts. A batch that
cannot be written is written again row by row, and the faulty row is rejected.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from itertools import takewhile
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.drafts.facts import facts_of_draft
from coterie.errors import CoterieError, TooSlow, Unavailable
from coterie.identity.keeping import KEYED, key_changes
from coterie.imports.decisions import RowPlan, count_independent, decide_rows
from coterie.imports.engine import Done, Run, open_import
from coterie.imports.people import Subject
from coterie.imports.quotas import has_room, limit_plans
from coterie.imports.related import FORMATS, link_related
from coterie.imports.writing import Written, create_people, write_plans
from coterie.model.import_reasons import NOT_SAVED, reason_of
from coterie.model.imports import (
    APPLIED,
    APPLYING,
    CREATE,
    MATCH,
    PORTABLE,
    REJECT,
    ROW_APPLIED,
    ROW_STAGED,
    STAGED,
    TEXT_LENGTH_MAX,
    ContactDraft,
    Import,
    Match,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.portable.steps import apply_rows
from coterie.store import events
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.batches import Batches
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.statistics import analyze_grown

# rows written together, after which the transaction ends if other writers wait; the most rows of a transaction
CHUNK, BATCH = 100, 4_000
# for FEW_SECONDS after another writer had to wait, so few rows are written together
FEW, FEW_SECONDS = 20, 5.0
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
    with run.database.write() as tx:
        import_, caller = open_import(tx, run.organization_id, run.import_id)
        if import_.state == STAGED:
            import_ = actions.save_progress(tx, caller, import_, actions.STARTED)
    if import_.state != APPLYING:
        return import_
    is_large = import_.row_count - import_.applied_row >= LARGE_ROWS_MIN
    with run.database.relaxed_durability() if is_large else nullcontext():
        return run.run(_batches(run, import_))


class ConflictGuard(Struct):
    """Detects whether anything but this import has changed a contact since the import began.

    event_id: the last event without such a change; 0 before the first check; None after a change.
    """

    event_id: int | None = 0

    def is_unchanged(self, tx: Tx, caller: Caller) -> bool:
        organization_id, import_id = caller.organization_id, caller.import_id or ""
        if self.event_id is None:
            return False
        first, latest = events.find_span_of_import(tx, organization_id, import_id)
        since = self.event_id or first
        if not self.event_id and row_store.has_decided_updates(tx, organization_id, import_id):
            since = None  # such a contact gets handles that other rows may match
        if since is None or events.is_changed_by_others(tx, organization_id, import_id, after=since):
            self.event_id = None
            return False
        self.event_id = latest
        return True


class Pace:
    """The number of rows to write before the transaction may end. Other writers wait for them: 100 rows take 50 ms.

    Fewer rows at a time need more statements, so the number is reduced only while others write.
    """

    def __init__(self) -> None:
        self._waited_at = -FEW_SECONDS

    def row_count(self) -> int:
        return FEW if time.monotonic() - self._waited_at < FEW_SECONDS else CHUNK

    def is_waited_for(self, tx: Tx) -> bool:
        is_waited_for = tx.is_waited_for()
        if is_waited_for:
            self._waited_at = time.monotonic()
        return is_waited_for


def _batches(run: Run, import_: Import) -> Batches[Done, Import]:
    guard, pace = ConflictGuard(), Pace()
    # the first transactions are short: PostgreSQL has no statistics of tables that were empty
    limit = CHUNK
    while import_.state == APPLYING:
        write = partial(_write_batch, run=run, guard=guard, pace=pace, limit=limit)
        try:
            written = yield write
            limit = min(limit * 2, BATCH)
        except (Unavailable, TooSlow):
            raise
        except Exception as error:
            fields = {"import_id": run.import_id, "error": str(error)[:200]}
            log.info("import batch is written again in smaller parts", extra=fields)
            if limit > CHUNK:
                limit = CHUNK
                continue
            written = yield partial(write, one_by_one=True)
        if written.last is None and written.import_.state == APPLYING:
            written = yield from _end(run, import_)
        import_ = written.import_
        if run.database.engine == "postgresql":
            with run.database.write() as tx:
                analyze_grown(tx, TABLES)
        run.progress(import_.applied_row, import_.row_count)
    return import_


def _end(run: Run, import_: Import) -> Batches[Done, Done]:
    """Links the related people of all rows, then finishes the import in the transaction of the last ones."""
    made: set[str] = set()
    done = Done(import_, 0 if import_.format in FORMATS else None)
    while done.import_.state == APPLYING:
        done = yield partial(_end_batch, run=run, after=done.last, made=made)
    return done


def _end_batch(tx: Tx, run: Run, after: int | None, made: set[str]) -> Done:
    """after: the row whose people were linked last; None: no row has any left."""
    store.serialize_batches(tx, run.organization_id)
    import_, caller = open_import(tx, run.organization_id, run.import_id)
    if import_.state != APPLYING:
        return Done(import_, None)
    last = link_related(tx, caller, after=after, made=made) if after is not None else None
    return Done(import_ if last is not None else actions.finish(tx, caller, import_, APPLIED), last)


def _write_batch(tx: Tx, run: Run, guard: ConflictGuard, pace: Pace, *, limit: int, one_by_one: bool = False) -> Done:
    """Writes the next rows: at most `limit`, fewer if other writers wait.

    A long transaction costs less, because it writes each page of an index once for many rows.
    """
    store.serialize_batches(tx, run.organization_id)
    import_, caller = open_import(tx, run.organization_id, run.import_id)
    if import_.state != APPLYING:
        return Done(import_, None)
    is_unchanged = not one_by_one and guard.is_unchanged(tx, caller)
    if not is_unchanged and key_changes(tx, run.organization_id) == KEYED:
        return Done(import_, import_.applied_row)  # contacts of others must have keys first
    writer = Writer(tx, caller, run.folder)
    outcomes = Counter[str]()
    through, count, is_end, at_once = import_.applied_row, 0, True, pace.row_count()
    while rows := row_store.list_rows_to_apply(*writer.row_key, after=through, limit=at_once):
        outcomes.update(_write_chunk(writer, rows, is_unchanged=is_unchanged, one_by_one=one_by_one))
        through, count = rows[-1].row_number, count + len(rows)
        is_end = len(rows) < at_once
        if is_end or count >= limit or pace.is_waited_for(tx):
            break
    if not count:
        return Done(import_, None)
    import_ = actions.save_progress(tx, caller, import_, {"applied_row": through}, outcomes)
    return Done(import_, None if is_end else through)


def _write_chunk(writer: "Writer", rows: Sequence[StagedRow], *, is_unchanged: bool, one_by_one: bool) -> Counter[str]:
    """Writes rows; returns by how much the count of each outcome changes."""
    new = [row for row in rows if _is_new(row)] if is_unchanged else []
    if not has_room(writer.tx, writer.caller, len(new)):
        new = []
    others = [row for row in rows if not _is_new(row)] if new else rows
    _create(writer, new)
    done = [_write_alone(writer, row) for row in others] if one_by_one else _write(writer, others)
    outcomes = Counter(row.outcome for row in done)
    outcomes.subtract(row.outcome for row in others)
    return outcomes


class Writer(Struct):
    """The transaction of a batch, its caller, and the data folder."""

    tx: Tx
    caller: Caller
    folder: Path

    @property
    def row_key(self) -> tuple[Tx, int, str]:
        return self.tx, self.caller.organization_id, self.caller.import_id or ""


def _is_new(row: StagedRow) -> bool:
    """Whether staging found neither a contact nor an earlier row for it."""
    return row.outcome == CREATE and row.decision is None and not row.needs_rematch


def _create(writer: Writer, rows: Sequence[StagedRow]) -> None:
    """Creates the contacts of new rows."""
    created = create_people(writer.tx, writer.caller, [_draft_of(writer, row) for row in rows])
    row_store.mark_created(*writer.row_key, zip((row.row_number for row in rows), created, strict=True))


def _write(writer: Writer, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Decides and writes rows; returns and saves them as they are then."""
    done: list[StagedRow] = []
    while len(done) < len(rows):
        done += _write_some(writer, rows[len(done) :])
    row_store.save_rows(*writer.row_key, done)
    return done


def _write_alone(writer: Writer, row: StagedRow) -> StagedRow:
    """Writes one row; rejects it if it cannot be written."""
    try:
        with writer.tx.savepoint():
            return _write(writer, [row])[0]
    except (Unavailable, TooSlow):
        raise
    except Exception as error:
        problem = error.message if isinstance(error, CoterieError) else "it cannot be saved"
        fields = {"import_id": writer.caller.import_id, "row": row.row_number, "error": str(error)[:200]}
        log.warning("import row rejected", extra=fields)
        reason = reason_of(NOT_SAVED, text=problem[:TEXT_LENGTH_MAX])
        rejected = replace(row, outcome=REJECT, reason=reason, decision=None, needs_rematch=False)
        row_store.save_rows(*writer.row_key, [rejected])
        return rejected


def _write_some(writer: Writer, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Writes rows up to the first one about the person of an earlier row: it must be decided after that is written."""
    tx, caller = writer.tx, writer.caller
    if rows[0].kind == PORTABLE:
        portable_rows = _draft_of(writer, rows[0]).portable_rows
        assert portable_rows is not None  # by its kind
        return [apply_rows(tx, caller, rows[0], portable_rows)]
    subjects = [_subject_of(writer, row) for row in takewhile(lambda row: row.kind != PORTABLE, rows)]
    plans = decide_rows(tx, caller, subjects, to_change=True)
    plans = limit_plans(tx, caller, subjects, plans[: count_independent(subjects, plans)])
    written = write_plans(tx, caller, subjects, plans)
    matches = [
        Match(row.row_number, match.contact_id, match.score, match.reason)
        for row, plan in zip(rows, plans, strict=False)
        for match in plan.matches
    ]
    row_store.insert_matches(*writer.row_key, matches)
    return [_finished(*each) for each in zip(rows, plans, written, strict=False)]


def _subject_of(writer: Writer, row: StagedRow) -> Subject:
    draft = _draft_of(writer, row)
    return Subject(facts_of_draft(draft), lambda: draft, row.decision, row.contact_id)


def _draft_of(writer: Writer, row: StagedRow) -> ContactDraft:
    """The draft of a row, without pictures whose file no longer exists."""
    draft = msgspec.json.decode(row.draft or "{}", type=ContactDraft)
    if draft.pictures:
        draft.pictures = [p for p in draft.pictures if not p.digest or file_path(writer.folder, p.digest).is_file()]
    return draft


def _finished(row: StagedRow, plan: RowPlan, written: Written) -> StagedRow:
    return replace(
        row,
        outcome=plan.outcome,
        reason=written.reason,
        contact_id=written.contact_id,
        decision=None if plan.outcome == MATCH else row.decision,
        needs_rematch=False,
        state=ROW_STAGED if plan.outcome in (MATCH, REJECT) else ROW_APPLIED,
        is_new=plan.outcome == CREATE,
        changes=msgspec.json.encode(written.changes).decode() if written.changes else None,
    )
