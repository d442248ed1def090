"""What is different about our own export: a contact is itself by its uuid, and some rows are no contacts at all."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from coterie.actions.drafts import Changes
from coterie.drafts.matching import EXTERNAL_ID, NOBODY, Candidate, Person
from coterie.model.imports import PORTABLE_SOURCE, ROW_APPLIED, ROW_STAGED, UNCHANGED, UPDATE, ContactDraft, StagedRow
from coterie.model.organizations import Caller
from coterie.model.portable import PortableRows
from coterie.portable.rows import add_rows, would_add
from coterie.store import parts
from coterie.store.database import Tx
from coterie.store.portable import find_contacts

Found = list[list[Candidate]]
REASON_LENGTH_MAX = 2000
REASONS_MAX = 20


def match_portable(
    tx: Tx, caller: Caller, drafts: Sequence[ContactDraft], people: list[Person], found: Found
) -> tuple[list[Person], Found]:
    """(the people to be compared within a file, whom each draft may be), with what our own export changes about it.

    A contact of the export is the one with its uuid, or that came in with it; else one that was here before the
    import. Two of one export are two, however alike they are.
    """
    own = {draft.portable.contact.uuid for draft in drafts if draft.portable is not None}
    if not own:
        return people, found
    known = find_contacts(tx, caller.organization_id, own)
    everyone = {match.contact_id for matches in found for match in matches}
    ours = parts.list_created_by(tx, caller.organization_id, caller.import_id or "", everyone)
    people, found = list(people), list(found)
    for position, draft in enumerate(drafts):
        if draft.portable is None:
            continue
        people[position] = NOBODY
        uuid = draft.portable.contact.uuid
        if uuid in known:
            draft.external_ids = [entry for entry in draft.external_ids if entry[0] != PORTABLE_SOURCE]
            found[position] = [Candidate(known[uuid][0], EXTERNAL_ID, "same contact", True)]
        else:
            found[position] = [match for match in found[position] if match.contact_id not in ours]
    return people, found


def stage_rows(tx: Tx, caller: Caller, own: PortableRows) -> tuple[str, str]:
    """(outcome, reason) of rows that are no contact."""
    count = would_add(tx, caller, own)
    noun = own.noun.replace("_", " ")
    return (
        (UPDATE, f"Adds {noun} ({count})")
        if count
        else (UNCHANGED, f"{noun.capitalize()} are there ({len(own.lines)})")
    )


def apply_rows(tx: Tx, caller: Caller, row: StagedRow, own: PortableRows) -> StagedRow:
    """Write the rows; the import's row as it is then, with what takes them back."""
    added, noun = add_rows(tx, caller, own), own.noun.replace("_", " ")
    reasons = [f"Added {noun} ({len(added.entries)} of {len(own.lines)})"]
    reasons += [f"left out: {reason}" for reason in added.left_out[:REASONS_MAX]]
    changes = msgspec.json.encode(Changes(noun=own.noun, rows=added.entries)).decode()
    outcome, state = (UPDATE, ROW_APPLIED) if added.entries else (UNCHANGED, ROW_STAGED)
    reason = "; ".join(reasons)[:REASON_LENGTH_MAX]
    return replace(row, outcome=outcome, reason=reason, contact_id=None, decision=None, state=state, changes=changes)
