"""Creates contacts of the portable archive as they were exported: uuids, times, handles and external ids."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.events import record_events, row_of
from coterie.model import times
from coterie.model.cards import is_on_phones
from coterie.model.contacts import Contact, sort_keys
from coterie.model.handles import INSTAGRAM, SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.imports import DRAFT_SOURCE, ContactDraft
from coterie.model.organizations import Caller
from coterie.model.portable import HandleRow, PortableContact
from coterie.store import contacts as contact_store
from coterie.store import import_parts
from coterie.store import portable_import as store
from coterie.store.counters import add_to_count
from coterie.store.database import Tx
from coterie.store.revisions import delete_tombstones, next_changes


def create_portable_drafts(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft]) -> list[int]:
    """Creates the contact of each draft and stores the digest of its row."""
    ids = create_portable_contacts(tx, caller, [draft.portable for draft in drafts if draft.portable is not None])
    rows = [
        {"source": source, "external_id": external_id, "contact_id": contact_id}
        for contact_id, draft in zip(ids, drafts, strict=True)
        for source, external_id in draft.external_ids
        if source == DRAFT_SOURCE
    ]
    import_parts.save_external_ids(tx, caller.organization_id, rows)
    return ids


def create_portable_contacts(tx: Tx, caller: Caller, entries: Sequence[PortableContact]) -> list[int]:
    """Creates contacts with their handles and external ids. Returns their ids in order. Nothing is matched.

    A uuid that exists is replaced by a new one. An Instagram username that another contact has becomes a former
    handle.
    """
    if not entries:
        return []
    now, organization_id = times.now(), caller.organization_id
    taken = _load_taken(tx, caller, entries)
    first = contact_store.next_contact_ids(tx, organization_id, len(entries))
    events, alive_count = [], 0
    revision = next_changes(tx, organization_id, len(entries))
    new = []
    for contact_id, entry in enumerate(entries, first):
        contact, handles = _contact(contact_id, entry, taken)
        contact = replace(contact, revision=revision + contact_id - first)
        new.append((contact, handles, entry))
        alive_count += contact.deleted_at is None
        changes = {"name": (None, contact.name)}
        events.append(row_of(caller, "contact.created", contact_id, contact_ids=[contact_id], changes=changes, now=now))
    _insert(tx, caller, new)
    add_to_count(tx, organization_id, contact_store.COUNT, alive_count)
    delete_tombstones(tx, organization_id, [entry.contact.uuid for entry in entries])
    record_events(tx, caller, events)
    return list(range(first, first + len(entries)))


class _Taken(Struct):
    """uuids that exist; usernames: who has each one."""

    uuids: set[str]
    usernames: dict[str, int]


def _load_taken(tx: Tx, caller: Caller, entries: Sequence[PortableContact]) -> _Taken:
    uuids = store.find_contacts(tx, caller.organization_id, [entry.contact.uuid for entry in entries])
    usernames = [h.normalized for entry in entries for h in entry.handles if h.channel == INSTAGRAM and h.is_primary]
    return _Taken(set(uuids), import_parts.find_username_owners(tx, caller.organization_id, usernames))


def _insert(tx: Tx, caller: Caller, new: Sequence[tuple[Contact, list[Handle], PortableContact]]) -> None:
    contacts, external_ids = [], []
    for contact, handles, entry in new:
        channels = {handle.channel for handle in handles}
        # the archive has the addresses in rows of their own (AddressSet)
        is_shown = is_on_phones(caller, channels=channels, sources={row.source for row in entry.external_ids})
        columns = msgspec.structs.asdict(contact) | sort_keys(contact)
        contacts.append(columns | {"card_state": "on" if is_shown else None})
        for row in entry.external_ids:
            external_ids.append({"source": row.source, "external_id": row.external_id, "contact_id": contact.id})
    all_handles = [msgspec.structs.asdict(handle) for _, handles, _ in new for handle in handles]
    store.insert_rows(tx, caller.organization_id, "contacts", contacts)
    store.insert_rows(tx, caller.organization_id, "handles", all_handles)
    store.insert_rows(tx, caller.organization_id, "external_ids", external_ids)


def _contact(contact_id: int, entry: PortableContact, taken: _Taken) -> tuple[Contact, list[Handle]]:
    handles = [_handle(contact_id, entry, row, taken) for row in entry.handles]
    values: dict[str, Any] = dict.fromkeys(contact_store.COLUMNS)
    values |= msgspec.structs.asdict(entry.contact) | {"id": contact_id}
    for handle in handles:
        if handle.is_primary and handle.deleted_at is None and handle.channel in SUMMARY_COLUMNS:
            values[SUMMARY_COLUMNS[handle.channel]] = handle.value
    if entry.contact.uuid in taken.uuids:
        values["uuid"] = new_id()
    return Contact(**values), handles


def _handle(contact_id: int, entry: PortableContact, row: HandleRow, taken: _Taken) -> Handle:
    values = msgspec.structs.asdict(row)
    del values["contact"]
    if row.channel == INSTAGRAM and row.is_primary and not entry.contact.deleted_at and not row.deleted_at:
        is_free = taken.usernames.setdefault(row.normalized, contact_id) == contact_id
        values |= {} if is_free else {"is_primary": False, "is_former": True}
    return Handle(contact_id=contact_id, **values)
