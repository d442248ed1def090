"""Applying: staged rows become contacts, or fill up contacts that are there already.

A row is matched again with what is there now, so that two files staged side by side add nobody twice; only where
nobody changed a contact since staging matched it, what was made ready for it is written as it is. A batch is one
transaction on the quick way; if any row of it cannot be written, the batch is done again row by row, and that row
alone is rejected.
"""

import logging
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import takewhile

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.actions.drafts import Changes, create_contacts, fill_contact, insert_new
from coterie.drafts.matching import (
    Candidate,
    Person,
    choose,
    compare,
    find_matches,
    keys_of,
    person_of_draft,
)
from coterie.drafts.merge import (
    Existing,
    external_ids_of_interactions,
    load_existing,
    plan_merge,
)
from coterie.errors import CoterieError, Unavailable
from coterie.imports.read_ahead import read_ahead
from coterie.imports.ready import BATCH, Ready, make_ready
from coterie.imports.run import Run, caller_of, find
from coterie.model import times
from coterie.model.import_reasons import (
    CONTACT_DELETED,
    CONTACT_MISSING,
    DECIDED,
    HANDLE_OTHER_NAME,
    MAY_BE_CONTACT,
    NOT_SAVED,
    SAME_CONTACT,
    Reason,
    reason_of,
    why,
)
from coterie.model.imports import (
    APPLIED,
    APPLYING,
    CREATE,
    MATCH,
    PORTABLE,
    REJECT,
    ROW_APPLIED,
    ROW_STAGED,
    SKIP,
    STAGED,
    UNCHANGED,
    UPDATE,
    ContactDraft,
    Import,
    Match,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.portable.contacts import create_portable_drafts
from coterie.portable.steps import apply_rows, match_portable
from coterie.store import events, parts
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.candidates import OWNERS_MAX
from coterie.store.contacts import next_contact_ids
from coterie.store.database import Tx
from coterie.store.files import file_path

ATTEMPTS = 5
REASON_LENGTH_MAX = 2000
# From so many new contacts on a second process is worth its start
AHEAD_MIN = 2_000
# The batches before which the database is to look at its tables again: they have grown fourfold
LOOK_AGAIN = frozenset((1, 4, 16, 64, 256))
log = logging.getLogger(__name__)


def apply(run: Run) -> Import:
    """Apply what is certain or decided, batch by batch; the import as it is then. Called again it goes on.

    An import that is only staged starts to be applied; one that was taken back, or is not staged, stays as it is.
    """
    with run.database.write() as tx:
        record = find(tx, run)
        if record.state == STAGED:
            record = actions.start_applying(tx, caller_of(tx, run, record), run.import_id, in_background=False)
    watch = ConflictGuard(0)
    while record.state == APPLYING:
        # once more where another process did rows that were made ready for this one
        with closing(_ready_batches(run, record)) as batches:
            for batch_count, ready in enumerate(batches):
                if batch_count in LOOK_AGAIN:
                    with run.database.write() as tx:
                        store.gather_statistics(tx)
                record = _apply_batch(run, watch, ready)
                run.progress(record.applied_row, record.row_count)
                run.pause()
                if record.state != APPLYING or (ready and record.applied_row != ready.through):
                    break
    return record


class ConflictGuard(Struct):
    """The last event up to which nobody but this import changed a contact since its file was looked at; None once
    somebody did; 0 before it was asked."""

    event_id: int | None

    def is_unchanged(self, tx: Tx, run: Run) -> bool:
        if self.event_id is None:
            return False
        latest = events.find_last_event(tx, run.organization_id)
        since = self.event_id or events.find_first_event_of_import(tx, run.organization_id, run.import_id)
        if since is None or events.is_changed_by_others(tx, run.organization_id, run.import_id, after=since):
            self.event_id = None
            return False
        self.event_id = latest
        return True


def _ready_batches(run: Run, record: Import) -> Generator[Ready | None, None, None]:
    """What is to be written, made ready by another process where there is much of it; None for a batch of which
    nothing is."""
    with run.database.write() as tx:
        caller = caller_of(tx, run, record)
        count = row_store.count_sure_to_create(tx, run.organization_id, run.import_id, after=record.applied_row)
        first = next_contact_ids(tx, run.organization_id, count) if count >= AHEAD_MIN else 0
    if first:
        arguments = (run.database.settings, caller, run.import_id, record.applied_row, first)
        with run.database.relaxed_durability(), closing(read_ahead(make_ready, *arguments)) as batches:
            yield from batches
    while True:
        yield None


def _apply_batch(run: Run, watch: ConflictGuard, ready: Ready | None) -> Import:
    """The next batch, quickly; where that fails, again and row by row."""
    for _ in range(ATTEMPTS):
        try:
            with run.database.write() as tx:
                return _write_batch(tx, run, watch, ready)
        except Unavailable as error:  # the other engine gave this transaction up for another
            problem: Exception = error
        except Exception as error:
            log.info(
                "import batch is done again row by row", extra={"import_id": run.import_id, "error": str(error)[:200]}
            )
            with run.database.write() as tx:
                return _write_batch(tx, run, watch, ready, one_by_one=True)
    raise problem


def _write_batch(tx: Tx, run: Run, watch: ConflictGuard, ready: Ready | None, *, one_by_one: bool = False) -> Import:
    """One batch, up to where the import then is; nothing where another process was there before."""
    store.serialize_batches(tx, run.organization_id)
    record = find(tx, run)
    if record.state != APPLYING or (ready and ready.after != record.applied_row):
        return record
    applying = Applying(run, caller_of(tx, run, record))
    through = ready.through if ready else record.row_count
    is_written = ready is not None and not one_by_one and watch.is_unchanged(tx, run)
    if ready is not None and is_written:
        insert_new(tx, applying.caller, ready.new)
        created = zip(ready.row_numbers, ready.new.words, strict=True)
        row_store.mark_created(tx, run.organization_id, run.import_id, created)
    if ready is None or not is_written or ready.others:
        rows = row_store.list_rows_to_apply(
            tx, run.organization_id, run.import_id, after=record.applied_row, through=through, limit=BATCH
        )
        if ready is None and not rows:
            return actions.finish(tx, applying.caller, run.import_id, APPLIED)
        _write_rows(tx, applying, rows, one_by_one=one_by_one)
        through = through if ready else rows[-1].row_number
    store.update_import(tx, run.organization_id, run.import_id, {"applied_row": through, "updated_at": times.now()})
    return find(tx, run)


def _write_rows(tx: Tx, applying: "Applying", rows: Sequence[StagedRow], *, one_by_one: bool) -> None:
    """Rows that are matched with what is there now."""
    run = applying.run
    done: list[StagedRow] = []
    while len(done) < len(rows):
        rest = rows[len(done) :]
        done += _one_row(tx, applying, rest[0]) if one_by_one else _write_chunk(tx, applying, rest)
    row_store.save_rows(tx, run.organization_id, run.import_id, done)
    counts = Counter(row.outcome for row in done)
    counts.subtract(row.outcome for row in rows)
    store.count_outcomes(tx, run.organization_id, run.import_id, counts, now=times.now())


class Applying(Struct):
    """What the rows of a batch need."""

    run: Run
    caller: Caller


def _one_row(tx: Tx, applying: Applying, row: StagedRow) -> list[StagedRow]:
    try:
        with tx.savepoint():
            return _write_chunk(tx, applying, [row])
    except Unavailable:
        raise
    except Exception as error:
        reason = error.message if isinstance(error, CoterieError) else "it cannot be saved"
        log.warning(
            "import row rejected",
            extra={"import_id": applying.run.import_id, "row": row.row_number, "error": str(error)[:200]},
        )
        why_not = reason_of(NOT_SAVED, text=reason[:REASON_LENGTH_MAX])
        return [replace(row, outcome=REJECT, reason=why_not, decision=None, needs_rematch=False)]


def _write_chunk(tx: Tx, applying: Applying, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Write the rows up to the first that is about the person of one before it; that one must be matched anew."""
    if rows[0].kind == PORTABLE:
        portable_rows = _draft_of(rows[0]).portable_rows
        assert portable_rows is not None  # that is what its kind says
        return [apply_rows(tx, applying.caller, rows[0], portable_rows)]
    rows = list(takewhile(lambda row: row.kind != PORTABLE, rows))
    drafts = [_draft_of(row) for row in rows]
    people = [person_of_draft(draft) for draft in drafts]
    found = find_matches(tx, applying.run.organization_id, people)
    people, found = match_portable(tx, applying.caller, drafts, people, found)
    ours = _created_by_this_import(tx, applying, found)
    plans = [_plan(row, [m for m in matches if m.reason.code != HANDLE_OTHER_NAME or m.contact_id not in ours])
             for row, matches in zip(rows, found, strict=True)]  # fmt: skip
    plans = plans[: _independent(people, plans)]
    drafts = [_with_files(applying, draft) for draft in drafts[: len(plans)]]
    written = _write(tx, applying, drafts, plans)
    done = []
    for row, plan, (contact_id, changes) in zip(rows, plans, written, strict=False):
        if plan.outcome == MATCH:
            matches = [Match(row.row_number, m.contact_id, m.score, m.reason) for m in plan.matches]
            row_store.insert_matches(tx, applying.run.organization_id, applying.run.import_id, matches)
        done.append(_finished(row, plan, contact_id, changes))
    return done


def _draft_of(row: StagedRow) -> ContactDraft:
    return msgspec.json.decode(row.draft or "{}", type=ContactDraft)


class Plan(Struct):
    """What becomes of a row: create, update (which contact), match (whom a person has to choose from), unchanged."""

    outcome: str
    contact_id: int | None = None
    reason: Reason | None = None
    matches: Sequence[Candidate] = ()


def _plan(row: StagedRow, matches: list[Candidate]) -> Plan:
    if row.decision == SKIP:
        return Plan(UNCHANGED, None, reason_of(DECIDED, decision=SKIP))
    if row.decision == CREATE:
        return Plan(CREATE, None, reason_of(DECIDED, decision=CREATE))
    if row.decision == UPDATE:
        return Plan(UPDATE, row.contact_id, reason_of(DECIDED, decision=UPDATE))
    sure = choose(matches)
    if sure:
        return Plan(UPDATE, sure.contact_id, reason_of(SAME_CONTACT, why=why(sure.reason)))
    if matches:
        likeliest = matches[0]
        reason = reason_of(MAY_BE_CONTACT, contact_id=likeliest.contact_id, why=why(likeliest.reason))
        return Plan(MATCH, None, reason, matches)
    return Plan(CREATE)


def _independent(people: Sequence[Person], plans: Sequence[Plan]) -> int:
    """How many rows, from the first, can be written at once: none of them about the person of one before it."""
    holders: dict[tuple[str, ...], list[int]] = {}
    targets: set[int] = set()
    for position, (person, plan) in enumerate(zip(people, plans, strict=True)):
        if plan.contact_id is not None:
            if plan.contact_id in targets:
                return position
            targets.add(plan.contact_id)
        for key in keys_of(person):
            others = holders.setdefault(key, [])
            for other in others:
                likeness = compare(person, people[other])
                if likeness is not None and likeness.code != HANDLE_OTHER_NAME and plan.outcome != MATCH:
                    return position
            if len(others) < OWNERS_MAX and (not others or others[-1] != position):
                others.append(position)
    return len(plans)


def _created_by_this_import(tx: Tx, applying: Applying, found: list[list[Candidate]]) -> set[int]:
    """A family in one file shares its telephone: those are no possible duplicates of one another."""
    doubtful = {m.contact_id for matches in found for m in matches if m.reason.code == HANDLE_OTHER_NAME}
    if not doubtful:
        return set()
    return events.list_created_by(tx, applying.run.organization_id, applying.run.import_id, doubtful)


def _with_files(applying: Applying, draft: ContactDraft) -> ContactDraft:
    """Without pictures whose file is not there any more."""
    if draft.pictures:
        folder = applying.run.folder
        draft.pictures = [p for p in draft.pictures if p.digest is None or file_path(folder, p.digest).is_file()]
    return draft


def _write(
    tx: Tx, applying: Applying, drafts: list[ContactDraft], plans: list[Plan]
) -> list[tuple[int | None, Changes | None]]:
    organization_id = applying.run.organization_id
    fresh = [position for position, plan in enumerate(plans) if plan.outcome == CREATE]
    new = [drafts[position] for position in fresh]
    create = create_portable_drafts if new and new[0].portable is not None else create_contacts
    created = create(tx, applying.caller, new)
    written: list[tuple[int | None, Changes | None]] = [(None, None)] * len(plans)
    for position, contact_id in zip(fresh, created, strict=True):
        written[position] = (contact_id, None)
    targets = [plan.contact_id for plan in plans if plan.outcome == UPDATE and plan.contact_id is not None]
    states = load_existing(tx, organization_id, targets, to_change=True)
    said = external_ids_of_interactions(drafts)
    known = parts.list_known_interactions(tx, organization_id, said) if said else set()
    for position, plan in enumerate(plans):
        if plan.outcome == UPDATE and plan.contact_id is not None:
            state = states.get(plan.contact_id)
            written[position] = (plan.contact_id, _fill(tx, applying, drafts[position], state, plan, known))
    return written


def _fill(
    tx: Tx, applying: Applying, draft: ContactDraft, state: Existing | None, plan: Plan, known: set[str]
) -> Changes | None:
    if state is None and draft.portable is not None:
        plan.outcome, plan.reason = UNCHANGED, reason_of(CONTACT_DELETED)
        return None
    if state is None:
        plan.outcome, plan.reason = REJECT, reason_of(CONTACT_MISSING)
        return None
    additions = plan_merge(draft, state, known)
    added = additions.describe()
    if not added:
        plan.outcome = UNCHANGED
    # also where nothing is added the row is known from now on, so that the next run of its file has no doubt
    changes = fill_contact(tx, applying.caller, state, additions)
    assert plan.reason is not None  # every update has one
    plan.reason = reason_of(plan.reason.code, **plan.reason.data, added=added, usernames_taken=changes.usernames_taken)
    return changes


def _finished(row: StagedRow, plan: Plan, contact_id: int | None, changes: Changes | None) -> StagedRow:
    return replace(
        row,
        outcome=plan.outcome,
        reason=plan.reason,
        contact_id=contact_id,
        decision=None if plan.outcome == MATCH else row.decision,
        needs_rematch=False,
        state=ROW_STAGED if plan.outcome in (MATCH, REJECT) else ROW_APPLIED,
        is_new=plan.outcome == CREATE,
        changes=msgspec.json.encode(changes).decode() if changes else None,
    )
