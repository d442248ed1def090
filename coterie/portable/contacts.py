"""Contacts as our own export has them, back as they were: with their uuids, moments, handles and external ids."""

from collections.abc import Sequence

import msgspec

from coterie.actions.drafts import Changes
from coterie.actions.events import record_all, row_of
from coterie.model import times
from coterie.model.contacts import Contact, sort_keys
from coterie.model.handles import INSTAGRAM, SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.imports import DRAFT_SOURCE, ContactDraft
from coterie.model.organizations import Caller
from coterie.model.portable import PortableContact
from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store import contacts as contact_store
from coterie.store import parts
from coterie.store import portable as store
from coterie.store.counters import add_to_count
from coterie.store.database import Tx


def create_portable_drafts(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft]) -> list[tuple[int, Changes]]:
    """Contacts of our own export, exactly as they were; a file has no others."""
    ids = create_portable_contacts(tx, caller, [draft.portable for draft in drafts if draft.portable is not None])
    rows = [
        {"source": source, "external_id": external_id, "contact_id": contact_id}
        for contact_id, draft in zip(ids, drafts, strict=True)
        for source, external_id in draft.external_ids
        if source == DRAFT_SOURCE
    ]
    parts.save_external_ids(tx, caller.organization_id, rows)
    return [(contact_id, Changes(is_new=True)) for contact_id in ids]


def create_portable_contacts(tx: Tx, caller: Caller, entries: Sequence[PortableContact]) -> list[int]:
    """New contacts as they were, with their handles and external ids: their ids, in order. Nothing is matched.

    A uuid that is taken is made anew; an Instagram username another contact has becomes a former one of this.
    """
    if not entries:
        return []
    now = times.now()
    first = contact_store.next_contact_ids(tx, caller.organization_id, len(entries))
    taken = _taken_uuids(tx, caller, entries)
    owners = parts.find_username_owners(tx, caller.organization_id, _usernames(entries))
    alive, events, words = 0, [], dict[int, str]()
    for contact_id, entry in enumerate(entries, first):
        contact, handles = _contact(contact_id, entry, taken, owners)
        keys = sort_keys(contact)
        store.insert_row(tx, caller.organization_id, "contacts", msgspec.structs.asdict(contact) | keys)
        for handle in handles:
            store.insert_row(tx, caller.organization_id, "handles", msgspec.structs.asdict(handle))
        for known in entry.external_ids:
            columns = {"source": known.source, "external_id": known.external_id, "contact_id": contact_id}
            store.insert_row(tx, caller.organization_id, "external_ids", columns)
        if contact.deleted_at is None:
            alive += 1
            words[contact_id] = words_of(contact, [h for h in handles if h.deleted_at is None])
        changes = {"name": (None, contact.name)}
        events.append(row_of(caller, "contact.created", contact_id, contact_id=contact_id, changes=changes, now=now))
    add_to_count(tx, caller.organization_id, contact_store.COUNT, alive)
    index_contacts(tx, caller.organization_id, words)
    record_all(tx, caller, events)
    return list(range(first, first + len(entries)))


def _taken_uuids(tx: Tx, caller: Caller, entries: Sequence[PortableContact]) -> set[str]:
    return set(store.find_contacts(tx, caller.organization_id, [entry.contact.uuid for entry in entries]))


def _usernames(entries: Sequence[PortableContact]) -> list[str]:
    return [h.normalized for entry in entries for h in entry.handles if h.channel == INSTAGRAM and h.is_primary]


def _contact(
    contact_id: int, entry: PortableContact, taken: set[str], owners: dict[str, int]
) -> tuple[Contact, list[Handle]]:
    handles = []
    for row in entry.handles:
        values = msgspec.structs.asdict(row)
        del values["contact"]
        if row.channel == INSTAGRAM and row.is_primary and not entry.contact.deleted_at and not row.deleted_at:
            is_free = owners.setdefault(row.normalized, contact_id) == contact_id
            values |= {} if is_free else {"is_primary": False, "is_former": True}
        handles.append(Handle(contact_id=contact_id, **values))
    values = dict.fromkeys(contact_store.COLUMNS) | msgspec.structs.asdict(entry.contact) | {"id": contact_id}
    for handle in handles:
        if handle.is_primary and handle.deleted_at is None and handle.channel in SUMMARY_COLUMNS:
            values[SUMMARY_COLUMNS[handle.channel]] = handle.value
    if entry.contact.uuid in taken:
        values["uuid"] = new_id()
    return Contact(**values), handles


def erase_deleted(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> None:
    """Remove contacts an import brought in as deleted ones. Those that are gone, or that people changed since, stay."""
    if not contact_ids:
        return
    changed = parts.list_changed_by_others(tx, caller.organization_id, caller.import_id or "", contact_ids)
    there = contact_store.uuids_of(tx, caller.organization_id, contact_ids)
    gone = [contact_id for contact_id in contact_ids if contact_id in there and contact_id not in changed]
    for contact_id in gone:
        contact_store.erase_contact(tx, caller.organization_id, contact_id)
    record_all(tx, caller, [row_of(caller, "contact.erased", i, contact_id=i) for i in gone])
