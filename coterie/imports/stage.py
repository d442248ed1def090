"""Stages a file: stores its rows with the outcome that applying them would have. No contact is written.

A row that was applied before is recognized by a digest of its content, and is unchanged even if users have edited its
contact since. Two rows of a file about one person are found by their keys (seen.py); if they are too far apart for
that, they are found when they are applied.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions import imports as actions
from coterie.drafts.facts import FAMILY, NOBODY, Facts, compare, is_certain, keys_of, person_of_contact, person_of_draft
from coterie.drafts.matching import contradicted
from coterie.drafts.merge import existing_of_draft, plan_merge
from coterie.errors import CoterieError, TooSlow, Unavailable
from coterie.identity.commonness import Commonness
from coterie.identity.keeping import is_current, key_changes
from coterie.identity.people import person_of_draft as person_in_identity
from coterie.imports.earlier_files import EarlierFile, digest_keys, load_earlier_files
from coterie.imports.engine import Report, Run, lock_import, open_import, path_of
from coterie.imports.formats.names import COTERIE
from coterie.imports.formats.readers import COUNTRY, FILE_BYTES_MAX, FOLDER
from coterie.imports.people import RowPlan, Subject, decide_rows
from coterie.imports.pictures import restore_pictures, store_pictures
from coterie.imports.read import ReadRow, Reads, Source, encode_draft, read_rows, read_rows_elsewhere
from coterie.imports.read_ahead import read_ahead
from coterie.imports.seen import Seen
from coterie.model import times
from coterie.model.import_reasons import (
    GROUP_CARD,
    HANDLE,
    HANDLE_AND_NAME,
    IMPORTED_BEFORE,
    MAY_BE_ROW,
    SAME_AS_ROW,
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
    RowError,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.portable.steps import stage_rows
from coterie.settings import Settings
from coterie.store import import_rows as row_store
from coterie.store import imports as store
from coterie.store.batches import Batches
from coterie.store.database import Tx

# a second process reads larger files
SECOND_PROCESS_BYTES_MIN = 1_048_576
TEXT_LENGTH_MAX = 2000
KEYED = 500


def stage(run: Run) -> Import:
    """Reads the import's file and stages its rows; returns the import: staged, or failed with the error.

    Called again, it continues after the last staged row.
    """
    with run.database.write() as tx:
        import_, caller = open_import(tx, run.organization_id, run.import_id)
    if import_.state != STAGING:
        return import_
    with run.database.read() as tx:
        earlier = load_earlier_files(tx, run.organization_id, import_)
    with _open_file(run, caller, import_) as batches:
        staging = Staging(caller, run.folder, earlier=earlier)
        import_ = run.run(stage_batches(staging, batches, run.database.read, run.progress))
    return import_


def source_of(caller: Caller, settings: Settings, folder: Path, import_: Import) -> Source:
    """The file of an import, for its reader."""
    options = msgspec.json.decode(import_.options) | {
        FOLDER: folder,
        COUNTRY: caller.country,
        FILE_BYTES_MAX: settings.attachment_bytes_max,
    }
    return Source(caller.organization_id, import_.format, path_of(folder, import_), options, caller.country)


@contextmanager
def _open_file(run: Run, caller: Caller, import_: Import) -> Iterator[Iterator[list[ReadRow]]]:
    source = source_of(caller, run.database.settings, run.folder, import_)
    # sending the rows of our own export takes as long as reading them
    if import_.byte_count > SECOND_PROCESS_BYTES_MIN and import_.format != COTERIE:
        batches_ahead = read_ahead(read_rows_elsewhere, run.database.settings, source)
        with run.database.relaxed_durability(), closing(batches_ahead) as batches:
            yield batches
    else:
        with closing(read_rows(run.database.read, source)) as batches:
            yield batches


class Staging(Struct):
    """The state of staging across batches. earlier: the files of the same command that are not applied yet."""

    caller: Caller
    folder: Path
    earlier: Sequence[EarlierFile] = ()
    seen: Seen = field(default_factory=Seen)
    # how many contacts the last batch computed keys of
    keyed_count: int = 0


class Staged(Struct):
    """The rows of a batch, the contacts that undecided rows may be, and the files that drafts refer to.

    pictures: digest -> bytes of files that were stored for this batch.
    """

    rows: list[StagedRow] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


def stage_batches(
    staging: Staging, batches: Iterable[list[ReadRow]], read: Reads, report: Report = lambda done, total: None
) -> Batches[Import, Import]:
    """Stages the batches of a reader: each is decided in a transaction that read opens, and saved in another. Rows that
    an earlier run staged are decided again only to collect their keys."""
    try:
        is_keyed = False
        for batch in batches:
            if not is_keyed and any(map(_is_matched, batch)):
                yield from _keys(staging, read)
                is_keyed = True
            with read() as tx:
                staged = _stage(tx, staging, batch)
            import_ = yield partial(_save, staging=staging, staged=staged)
            if import_.state != STAGING:
                return import_
            report(batch[-1].number, 0)
    except (Unavailable, TooSlow):  # it will continue
        raise
    except (CoterieError, OSError, UnicodeError, KeyError) as error:
        reason = error.message if isinstance(error, CoterieError) else f"{type(error).__name__}: {error}"
        return (yield partial(_finish, staging=staging, state=FAILED, error=reason[:TEXT_LENGTH_MAX]))
    return (yield partial(_finish, staging=staging, state=STAGED))


def _is_matched(row: ReadRow) -> bool:
    """Whether a row is compared with contacts."""
    return row.error is None and row.contact_id is None and row.person is not None


def _keys(staging: Staging, read: Reads) -> Batches[Import, None]:
    """Computes missing keys of contacts: without them, a row may be found new by mistake."""
    with read() as tx:
        is_keyed = is_current(tx, staging.caller.organization_id)
    while not is_keyed:
        yield partial(_key, staging=staging)
        is_keyed = staging.keyed_count < KEYED


def _key(tx: Tx, staging: Staging) -> Import:
    caller = staging.caller
    staging.keyed_count = key_changes(tx, caller.organization_id, limit=KEYED)
    return lock_import(tx, caller.organization_id, caller.import_id or "")


def _finish(tx: Tx, staging: Staging, state: str, error: str | None = None) -> Import:
    caller = staging.caller
    import_ = lock_import(tx, caller.organization_id, caller.import_id or "")
    return actions.finish(tx, caller, import_.id, state, error) if import_.state == STAGING else import_


def _save(tx: Tx, staging: Staging, staged: Staged) -> Import:
    """Saves the rows of a batch that are not saved yet; returns the import in its new state."""
    organization_id, import_id = staging.caller.organization_id, staging.caller.import_id or ""
    import_ = lock_import(tx, organization_id, import_id)
    first = import_.row_count + 1
    rows = [row for row in staged.rows if row.row_number >= first]
    if import_.state != STAGING or not rows:
        return import_
    restore_pictures(tx, staging.folder, staged.pictures)
    files = [(row_number, digest) for row_number, digest in staged.files if row_number >= first]
    row_store.insert_rows(tx, organization_id, import_id, rows, files)
    matches = [match for match in staged.matches if match.row_number >= first]
    row_store.insert_matches(tx, organization_id, import_id, matches)
    outcomes = Counter(row.outcome for row in rows)
    store.count_outcomes(tx, organization_id, import_id, outcomes, now=times.now())
    store.update_import(tx, organization_id, import_id, {"row_count": rows[-1].row_number})
    return lock_import(tx, organization_id, import_id)


# Rows -----------------------------------------------------------------------------------------------------------------


def _stage(tx: Tx, staging: Staging, batch: list[ReadRow]) -> Staged:
    """Decides the rows of a batch."""
    staged = Staged()
    rows: dict[int, StagedRow] = {}
    open_rows: list[ReadRow] = []
    for row in batch:
        without_matching = _stage_without_matching(tx, staging, row)
        if without_matching is not None:
            rows[row.number] = without_matching
            continue
        if row.encoded is None:
            store_pictures(staging.folder, row.decoded(), staged.pictures)
            row.encoded = encode_draft(row.decoded())
        open_rows.append(row)
    plans = decide_rows(tx, staging.caller, [Subject(row.person or NOBODY, row.decoded) for row in open_rows])
    for row, plan in zip(open_rows, plans, strict=True):
        rows[row.number] = _stage_planned(tx, staging, row, plan, rows)
        staged.matches += [Match(row.number, m.contact_id, m.score, m.reason) for m in plan.matches]
    staged.rows = [rows[number] for number in sorted(rows)]
    staged.files = [(row.number, digest) for row in batch for digest in _files_of(row)]
    return staged


def _stage_without_matching(tx: Tx, staging: Staging, row: ReadRow) -> StagedRow | None:
    """The staged row if it need not be compared with contacts, otherwise None."""
    if row.error is not None:
        return _stage_error(row.number, row.error)
    if row.draft is not None and row.draft.portable_rows is not None:
        outcome, reason = stage_rows(tx, staging.caller, row.draft.portable_rows)
        return _staged(row, outcome, reason, kind=PORTABLE)
    earlier = staging.seen.find(row.digest)
    staging.seen.add(row.digest, row.number)
    if row.contact_id is not None:
        return _staged(row, UNCHANGED, reason_of(IMPORTED_BEFORE), contact_id=row.contact_id)
    if earlier is not None and earlier != row.number:
        return _staged(row, UNCHANGED, reason_of(SAME_AS_ROW, row=earlier), same_as_row=earlier)
    return None


def _stage_planned(tx: Tx, staging: Staging, row: ReadRow, plan: RowPlan, rows: Mapping[int, StagedRow]) -> StagedRow:
    # two contacts of our own export are never the same, even if they are alike
    is_portable = row.draft is not None and row.draft.portable is not None
    person = NOBODY if is_portable or row.person is None else row.person
    earlier = staging.seen.find_all(keys_of(person), row.number)
    staging.seen.add_all(keys_of(person), row.number)
    if plan.outcome == CREATE:
        staged = _stage_new(staging, row, person, _rows_before(tx, staging, earlier, rows))
        return staged if staged.outcome != CREATE else _stage_after_files(tx, staging, row, person, staged)
    if plan.existing and plan.existing.contact and plan.merge and plan.merge.fields:
        # later rows may match the contact by the additions of this row
        contact = replace(plan.existing.contact, **plan.merge.fields)
        staging.seen.add_all(keys_of(person_of_contact(contact, plan.existing.handles)), row.number)
    reason = plan.reason
    if plan.parts and reason is not None:
        reason = reason_of(reason.code, **reason.data, adds=plan.parts)
    return _staged(row, plan.outcome, reason, contact_id=plan.contact_id)


def _rows_before(tx: Tx, staging: Staging, numbers: Sequence[int], rows: Mapping[int, StagedRow]) -> list[StagedRow]:
    """Rows of this and earlier batches, in order."""
    caller = staging.caller
    stored = [number for number in numbers if number not in rows]
    found = {number: rows[number] for number in numbers if number in rows}
    if stored:
        found |= row_store.list_rows_by_number(tx, caller.organization_id, caller.import_id or "", stored)
    return [found[number] for number in sorted(found)]


def _stage_new(
    staging: Staging, row: ReadRow, person: Facts, before: Sequence[StagedRow], *, is_same_file: bool = True
) -> StagedRow:
    """A row about no contact: new, unless an earlier row of the file is about the same person.

    A family in one file shares its telephone; across files the row waits for a decision.
    """
    is_unsure = staging.seen.is_full
    for other in before:
        if other.draft is None:
            continue
        draft = msgspec.json.decode(other.draft, type=ContactDraft)
        likeness = compare(person, person_of_draft(draft))
        is_same = likeness is not None and is_certain(likeness) and _is_confirmed(likeness, row.decoded(), draft)
        if other.outcome == MATCH or (other.contact_id and not is_same):
            is_unsure = True  # the other row is undecided, or its contact has more values than the row
        elif is_same:
            added = plan_merge(row.decoded(), existing_of_draft(draft)).describe()
            reason = reason_of(SAME_PERSON_AS_ROW, row=other.row_number, adds=added)
            same_as_row = None if added else other.row_number
            return _staged(row, UPDATE if added else UNCHANGED, reason, same_as_row=same_as_row)
        elif likeness is not None and (likeness.code not in FAMILY or not is_same_file):
            reason = reason_of(MAY_BE_ROW, row=other.row_number, why=why(likeness))
            return _staged(row, MATCH, reason, needs_rematch=True)
    # an earlier row whose keys were evicted, or that is undecided, may be the same person
    return _staged(row, CREATE, None, needs_rematch=is_unsure)


def _stage_after_files(tx: Tx, staging: Staging, row: ReadRow, person: Facts, staged: StagedRow) -> StagedRow:
    """The row as it was staged, unless a file of the same command has a row about the same person."""
    if person is NOBODY:
        return staged
    digests = digest_keys(row.decoded())
    for file in staging.earlier:
        rows = file.find_rows(tx, staging.caller.organization_id, [*keys_of(person), *digests])
        same = next((other for other in rows if digest_keys(_draft_of(other)) == digests), None)
        if same is not None:
            reason = reason_of(SAME_AS_ROW, row=same.row_number, file=file.filename)
            return _staged(row, UNCHANGED, reason, needs_rematch=True)
        found = _stage_new(staging, row, person, rows, is_same_file=False)
        if found.outcome != CREATE and found.reason is not None:
            reason = reason_of(found.reason.code, **found.reason.data, file=file.filename)
            return replace(found, reason=reason, same_as_row=None, needs_rematch=True)
    return staged


def _draft_of(row: StagedRow) -> ContactDraft:
    return msgspec.json.decode(row.draft or "{}", type=ContactDraft)


def _is_confirmed(likeness: Reason, one: ContactDraft, other: ContactDraft) -> bool:
    """Whether other facts, such as the birthdays, do not contradict that two rows are of one person."""
    if likeness.code not in (HANDLE, HANDLE_AND_NAME):
        return True
    return contradicted(Commonness(0, {}), likeness, person_in_identity(one), person_in_identity(other)) is None


def _staged(row: ReadRow, outcome: str, reason: Reason | None, **columns: Any) -> StagedRow:
    if row.encoded is None:  # its pictures are not needed
        draft = row.decoded()
        draft.pictures = [picture for picture in draft.pictures if not picture.data]
        row.encoded = encode_draft(draft)
    return StagedRow(row_number=row.number, draft=row.encoded, outcome=outcome, reason=reason, **columns)


def _files_of(row: ReadRow) -> list[str]:
    pictures = row.draft.pictures if row.draft is not None else []
    return [digest for digest in dict.fromkeys(picture.digest for picture in pictures) if digest]


def _stage_error(number: int, error: RowError) -> StagedRow:
    reason = reason_of(UNREADABLE, text=_storable(error.reason)[:TEXT_LENGTH_MAX])
    source = _storable(error.source or "")[:TEXT_LENGTH_MAX] or None
    if error.group:
        reason = reason_of(GROUP_CARD, name=_storable(error.group)[:TEXT_LENGTH_MAX])
    outcome = UNCHANGED if error.group else REJECT
    return StagedRow(row_number=number, kind=ERROR, source=source, outcome=outcome, reason=reason)


def _storable(text: str) -> str:
    """Removes NUL characters and replaces lone surrogates, which no database stores."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
