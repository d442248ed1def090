"""The steps of an import for rows of the portable archive; imports/ calls these functions.

A contact of the archive is identified by its uuid. Rows of other nouns are not contacts: they are not matched, and no
user decides about them.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.drafts import RowChanges
from coterie.drafts.matching import Candidate, candidate_of
from coterie.model.import_reasons import ROWS_ADDED, ROWS_LEFT_OUT, ROWS_PRESENT, ROWS_TO_ADD, UUID, Reason, reason_of
from coterie.model.imports import PORTABLE_SOURCE, ROW_APPLIED, ROW_STAGED, UNCHANGED, UPDATE, ContactDraft, StagedRow
from coterie.model.organizations import Caller
from coterie.model.portable import PortableRows
from coterie.portable.nouns import record_set
from coterie.portable.record_sets import WrittenKey, decode_rows
from coterie.store import events as event_store
from coterie.store.database import Tx
from coterie.store.portable import DEFINITIONS
from coterie.store.portable_import import find_contacts

Matches = list[list[Candidate]]
SKIPPED_MAX = 20


def match_portable(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft], matches: Matches) -> Matches:
    """The matches of each draft, corrected for contacts of the archive.

    Such a contact is the one that has its uuid or was imported under it; otherwise one that was here before the
    import. Two contacts of one archive stay two, however alike they are.
    """
    uuids = {draft.portable.contact.uuid for draft in drafts if draft.portable is not None}
    if not uuids:
        return matches
    existing = find_contacts(tx, caller.organization_id, uuids)
    candidates = {match.contact_id for of_draft in matches for match in of_draft}
    created = event_store.list_created_by(tx, caller.organization_id, caller.import_id or "", candidates)
    matches = list(matches)
    for position, draft in enumerate(drafts):
        if draft.portable is None:
            continue
        uuid = draft.portable.contact.uuid
        if uuid in existing:
            draft.external_ids = [entry for entry in draft.external_ids if entry[0] != PORTABLE_SOURCE]
            matches[position] = [candidate_of(existing[uuid][0], reason_of(UUID))]
        else:
            matches[position] = [match for match in matches[position] if match.contact_id not in created]
    return matches


def stage_rows(tx: Tx, caller: Caller, rows: PortableRows) -> tuple[str, Reason]:
    """(outcome, reason) of an import's row that holds rows of a noun."""
    if count := record_set(tx, caller, rows.noun).count_missing(decode_rows(rows)):
        return UPDATE, reason_of(ROWS_TO_ADD, noun=rows.noun, count=count)
    return UNCHANGED, reason_of(ROWS_PRESENT, noun=rows.noun, count=len(rows.lines))


def apply_rows(tx: Tx, caller: Caller, row: StagedRow, rows: PortableRows) -> StagedRow:
    """Writes the rows. Returns the import's row with its outcome and with what undo needs."""
    written = record_set(tx, caller, rows.noun).write(decode_rows(rows))
    reason = reason_of(
        ROWS_LEFT_OUT if written.skipped else ROWS_ADDED,
        noun=rows.noun,
        count=len(rows.lines),
        written=len(written.keys),
        left_out=[[count, *reason] for reason, count in Counter(written.skipped).most_common(SKIPPED_MAX)],
    )
    changes = msgspec.json.encode(RowChanges(noun=rows.noun, rows=written.keys)).decode()
    outcome, state = (UPDATE, ROW_APPLIED) if written.keys else (UNCHANGED, ROW_STAGED)
    return replace(
        row, outcome=outcome, reason=reason, contact_id=None, decision=None, needs_rematch=False, state=state,
        changes=changes,
    )  # fmt: skip


def undo_rows(tx: Tx, caller: Caller, noun: str, keys: Sequence[WrittenKey]) -> list[list[Any]]:
    """Deletes what apply_rows wrote. Returns the conflict (model.import_reasons) of the rows that stay."""
    count = record_set(tx, caller, noun).undo(keys)
    return [["rows", noun, count]] if count else []


def is_definition(noun: str | None) -> bool:
    """Whether a noun exists without contacts. Its rows are undone after those of the contacts that use them."""
    return noun in DEFINITIONS
