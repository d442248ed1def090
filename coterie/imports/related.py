"""Creates relationships from the related people of an import's rows, after all its contacts are created.

The other person is the contact with the UID that the row contains, otherwise the only contact of that full name, or the
only one of several that the import created. Then the line of the note about the person is removed; otherwise it stays.
Linking again creates no duplicates, and no relationship that a user has deleted.
"""

import time
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.drafts import RowChanges
from coterie.actions.import_relationships import relate_if_new
from coterie.actions.notes import remove_imported_lines
from coterie.errors import Invalid
from coterie.imports.formats.names import GOOGLE, OUTLOOK, VCARD
from coterie.model.ids import parse_id
from coterie.model.imports import UID_SOURCE, StagedRow
from coterie.model.organizations import Caller
from coterie.model.related_people import RelatedDraft, find_type
from coterie.model.text import identity_key, sort_key
from coterie.store import candidates
from coterie.store import contacts as contact_store
from coterie.store import import_rows as row_store
from coterie.store.database import Tx
from coterie.store.events import list_created_by
from coterie.store.merges import find_survivors
from coterie.store.revisions import lock_contacts

# formats with related people
FORMATS = (VCARD, GOOGLE, OUTLOOK)
ROWS = 2_000
# a batch ends after so long, so that other writers get their turn
SECONDS = 0.2


class _Draft(Struct):
    """The part of a row's draft that is decoded."""

    related: list[RelatedDraft] = []


_decode = msgspec.json.Decoder(_Draft).decode


def may_name_people(draft: str | None) -> bool:
    """Whether a draft as JSON may have related people; most have none and are not decoded."""
    return draft is not None and '"related":' in draft


def link_related(tx: Tx, caller: Caller, *, after: int, made: set[str]) -> int | None:
    """Links the people of the next applied rows after a number; returns the last of these, None if none follow.

    made: the relationships that this import has created.
    """
    organization_id = caller.organization_id
    key = (tx, organization_id, caller.import_id or "")
    stored = row_store.list_drafts_of_applied(*key, after=after, limit=ROWS)
    last = stored[-1][0] if len(stored) == ROWS else None
    found = {number: _decode(text) for number, text in stored if text and may_name_people(text)}
    drafts = {number: draft for number, draft in found.items() if draft.related}
    if not drafts:
        return last
    rows = row_store.list_rows_by_number(*key, drafts)
    named = [(rows[number], draft) for number, draft in drafts.items() if rows[number].contact_id is not None]
    survivors = find_survivors(tx, organization_id, {row.contact_id or 0 for row, _ in named})
    named = [(replace(row, contact_id=survivors.get(row.contact_id or 0)), draft) for row, draft in named]
    people = _people_of(tx, caller, [related for _, draft in named for related in draft.related])
    everybody = {row.contact_id or 0 for row, _ in named}.union(*people.values())
    lock_contacts(tx, organization_id, sorted(everybody))
    ends = time.monotonic() + SECONDS
    for row, draft in named:
        row_store.save_rows(*key, _link_row(tx, caller, row, draft, people, made))
        if time.monotonic() > ends:
            return row.row_number
    return last


def _link_row(
    tx: Tx, caller: Caller, row: StagedRow, draft: _Draft, people: dict[RelatedDraft, list[int]], made: set[str]
) -> list[StagedRow]:
    """Links the people of one row; returns it if it changed: for undo, with the relationships of its contact."""
    contact_id, ids, lines = row.contact_id or 0, [], []
    for related in draft.related:
        type_id = find_type(related.label)
        others = [other for other in people[related] if other != contact_id]
        if type_id is None or len(others) != 1:
            continue
        try:
            with tx.savepoint():
                side = relate_if_new(tx, caller, contact_id, others[0], type_id, made)
        except Invalid:  # too many relationships, or a contact that is deleted
            continue
        ids += [side.id] if side else []
        lines.append(related.line)
    changes = msgspec.json.decode(row.changes or "{}", type=RowChanges)
    if lines:
        remove_imported_lines(tx, caller, contact_id, lines, None if row.is_new else changes.notes)
    if not ids or row.is_new:
        return []
    changes.relationships += ids
    return [replace(row, changes=msgspec.json.encode(changes).decode())]


def _people_of(tx: Tx, caller: Caller, related: Sequence[RelatedDraft]) -> dict[RelatedDraft, list[int]]:
    """related person -> the contacts it may be."""
    # a text may be a UID as well: not every UID is a URI
    by_uid = _by_uid(tx, caller, {uid for each in related if (uid := each.uid or each.name)})
    keys = {sort_key(each.name) for each in related if each.name}
    namesakes = candidates.find_namesakes(tx, caller.organization_id, keys) if keys else {}
    ids = {contact_id for found in namesakes.values() for contact_id in found}
    names = {
        contact.id: {identity_key(contact.full_name or ""), identity_key(contact.name or "")}
        for contact in contact_store.list_contacts_by_id(tx, caller.organization_id, ids)
    }
    created = list_created_by(tx, caller.organization_id, caller.import_id or "", ids) if ids else set()
    people = {}
    for each in related:
        found = [by_uid[uid]] if (uid := each.uid or each.name) in by_uid else []
        if not found and each.name:
            same = namesakes.get(sort_key(each.name), ())
            found = [contact_id for contact_id in same if identity_key(each.name) in names.get(contact_id, ())]
        ours = [contact_id for contact_id in found if contact_id in created]
        people[each] = ours if len(found) > 1 and len(ours) == 1 else found
    return people


def _by_uid(tx: Tx, caller: Caller, uids: set[str]) -> dict[str | None, int]:
    if not uids:
        return {}
    found: dict[str | None, int] = {}
    for uid in filter(parse_id, uids):
        contact = contact_store.find_contact_by_uuid(tx, caller.organization_id, uid.lower())
        if contact is not None and contact.deleted_at is None:
            found[uid] = contact.id
    return found | candidates.find_owners_of_external_ids(tx, caller.organization_id, UID_SOURCE, uids)
