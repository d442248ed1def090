"""Staging: a file becomes rows that say what applying would do. No contact is written.

A row is known again by a digest of what stood in it: one that was applied before is unchanged, whatever people did
with the contact since. Rows about one person within a file are found by their keys, of which the last half million
are remembered; those farther apart are found when they are applied.
"""

from collections import Counter
from hashlib import blake2b
from itertools import islice

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.actions.additions import State, additions_to, load_states, state_of_draft
from coterie.actions.prepare import prepare
from coterie.errors import CoterieError, Invalid
from coterie.identity.matching import (
    HANDLE_ONLY,
    Candidate,
    Person,
    choose,
    compare,
    find_matches,
    keys_of,
    person_of_draft,
)
from coterie.imports.own import match_own, stage_rows
from coterie.imports.readers import FOLDER, READERS
from coterie.imports.run import Run, caller_of, find, path_of
from coterie.model import times
from coterie.model.imports import (
    AGAIN,
    CREATE,
    DRAFT_SOURCE,
    FAILED,
    MATCH,
    REJECT,
    ROW_STAGED,
    STAGED,
    STAGING,
    UNCHANGED,
    UPDATE,
    ContactDraft,
    Import,
    Match,
    PictureDraft,
    RowError,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.database import Tx
from coterie.store.files import save_file

BATCH = 500
SEEN_MAX = 500_000
EARLIER_MAX = 10
PICTURES_MAX = 5
REASON_LENGTH_MAX = 2000
SOURCE_LENGTH_MAX = 2000
Item = tuple[int, ContactDraft | RowError]


def stage(run: Run) -> Import:
    """Read the import's file and stage its rows; the import as it is then: staged, or failed with the reason.

    Called again it goes on behind the last row that is staged.
    """
    with run.database.write() as tx:
        record = find(tx, run)
        caller = caller_of(tx, run, record)
    if record.state != STAGING:
        return record
    staging = Staging(run, caller, Seen({}, {}))
    try:
        options = msgspec.json.decode(record.options) | {FOLDER: run.folder}
        rows = enumerate(READERS[record.format](path_of(run, record), options), 1)
        while batch := list(islice(rows, BATCH)):
            _stage_batch(staging, batch, record.row_count)
            run.progress(batch[-1][0], 0)
    except (Invalid, CoterieError, OSError, UnicodeError, KeyError) as error:
        reason = error.message if isinstance(error, CoterieError) else f"{type(error).__name__}: {error}"
        with run.database.write() as tx:
            return actions.finish(tx, caller, run.import_id, FAILED, reason[:REASON_LENGTH_MAX])
    with run.database.write() as tx:
        if find(tx, run).state != STAGING:
            return find(tx, run)
        return actions.finish(tx, caller, run.import_id, STAGED)


class Seen(Struct):
    """The keys of the rows of this file: hash -> row number. The older half is forgotten when there are too many."""

    older: dict[int, int]
    newer: dict[int, int]

    def find(self, key: object) -> int | None:
        number = hash(key)
        return self.newer.get(number) or self.older.get(number)

    def add(self, key: object, row_number: int) -> None:
        self.newer.setdefault(hash(key), row_number)
        if len(self.newer) > SEEN_MAX // 2:
            self.older, self.newer = self.newer, {}


class Staging(Struct):
    """What lasts from batch to batch."""

    run: Run
    caller: Caller
    seen: Seen


def _stage_batch(staging: Staging, batch: list[Item], staged: int) -> None:
    """Work out and save one batch. Rows a run before this one staged are read again only to know their keys."""
    run = staging.run
    with run.database.read() as tx:
        known = _known_rows(tx, staging, batch)
        rows, matches = _work_out(tx, staging, batch, known)
    fresh = [row for row in rows if row.row_number > staged]
    if not fresh:
        return
    with run.database.write() as tx:
        record = find(tx, run)
        if record.state != STAGING:
            return
        fresh = [row for row in fresh if row.row_number > record.row_count]
        if not fresh:
            return
        store.insert_rows(tx, run.organization_id, run.import_id, fresh)
        first = fresh[0].row_number
        store.insert_matches(tx, run.organization_id, run.import_id, [m for m in matches if m.row_number >= first])
        counts = Counter(row.outcome for row in fresh)
        store.count_outcomes(tx, run.organization_id, run.import_id, counts, now=times.now())
        store.update_import(tx, run.organization_id, run.import_id, {"row_count": fresh[-1].row_number})
    run.pause()


def _known_rows(tx: Tx, staging: Staging, batch: list[Item]) -> dict[str, int]:
    """Gives each draft its digest as an outside id; the digests that are known -> their contacts."""
    digests = []
    for _, draft in batch:
        if isinstance(draft, ContactDraft):
            digest = _digest(draft)
            draft.outside_ids.append((DRAFT_SOURCE, digest))
            digests.append(digest)
    return store.find_owners_of_outside_ids(tx, staging.run.organization_id, DRAFT_SOURCE, digests)


def _digest(draft: ContactDraft) -> str:
    """Names what stood in a row. What a reader warned of is no part of it."""
    warnings, draft.warnings = draft.warnings, []
    try:
        encoded = msgspec.json.encode(draft)
    except UnicodeEncodeError:
        encoded = repr(draft).encode("utf-8", "surrogatepass")
    draft.warnings = warnings
    return blake2b(encoded, digest_size=16).hexdigest()


def _work_out(
    tx: Tx, staging: Staging, batch: list[Item], known: dict[str, int]
) -> tuple[list[StagedRow], list[Match]]:
    """The rows of a batch, and whom those that wait for a decision may be."""
    rows: dict[int, StagedRow] = {}
    open_rows: dict[int, ContactDraft] = {}
    for number, item in batch:
        if isinstance(item, RowError):
            rows[number] = _rejected(number, item)
            continue
        if item.rows is not None:
            rows[number] = _row(number, item, *stage_rows(tx, staging.caller, item.rows))
            continue
        digest = item.outside_ids[-1][1]
        earlier = staging.seen.find(digest)
        staging.seen.add(digest, number)
        if digest in known:
            rows[number] = _row(number, item, UNCHANGED, "imported before", known[digest])
        elif earlier is not None and earlier != number:
            rows[number] = _row(number, item, UNCHANGED, f"the same as row {earlier}")
        else:
            open_rows[number] = _keep_pictures(staging, prepare(item, staging.caller.country))
    drafts = list(open_rows.values())
    people = [person_of_draft(draft) for draft in drafts]
    found = find_matches(tx, staging.run.organization_id, drafts, people=people)
    people, found = match_own(tx, staging.caller, drafts, people, found)
    chosen = [choose(matches) for matches in found]
    states = load_states(tx, staging.run.organization_id, [c.contact_id for c in chosen if c])
    matches_of_rows: list[Match] = []
    for (number, draft), person, matches, sure in zip(open_rows.items(), people, found, chosen, strict=True):
        if sure and sure.contact_id in states:
            rows[number] = _to_known(number, draft, sure, states[sure.contact_id])
        elif sure and draft.kept is not None:
            rows[number] = _row(number, draft, UNCHANGED, "The contact is deleted here", sure.contact_id)
        elif matches:
            rows[number] = _row(number, draft, MATCH, f"May be contact {matches[0].contact_id}: {matches[0].reason}")
            matches_of_rows += [Match(number, m.contact_id, m.score, m.reason) for m in matches]
        else:
            rows[number] = _to_earlier(tx, staging, number, draft, person, open_rows)
    return [rows[number] for number in sorted(rows)], matches_of_rows


def _to_known(number: int, draft: ContactDraft, sure: Candidate, state: State) -> StagedRow:
    """A row about a contact that is there: what it would add."""
    added = additions_to(draft, state).describe()
    reason = f"{sure.reason.capitalize()}; adds {', '.join(added)}" if added else sure.reason.capitalize()
    return _row(number, draft, UPDATE if added else UNCHANGED, reason, sure.contact_id)


def _to_earlier(
    tx: Tx, staging: Staging, number: int, draft: ContactDraft, person: Person, open_rows: dict[int, ContactDraft]
) -> StagedRow:
    """A row about nobody known: new, unless an earlier row of the file is about the same person."""
    keys = keys_of(person)
    earlier = sorted({n for key in keys if (n := staging.seen.find(key)) and n != number})[:EARLIER_MAX]
    for key in keys:
        staging.seen.add(key, number)
    stored = [n for n in earlier if n not in open_rows]
    drafts = {n: open_rows[n] for n in earlier if n in open_rows}
    if stored:
        rows = store.list_rows_by_number(tx, staging.run.organization_id, staging.run.import_id, stored)
        drafts |= {n: msgspec.json.decode(row.draft, type=ContactDraft) for n, row in rows.items() if row.draft}
    for n, other in sorted(drafts.items()):
        result = compare(person, person_of_draft(other))
        if result and result[2]:
            added = additions_to(draft, state_of_draft(other)).describe()
            reason = f"Same person as row {n}" + (f"; adds {', '.join(added)}" if added else "")
            return _row(number, draft, UPDATE, reason) if added else _row(number, draft, UNCHANGED, reason)
        if result and result[0] > HANDLE_ONLY:
            return replace(_row(number, draft, MATCH, f"May be the person of row {n}: {result[1]}"), decision=AGAIN)
    return _row(number, draft, CREATE, None)


def _keep_pictures(staging: Staging, draft: ContactDraft) -> ContactDraft:
    """The bytes of pictures become files; the draft keeps their digests."""
    draft.pictures = [_keep_picture(staging, picture) for picture in draft.pictures[:PICTURES_MAX]]
    return draft


def _keep_picture(staging: Staging, picture: PictureDraft) -> PictureDraft:
    if picture.data is None:
        return picture
    digest, byte_count = save_file(staging.run.folder, picture.data)
    return PictureDraft(picture.media_type, None, picture.url, digest, byte_count, picture.filename)


def _row(
    number: int, draft: ContactDraft, outcome: str, reason: str | None, contact_id: int | None = None
) -> StagedRow:
    if any(picture.data for picture in draft.pictures):
        draft.pictures = []
    try:
        encoded = msgspec.json.encode(draft).decode()
        if "\\u0000" in encoded:
            raise UnicodeError
    except UnicodeError:
        encoded = msgspec.json.encode(prepare(draft, None)).decode()
    return StagedRow(number, encoded, None, outcome, reason, contact_id, None, ROW_STAGED, None)


def _rejected(number: int, error: RowError) -> StagedRow:
    source = (error.source or "").replace("\0", "").encode("utf-8", "replace").decode()
    reason = error.reason.replace("\0", "")
    return StagedRow(
        number, None, source[:SOURCE_LENGTH_MAX] or None, REJECT, reason[:REASON_LENGTH_MAX], None, None,
        ROW_STAGED, None,
    )  # fmt: skip
