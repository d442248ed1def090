"""Decides the rows of a file for its preview: the outcome that applying them, in their order, would have.

A row is compared with contacts (people.py) and with the people of earlier rows (earlier_rows.py), of this file and of
the files of the same command that are not applied yet.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from coterie.drafts.facts import NOBODY, facts_of_contact, keys_of
from coterie.drafts.joined import existing_of_drafts
from coterie.drafts.merge import load_existing, plan_merge
from coterie.imports.earlier_files import EarlierFile, digest_keys
from coterie.imports.earlier_rows import (
    EarlierPerson,
    Likely,
    Place,
    choose_likely,
    people_of,
    person_key,
    place_key,
    place_of,
    rank_likely,
)
from coterie.imports.people import Key, RowPlan, Subject, contact_key, decide_rows
from coterie.imports.pictures import store_pictures
from coterie.imports.read import ReadRow, encode_draft
from coterie.imports.seen import Seen
from coterie.model.import_reasons import (
    GROUP_CARD,
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
    MATCH,
    PORTABLE,
    REJECT,
    TEXT_LENGTH_MAX,
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
from coterie.store import import_rows as row_store
from coterie.store.database import Tx
from coterie.store.imports import find_import


class Staging(Struct):
    """The state of staging across batches. import_: as it was at the beginning. earlier: the files of the same command
    that are not applied yet."""

    caller: Caller
    folder: Path
    import_: Import
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


def stage_batch(tx: Tx, staging: Staging, batch: list[ReadRow]) -> Staged:
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
    subjects = [Subject(row.facts or NOBODY, row.decoded) for row in open_rows]
    plans = decide_rows(tx, staging.caller, subjects)
    for row, subject, plan in zip(open_rows, subjects, plans, strict=True):
        rows[row.number] = _stage_planned(tx, staging, row, subject, plan, rows)
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


def _stage_planned(
    tx: Tx, staging: Staging, row: ReadRow, subject: Subject, plan: RowPlan, rows: Mapping[int, StagedRow]
) -> StagedRow:
    # two contacts of our own export are never the same, even if they are alike
    is_portable = row.draft is not None and row.draft.portable is not None
    facts = NOBODY if is_portable or row.facts is None else row.facts
    keys = keys_of(facts)
    digests = digest_keys(row.decoded()) if staging.earlier and facts is not NOBODY else []
    updated = [contact_key(each.contact_id) for each in plan.candidates]
    sharing = _find_rows(tx, staging, [*keys, *updated, *digests], rows)
    staging.seen.add_all(keys, row.number)
    in_files = {place: each for place, each in sharing.items() if place[0]} if digests else {}
    same = next((place for place, each in in_files.items() if digest_keys(_draft_of(each)) == digests), None)
    if same is not None and plan.outcome == CREATE:
        return _staged(row, UNCHANGED, reason_of(SAME_AS_ROW, **_naming(tx, staging, same)), needs_rematch=True)
    people = people_of(_with_all_rows(tx, staging, sharing, rows)) if sharing else []
    if not people:
        return _stage_alone(staging, row, plan, is_unsure=bool(sharing))
    return _stage_among(tx, staging, row, subject, plan, people)


def _stage_alone(staging: Staging, row: ReadRow, plan: RowPlan, *, is_unsure: bool) -> StagedRow:
    """A row as the contacts decide it."""
    if plan.outcome == CREATE:
        # an earlier row whose keys were evicted, or that is undecided, may be the same person
        return _staged(row, CREATE, None, needs_rematch=is_unsure or staging.seen.is_full)
    if plan.outcome == UPDATE and plan.contact_id is not None:
        staging.seen.add_all([contact_key(plan.contact_id)], row.number)
    if plan.existing and plan.existing.contact and plan.merge and plan.merge.fields:
        # later rows may match the contact by the additions of this row
        contact = replace(plan.existing.contact, **plan.merge.fields)
        staging.seen.add_all(keys_of(facts_of_contact(contact, plan.existing.handles)), row.number)
    reason = plan.reason
    if plan.parts and reason is not None:
        reason = reason_of(reason.code, **reason.data, adds=plan.parts)
    return _staged(row, plan.outcome, reason, contact_id=plan.contact_id)


def _stage_among(
    tx: Tx, staging: Staging, row: ReadRow, subject: Subject, plan: RowPlan, people: Sequence[EarlierPerson]
) -> StagedRow:
    """A row that shares a key with people of earlier rows: it may be about one of them, and must not be written
    before those are."""
    likely = rank_likely(subject, plan.candidates, people)
    chosen = choose_likely(likely)
    plan.matches = plan.candidates if likely and chosen is None else ()
    if not likely:
        return _stage_alone(staging, row, plan, is_unsure=True)
    if chosen is None:
        return _stage_unsure(tx, staging, row, likely[0])
    if chosen.candidate.contact_id:
        return _stage_alone(staging, row, _plan_update(tx, staging, row, plan, chosen), is_unsure=True)
    assert chosen.person is not None  # it is no contact
    added = plan_merge(row.decoded(), existing_of_drafts(chosen.person.drafts)).describe()
    place = chosen.person.place
    file, number = place
    reason = reason_of(SAME_PERSON_AS_ROW, adds=added, **_naming(tx, staging, place))
    same_as_row = None if added or file else number
    outcome = UPDATE if added else UNCHANGED
    if added:
        staging.seen.add_all([place_key(place)], row.number)
    return _staged(row, outcome, reason, same_as_row=same_as_row, needs_rematch=bool(file))


def _naming(tx: Tx, staging: Staging, place: Place) -> dict[str, Any]:
    """The data of a reason that names an earlier row."""
    import_id, number = place
    if not import_id:
        return {"row": number}
    file = next((each.filename for each in staging.earlier if each.import_id == import_id), None)
    if file is None:  # a row of an earlier file names it, and it was applied since
        applied = find_import(tx, staging.caller.organization_id, import_id)
        file = applied.filename if applied else "a deleted file"
    return {"row": number, "file": file, "import_id": import_id}


def _stage_unsure(tx: Tx, staging: Staging, row: ReadRow, first: Likely) -> StagedRow:
    """A row that waits for a decision, with the likeliest one it may be."""
    reason = why(first.candidate.reason)
    if first.candidate.contact_id or first.person is None:
        return _staged(row, MATCH, reason_of(MAY_BE_CONTACT, contact_id=first.candidate.contact_id, why=reason))
    reason_for_row = reason_of(MAY_BE_ROW, why=reason, **_naming(tx, staging, first.person.place))
    return _staged(row, MATCH, reason_for_row, needs_rematch=True)


def _plan_update(tx: Tx, staging: Staging, row: ReadRow, plan: RowPlan, chosen: Likely) -> RowPlan:
    """What a row adds to a contact after the earlier rows about it."""
    contact_id = chosen.candidate.contact_id
    is_planned = plan.contact_id == contact_id and plan.existing is not None
    if is_planned and chosen.person is None:
        return plan
    loaded = load_existing(tx, staging.caller.organization_id, [contact_id]) if not is_planned else {}
    existing = plan.existing if is_planned else loaded.get(contact_id)
    if existing is None:
        return plan
    merge = plan_merge(row.decoded(), existing_of_drafts(chosen.person.drafts if chosen.person else [], existing))
    if is_planned and plan.merge is not None:
        merge.interactions = plan.merge.interactions
    reason = reason_of(SAME_CONTACT, why=why(chosen.candidate.reason))
    return RowPlan(UPDATE if merge.describe() else UNCHANGED, reason, contact_id, existing, merge)


def _find_rows(tx: Tx, staging: Staging, keys: Sequence[Key], rows: Mapping[int, StagedRow]) -> dict[Place, StagedRow]:
    """The earlier rows that have any of the keys, of the earlier files first."""
    found: dict[Place, StagedRow] = {}
    for file in staging.earlier:
        for each in file.find_rows(tx, staging.caller.organization_id, keys):
            found[file.import_id, each.row_number] = each
    for each in _rows_before(tx, staging, staging.seen.find_all(keys, 0), rows):
        found["", each.row_number] = each
    return found


def _with_all_rows(
    tx: Tx, staging: Staging, found: Mapping[Place, StagedRow], rows: Mapping[int, StagedRow]
) -> list[tuple[str, StagedRow]]:
    """The rows with all others about the same people: those that create their contacts, and those that add to them."""
    places = {place_of(row, file) for (file, _), row in found.items()}
    others = _find_rows(tx, staging, [person_key(row, file) for (file, _), row in found.items()], rows)
    first: dict[Place, StagedRow] = {}
    for file in staging.earlier:
        numbers = [number for import_id, number in places if import_id == file.import_id]
        if numbers:
            present = row_store.list_rows_by_number(tx, staging.caller.organization_id, file.import_id, numbers)
            first |= {(file.import_id, number): row for number, row in present.items()}
    own = _rows_before(tx, staging, sorted(number for import_id, number in places if not import_id), rows)
    first |= {("", row.row_number): row for row in own}
    every = first | others | dict(found)
    # the ids of imports are in the order of the files
    return [(place[0], every[place]) for place in sorted(every, key=lambda place: (not place[0], *place))]


def _rows_before(tx: Tx, staging: Staging, numbers: Sequence[int], rows: Mapping[int, StagedRow]) -> list[StagedRow]:
    """Rows of this and earlier batches, in order."""
    caller = staging.caller
    stored = [number for number in numbers if number not in rows]
    found = {number: rows[number] for number in numbers if number in rows}
    if stored:
        found |= row_store.list_rows_by_number(tx, caller.organization_id, caller.import_id or "", stored)
    return [found[number] for number in sorted(found)]


def _draft_of(row: StagedRow) -> ContactDraft:
    return msgspec.json.decode(row.draft or "{}", type=ContactDraft)


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
