"""Decides the rows of a file for its preview: the outcome that applying them, in their order, would have.

A row is compared with contacts and with the people of earlier rows (decisions.py), of this file and of the files of the
same command that are not applied yet (earlier_rows.py).
"""

from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.drafts.facts import NOBODY, facts_of_contact, keys_of
from coterie.imports.decisions import RowPlan, decide_among, decide_rows
from coterie.imports.earlier_rows import (
    EarlierFile,
    contact_key,
    digest_keys,
    find_equal,
    find_people,
    find_rows,
    place_key,
)
from coterie.imports.people import EarlierPerson, Place, Subject
from coterie.imports.pictures import store_pictures
from coterie.imports.read import ReadRow, encode_draft
from coterie.model.import_reasons import (
    GROUP_CARD,
    IMPORTED_BEFORE,
    SAME_AS_ROW,
    UNREADABLE,
    Reason,
    reason_of,
)
from coterie.model.imports import (
    CREATE,
    ERROR,
    MATCH,
    PORTABLE,
    REJECT,
    TEXT_LENGTH_MAX,
    UNCHANGED,
    UPDATE,
    Import,
    RowError,
    RowMatch,
    StagedRow,
)
from coterie.model.organizations import Caller
from coterie.portable.steps import stage_rows
from coterie.store.database import Tx
from coterie.store.imports import find_import


class Staging(Struct):
    """The state of staging across batches. import_: as it was at the beginning. files: those of load_files, this one at
    the end."""

    caller: Caller
    folder: Path
    import_: Import
    files: list[EarlierFile]
    # whether the last keys were saved, and whether another writer had to wait while keys were
    are_keys_saved: bool = False
    is_waited_for: bool = False


class Staged(Struct):
    """The rows of a batch, the contacts that undecided rows may be, and the files that drafts refer to.

    pictures: digest -> bytes of files that were stored for this batch.
    """

    rows: list[StagedRow] = field(default_factory=list)
    matches: list[RowMatch] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


def stage_batch(tx: Tx, staging: Staging, batch: list[ReadRow]) -> Staged:
    """Decides the rows of a batch."""
    staged = Staged()
    rows = staging.files[-1].unsaved = {}
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
    subjects = [Subject(row.facts or NOBODY, row.decoded) for row in open_rows]
    plans = decide_rows(tx, staging.caller, subjects)
    for row, subject, by_contacts in zip(open_rows, subjects, plans, strict=True):
        plan = _plan_row(tx, staging, row, subject, by_contacts)
        rows[row.number] = _stage_planned(tx, staging, row, plan)
        staged.matches += [RowMatch(row.number, m.contact_id, m.score, m.reason) for m in plan.matches]
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
    seen = staging.files[-1].seen
    earlier = seen.find(row.digest)
    seen.add(row.digest, row.number)
    if row.contact_id is not None:
        return _staged(row, UNCHANGED, reason_of(IMPORTED_BEFORE), contact_id=row.contact_id)
    if earlier is not None and earlier != row.number:
        return _staged(row, UNCHANGED, reason_of(SAME_AS_ROW, row=earlier), same_as_row=earlier)
    return None


def _plan_row(tx: Tx, staging: Staging, row: ReadRow, subject: Subject, plan: RowPlan) -> RowPlan:
    """The plan of a row among the people of earlier rows. plan: against the contacts."""
    organization_id, files = staging.caller.organization_id, staging.files
    keys = keys_of(subject.facts)
    digests = digest_keys(row.decoded()) if len(files) > 1 and not subject.facts.is_portable else []
    contacts = [contact_key(each.contact_id) for each in plan.candidates]
    sharing = find_rows(tx, organization_id, files, [*keys, *contacts, *digests])
    files[-1].seen.add_all(keys, row.number)
    equal = find_equal(sharing, row.decoded(), files[-1]) if digests and plan.outcome == CREATE else None
    if equal is not None:
        plan = RowPlan(UNCHANGED, reason_of(SAME_AS_ROW), person=EarlierPerson(equal, None, is_of_this_file=False))
    elif sharing:
        people = find_people(tx, organization_id, files, sharing)
        plan = decide_among(tx, staging.caller, subject, plan, people)
    _add_keys(files[-1], row, plan)
    return replace(plan, needs_rematch=_needs_rematch(files[-1], plan, shares_keys=bool(sharing)))


def _needs_rematch(file: EarlierFile, plan: RowPlan, *, shares_keys: bool) -> bool:
    if plan.person is not None:
        return plan.outcome == MATCH or plan.person.place[0] != file.import_id
    # an earlier row that is undecided, or whose keys were evicted, may be the same person
    return plan.outcome == CREATE and (shares_keys or file.seen.is_full)


def _add_keys(file: EarlierFile, row: ReadRow, plan: RowPlan) -> None:
    """Adds the keys by which later rows find a row that adds to a contact, or to the person of an earlier row."""
    if plan.outcome == UPDATE and plan.contact_id is not None:
        file.seen.add_all([contact_key(plan.contact_id)], row.number)
    if plan.outcome == UPDATE and plan.person is not None:
        file.seen.add_all([place_key(plan.person.place)], row.number)
    if plan.existing and plan.existing.contact and plan.merge and plan.merge.fields:
        contact = replace(plan.existing.contact, **plan.merge.fields)
        file.seen.add_all(keys_of(facts_of_contact(contact, plan.existing.handles)), row.number)


def _stage_planned(tx: Tx, staging: Staging, row: ReadRow, plan: RowPlan) -> StagedRow:
    reason = plan.reason
    columns = {"contact_id": plan.contact_id, "needs_rematch": plan.needs_rematch}
    naming = _naming(tx, staging, plan.person.place) if plan.person else {}
    if plan.person and plan.outcome == UNCHANGED and not plan.needs_rematch:
        columns["same_as_row"] = naming["row"]
    if reason is not None:
        reason = reason_of(reason.code, **reason.data, **naming, adds=plan.parts)
    return _staged(row, plan.outcome, reason, **columns)


def _naming(tx: Tx, staging: Staging, place: Place) -> dict[str, Any]:
    """The data of a reason that names an earlier row."""
    import_id, number = place
    if import_id == staging.import_.id:
        return {"row": number}
    file = next((each.filename for each in staging.files if each.import_id == import_id), None)
    if file is None:  # a row of an earlier file names it, and it was applied since
        applied = find_import(tx, staging.caller.organization_id, import_id)
        file = applied.filename if applied else "a deleted file"
    return {"row": number, "file": file, "import_id": import_id}


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
