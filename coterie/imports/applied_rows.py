"""Writes the rows of a batch: each is decided again against the current contacts, and saved with its outcome.

Rows that staging found to be new skip the decision as long as only this import has changed contacts.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.new_contacts import PlannedContact
from coterie.errors import CoterieError, TooSlow, Unavailable
from coterie.imports.decisions import RowPlan, count_independent, decide_rows
from coterie.imports.people import subject_of
from coterie.imports.pictures import draft_of
from coterie.imports.prepared_rows import is_new
from coterie.imports.quotas import has_room, limit_plans
from coterie.imports.writing import Written, create_people, write_plans
from coterie.model.import_reasons import NOT_SAVED, reason_of
from coterie.model.imports import (
    CREATE,
    MATCH,
    PORTABLE,
    REJECT,
    ROW_APPLIED,
    ROW_STAGED,
    TEXT_LENGTH_MAX,
    ContactDraft,
    RowMatch,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.portable.steps import apply_rows
from coterie.store import import_rows as row_store
from coterie.store.database import Tx

log = logging.getLogger(__name__)


class Batch(Struct):
    """The transaction of a batch, its caller, and the data folder."""

    tx: Tx
    caller: Caller
    folder: Path

    @property
    def row_key(self) -> tuple[Tx, int, str]:
        return self.tx, self.caller.organization_id, self.caller.import_id or ""


def write_chunk(
    batch: Batch,
    rows: Sequence[StagedRow],
    planned: Mapping[int, PlannedContact],
    *,
    is_unchanged: bool,
    one_by_one: bool,
) -> Counter[str]:
    """Writes rows; returns by how much the count of each outcome changes. planned: row number -> the contact of a new
    row, if it is computed already."""
    new = [row for row in rows if is_new(row)] if is_unchanged else []
    if not has_room(batch.tx, batch.caller, len(new)):
        new = []
    others = [row for row in rows if not is_new(row)] if new else rows
    _create(batch, new, planned)
    done = [_write_alone(batch, row) for row in others] if one_by_one else _write(batch, others)
    outcomes = Counter(row.outcome for row in done)
    outcomes.subtract(row.outcome for row in others)
    return outcomes


def _create(batch: Batch, rows: Sequence[StagedRow], planned: Mapping[int, PlannedContact]) -> None:
    """Creates the contacts of new rows."""
    people = [planned.get(row.row_number) or _draft_of(batch, row) for row in rows]
    created = create_people(batch.tx, batch.caller, people)
    row_store.mark_created(*batch.row_key, zip((row.row_number for row in rows), created, strict=True))


def _write(batch: Batch, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Decides and writes rows; returns and saves them as they are then."""
    done: list[StagedRow] = []
    while len(done) < len(rows):
        done += _write_some(batch, rows[len(done) :])
    row_store.save_rows(*batch.row_key, done)
    return done


def _write_alone(batch: Batch, row: StagedRow) -> StagedRow:
    """Writes one row; rejects it if it cannot be written."""
    try:
        with batch.tx.savepoint():
            return _write(batch, [row])[0]
    except (Unavailable, TooSlow):
        raise
    except Exception as error:
        problem = error.message if isinstance(error, CoterieError) else "it cannot be saved"
        fields = {"import_id": batch.caller.import_id, "row": row.row_number, "error": str(error)[:200]}
        log.warning("import row rejected", extra=fields)
        reason = reason_of(NOT_SAVED, text=problem[:TEXT_LENGTH_MAX])
        rejected = replace(row, outcome=REJECT, reason=reason, decision=None, needs_rematch=False)
        row_store.save_rows(*batch.row_key, [rejected])
        return rejected


def _write_some(batch: Batch, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Writes rows up to the first one about the person of an earlier row: it must be decided after that is written."""
    tx, caller = batch.tx, batch.caller
    if rows[0].kind == PORTABLE:
        portable_rows = _draft_of(batch, rows[0]).portable_rows
        assert portable_rows is not None  # by its kind
        return [apply_rows(tx, caller, rows[0], portable_rows)]
    subjects = [
        subject_of(_draft_of(batch, row), row.decision, row.contact_id)
        for row in takewhile(lambda row: row.kind != PORTABLE, rows)
    ]
    plans = decide_rows(tx, caller, subjects, to_change=True)
    plans = limit_plans(tx, caller, subjects, plans[: count_independent(subjects, plans)])
    written = write_plans(tx, caller, subjects, plans)
    matches = [
        RowMatch(row.row_number, match.contact_id, match.score, match.reason)
        for row, plan in zip(rows, plans, strict=False)
        for match in plan.matches
    ]
    row_store.insert_matches(*batch.row_key, matches)
    return [_finished(*each) for each in zip(rows, plans, written, strict=False)]


def _draft_of(batch: Batch, row: StagedRow) -> ContactDraft:
    return draft_of(batch.folder, row.draft)


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
