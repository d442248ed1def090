"""Staging: a file becomes rows that say what applying would do. No contact is written.

A row is known again by a digest of what stood in it: one that was applied before is unchanged, whatever people did
with the contact since. Rows about one person within a file are found by their keys, of which the last half million
are remembered; those farther apart are found when they are applied.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.drafts.matching import (
    NOBODY,
    Candidate,
    Person,
    choose,
    compare,
    find_matches,
    is_certain,
    keys_of,
    person_of_contact,
    person_of_draft,
)
from coterie.drafts.merge import Existing, existing_of_draft, load_existing, plan_merge
from coterie.errors import CoterieError, Unavailable
from coterie.imports.formats.names import COTERIE
from coterie.imports.formats.readers import FOLDER
from coterie.imports.read import ReadRow, Source, encode, read_rows, read_rows_elsewhere
from coterie.imports.read_ahead import read_ahead
from coterie.imports.run import Run, caller_of, find, path_of
from coterie.model import times
from coterie.model.import_reasons import (
    CONTACT_DELETED,
    HANDLE_OTHER_NAME,
    IMPORTED_BEFORE,
    MAY_BE_CONTACT,
    MAY_BE_ROW,
    SAME_AS_ROW,
    SAME_CONTACT,
    SAME_PERSON_AS_ROW,
    UNREADABLE,
    Reason,
    reason_of,
    why,
)
from coterie.model.imports import (
    CREATE,
    ERROR,
    FAILED,
    MATCH,
    PORTABLE,
    REJECT,
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
from coterie.portable.steps import match_portable, stage_rows
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.database import Tx
from coterie.store.files import file_path, lock_files, save_file

# From such a file on a second process is worth its start
AHEAD_BYTES_MIN = 1_048_576
SEEN_MAX = 500_000
REASON_LENGTH_MAX = 2000
SOURCE_LENGTH_MAX = 2000


def stage(run: Run) -> Import:
    """Read the import's file and stage its rows; the import as it is then: staged, or failed with the reason.

    Called again it goes on behind the last row that is staged.
    """
    with run.database.write() as tx:
        record = find(tx, run)
        caller = caller_of(tx, run, record)
    if record.state != STAGING:
        return record
    staging = Staging(run, caller, Seen({}, {}), record.format == COTERIE)
    try:
        with _batches(run, caller, record) as batches:
            for batch in batches:
                _stage_batch(staging, batch, record.row_count)
                staging.kept.clear()
                run.progress(batch[-1].number, 0)
    except Unavailable:  # it will go on
        raise
    except (CoterieError, OSError, UnicodeError, KeyError) as error:
        reason = error.message if isinstance(error, CoterieError) else f"{type(error).__name__}: {error}"
        with run.database.write() as tx:
            return actions.finish(tx, caller, run.import_id, FAILED, reason[:REASON_LENGTH_MAX])
    with run.database.write() as tx:
        if find(tx, run).state != STAGING:
            return find(tx, run)
        return actions.finish(tx, caller, run.import_id, STAGED)


@contextmanager
def _batches(run: Run, caller: Caller, record: Import) -> Iterator[Iterator[list[ReadRow]]]:
    """The rows of the file, read ahead by another process where there are many."""
    options = msgspec.json.decode(record.options) | {FOLDER: run.folder}
    source = Source(run.organization_id, record.format, path_of(run, record), options, caller.country)
    # what only our own export says would be as much work to send as to read
    if record.byte_count > AHEAD_BYTES_MIN and record.format != COTERIE:
        with (
            run.database.relaxed_durability(),
            closing(read_ahead(read_rows_elsewhere, run.database.settings, source)) as batches,
        ):
            yield batches
    else:
        with closing(read_rows(run.database, source)) as batches:
            yield batches


class Seen(Struct):
    """The keys of the rows of this file: hash -> row number. The older half is forgotten when there are too many."""

    older: dict[int, int]
    newer: dict[int, int]
    is_full: bool = False

    def find(self, key: object) -> int | None:
        number = hash(key)
        return self.newer.get(number) or self.older.get(number)

    def add(self, key: object, row_number: int) -> None:
        self.newer.setdefault(hash(key), row_number)
        if len(self.newer) > SEEN_MAX // 2:
            self.is_full = self.is_full or bool(self.older)
            self.older, self.newer = self.newer, {}


class Staging(Struct):
    """What lasts from batch to batch."""

    run: Run
    caller: Caller
    seen: Seen
    is_own: bool
    # digest -> bytes of the files of the batch at hand
    kept: dict[str, bytes] = field(default_factory=dict)


def _stage_batch(staging: Staging, batch: list[ReadRow], staged: int) -> None:
    """Work out and save one batch. Rows a run before this one staged are read again only to know their keys."""
    run = staging.run
    with run.database.read() as tx:
        rows, matches = _work_out(tx, staging, batch)
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
        _keep_again(tx, staging)
        first = fresh[0].row_number
        files = _files_of(batch, first)
        row_store.insert_rows(tx, run.organization_id, run.import_id, fresh, files)
        row_store.insert_matches(tx, run.organization_id, run.import_id, [m for m in matches if m.row_number >= first])
        counts = Counter(row.outcome for row in fresh)
        store.count_outcomes(tx, run.organization_id, run.import_id, counts, now=times.now())
        store.update_import(tx, run.organization_id, run.import_id, {"row_count": fresh[-1].row_number})
    run.pause()


def _work_out(tx: Tx, staging: Staging, batch: list[ReadRow]) -> tuple[list[StagedRow], list[Match]]:
    """The rows of a batch, and whom those that wait for a decision may be."""
    rows, open_rows = _tell_known(tx, staging, batch)
    people = [row.person or NOBODY for row in open_rows.values()]
    found = find_matches(tx, staging.run.organization_id, people)
    if staging.is_own:
        drafts = [row.the_draft() for row in open_rows.values()]
        people, found = match_portable(tx, staging.caller, drafts, people, found)
    chosen = [choose(matches) for matches in found]
    states = load_existing(tx, staging.run.organization_id, [c.contact_id for c in chosen if c])
    matches_of_rows: list[Match] = []
    for (number, row), person, matches, sure in zip(open_rows.items(), people, found, chosen, strict=True):
        earlier = _find_earlier(staging, number, person)
        if sure and sure.contact_id in states:
            rows[number] = _to_known(staging, row, sure, states[sure.contact_id])
        elif sure and staging.is_own:
            rows[number] = _row(row, UNCHANGED, reason_of(CONTACT_DELETED), contact_id=sure.contact_id)
        elif matches:
            likeliest = matches[0]
            reason = reason_of(MAY_BE_CONTACT, contact_id=likeliest.contact_id, why=why(likeliest.reason))
            rows[number] = _row(row, MATCH, reason)
            matches_of_rows += [Match(number, m.contact_id, m.score, m.reason) for m in matches]
        else:
            rows[number] = _to_earlier(staging, row, person, _rows_before(tx, staging, earlier, rows))
    return [rows[number] for number in sorted(rows)], matches_of_rows


def _tell_known(tx: Tx, staging: Staging, batch: list[ReadRow]) -> tuple[dict[int, StagedRow], dict[int, ReadRow]]:
    """(the rows of which everything is said already, those that have to be compared), by their numbers."""
    rows: dict[int, StagedRow] = {}
    open_rows: dict[int, ReadRow] = {}
    for row in batch:
        if row.error is not None:
            rows[row.number] = _rejected(row.number, row.error)
            continue
        if row.draft is not None and row.draft.portable_rows is not None:
            outcome, reason = stage_rows(tx, staging.caller, row.draft.portable_rows)
            rows[row.number] = _row(row, outcome, reason, kind=PORTABLE)
            continue
        earlier = staging.seen.find(row.digest)
        staging.seen.add(row.digest, row.number)
        if row.contact_id is not None:
            rows[row.number] = _row(row, UNCHANGED, reason_of(IMPORTED_BEFORE), contact_id=row.contact_id)
        elif earlier is not None and earlier != row.number:
            rows[row.number] = _row(row, UNCHANGED, reason_of(SAME_AS_ROW, row=earlier), same_as_row=earlier)
        else:
            open_rows[row.number] = _keep_pictures(staging, row)
    return rows, open_rows


def _to_known(staging: Staging, row: ReadRow, sure: Candidate, state: Existing) -> StagedRow:
    """A row about a contact that is there: what it would add."""
    additions = plan_merge(row.the_draft(), state)
    if state.contact and additions.fields:  # by which later rows may know the contact
        for key in keys_of(person_of_contact(replace(state.contact, **additions.fields), state.handles)):
            staging.seen.add(key, row.number)
    added = additions.describe()
    reason = reason_of(SAME_CONTACT, why=why(sure.reason), adds=added)
    return _row(row, UPDATE if added else UNCHANGED, reason, contact_id=sure.contact_id)


def _find_earlier(staging: Staging, number: int, person: Person) -> list[int]:
    """The rows before this one that share a key with it; later ones will find this one by its keys."""
    keys = keys_of(person)
    earlier = sorted({n for key in keys if (n := staging.seen.find(key)) and n != number})
    for key in keys:
        staging.seen.add(key, number)
    return earlier


def _rows_before(tx: Tx, staging: Staging, numbers: list[int], rows: Mapping[int, StagedRow]) -> dict[int, StagedRow]:
    """Rows of this batch, and of those before it."""
    stored = [number for number in numbers if number not in rows]
    found = {number: rows[number] for number in numbers if number in rows}
    if stored:
        found |= row_store.list_rows_by_number(tx, staging.run.organization_id, staging.run.import_id, stored)
    return dict(sorted(found.items()))


def _to_earlier(staging: Staging, row: ReadRow, person: Person, before: Mapping[int, StagedRow]) -> StagedRow:
    """A row about nobody known: new, unless an earlier row of the file is about the same person."""
    is_unsure = staging.seen.is_full
    for n, other in before.items():
        if other.draft is None:
            continue
        draft = msgspec.json.decode(other.draft, type=ContactDraft)
        likeness = compare(person, person_of_draft(draft))
        is_sure = likeness is not None and is_certain(likeness)
        if other.outcome == MATCH or (other.contact_id and not is_sure):
            is_unsure = True  # who that is nobody knows yet, or it is more than the row says
        elif is_sure:
            added = plan_merge(row.the_draft(), existing_of_draft(draft)).describe()
            reason = reason_of(SAME_PERSON_AS_ROW, row=n, adds=added)
            return _row(row, UPDATE if added else UNCHANGED, reason, same_as_row=None if added else n)
        elif likeness is not None and likeness.code != HANDLE_OTHER_NAME:
            return _row(row, MATCH, reason_of(MAY_BE_ROW, row=n, why=why(likeness)), needs_rematch=True)
    # then it is compared again when it is applied: one that was forgotten, or waits, may be the same
    return _row(row, CREATE, None, needs_rematch=is_unsure)


def _keep_pictures(staging: Staging, row: ReadRow) -> ReadRow:
    """The bytes of pictures become files; the draft keeps their digests."""
    if row.encoded is None:
        draft = row.the_draft()
        draft.pictures = [_keep_picture(staging, picture) for picture in draft.pictures]
        row.encoded = encode(draft)
    return row


def _keep_picture(staging: Staging, picture: PictureDraft) -> PictureDraft:
    if picture.data is None:
        return picture
    digest, byte_count = save_file(staging.run.folder, picture.data)
    staging.kept[digest] = picture.data
    return PictureDraft(picture.media_type, None, picture.url, digest, byte_count, picture.filename)


def _keep_again(tx: Tx, staging: Staging) -> None:
    """Before rows name these files: keep what somebody removed since, because nothing named it."""
    if staging.kept:
        lock_files(tx)
        for digest, data in staging.kept.items():
            if not file_path(staging.run.folder, digest).exists():
                save_file(staging.run.folder, data)


def _files_of(batch: list[ReadRow], first: int) -> list[tuple[int, str]]:
    """(row number, digest) of the files of rows, from a number on."""
    return [
        (row.number, digest)
        for row in batch
        if row.draft is not None and row.number >= first
        for digest in dict.fromkeys(picture.digest for picture in row.draft.pictures)
        if digest
    ]


def _row(row: ReadRow, outcome: str, reason: Reason | None, **columns: Any) -> StagedRow:
    if row.encoded is None:  # its pictures are not wanted
        draft = row.the_draft()
        draft.pictures = [picture for picture in draft.pictures if not picture.data]
        row.encoded = encode(draft)
    return StagedRow(row_number=row.number, draft=row.encoded, outcome=outcome, reason=reason, **columns)


def _rejected(number: int, error: RowError) -> StagedRow:
    reason = reason_of(UNREADABLE, text=_storable(error.reason)[:REASON_LENGTH_MAX])
    source = _storable(error.source or "")[:SOURCE_LENGTH_MAX] or None
    return StagedRow(row_number=number, kind=ERROR, source=source, outcome=REJECT, reason=reason)


def _storable(text: str) -> str:
    """Without NUL characters and lone surrogates, which no database stores."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
