"""Undoes the changes of an import to contacts, unless they were edited later."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from coterie.actions.contact_rows import save_contact
from coterie.actions.contacts import list_related
from coterie.actions.drafts import RowChanges
from coterie.actions.erasure import erase_contacts
from coterie.actions.events import record_events, row_of
from coterie.actions.handles import promote_oldest
from coterie.actions.import_relationships import erase_untouched
from coterie.actions.touch_plans import refresh_plans
from coterie.model import times
from coterie.model.handles import Handle
from coterie.model.interactions import KINDS
from coterie.model.organizations import Caller
from coterie.store import events as event_store
from coterie.store import handles as handle_store
from coterie.store import import_parts
from coterie.store import interactions as interaction_store
from coterie.store import notes as note_store
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import insert_external_ids, uuids_of
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

# later edits that undo did not touch, as in model.import_reasons
Conflicts = list[list[Any]]
VALUE_LENGTH_MAX = 200
_PARTS = ("handles", "addresses", "dates", "notes", "files", "tags", "folders", "interactions")


def erase_created(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> set[int]:
    """Erases contacts that the import caller.import_id created, deleted ones too. Returns those that stay because a
    user, another import or a message changed them since, and are not deleted."""
    organization_id, now = caller.organization_id, times.now()
    lock_contacts(tx, organization_id, contact_ids)
    changed = event_store.list_changed_by_others(tx, organization_id, caller.import_id or "", contact_ids)
    existing = uuids_of(tx, organization_id, contact_ids)
    erased = [contact_id for contact_id in contact_ids if contact_id in existing and contact_id not in changed]
    related = list_related(tx, caller, erased) if erased else []
    erase_contacts(tx, caller, erased)
    rows = [row_of(caller, "contact.erased", each, contact_ids=[each], now=now) for each in erased]
    if related:
        rows.append(row_of(caller, "contact.related_changed", caller.import_id or "", contact_ids=related, now=now))
    record_events(tx, caller, rows)
    return set(load_sheets(tx, organization_id, changed & existing.keys(), ()))


def give_back_external_ids(tx: Tx, caller: Caller, changes: RowChanges) -> None:
    """Gives external ids that a contact, now erased, had taken back to their contacts, if those exist."""
    moved = changes.external_ids_moved
    existing = uuids_of(tx, caller.organization_id, [contact_id for *_, contact_id in moved]) if moved else {}
    back = [entry for entry in moved if entry[2] in existing]
    if back:
        insert_external_ids(tx, caller.organization_id, back)
        rows = [
            row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id],
                   changes={"external_ids": (None, [[source, external_id]])})
            for source, external_id, contact_id in back
        ]  # fmt: skip
        record_events(tx, caller, rows)


def undo_row(tx: Tx, caller: Caller, contact_id: int, changes: RowChanges) -> Conflicts:
    """Undoes the changes of one row to an existing contact; returns the conflicts: later edits, which stay.

    A field gets its old value back unless it was edited; a part is removed unless it was edited.
    """
    sheet = load_sheets(tx, caller.organization_id, [contact_id], ["handles"], to_change=True).get(contact_id)
    if sheet is None:
        return [["contact_missing"]]
    before, conflicts = sheet.contact, Conflicts()
    fields: dict[str, Any] = {}
    for name, (old, new) in changes.fields.items():
        if getattr(before, name) == new:
            fields[name] = old
        else:
            conflicts.append(["field", name])
    conflicts += [["relationship"]] * erase_untouched(tx, caller, changes.relationships)
    handles, handle_conflicts = _without_handles(tx, caller, sheet.handles, changes.handles)
    conflicts += handle_conflicts + _remove_parts(tx, caller, contact_id, changes)
    now = times.now()
    note = note_store.find_pinned_note(tx, caller.organization_id, contact_id)
    after = replace(before, **fields, pinned_note=note.text if note else None)
    undone: dict[str, tuple[Any, Any]] = {name: (getattr(before, name), value) for name, value in fields.items()}
    # of parts, the number to undo
    undone |= {name: (len(ids), None) for name in _PARTS if (ids := getattr(changes, name))}
    if undone:
        row = row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id], changes=undone, now=now)
        save_contact(tx, caller, before, after, [row], handles=handles if changes.handles else None)
    if changes.interactions:
        refresh_plans(tx, caller.organization_id, [contact_id])
    return conflicts


def _without_handles(
    tx: Tx, caller: Caller, handles: Sequence[Handle], handle_ids: Sequence[str]
) -> tuple[list[Handle], Conflicts]:
    """(the remaining handles, the conflicts): an edited handle stays."""
    conflicts, rest = Conflicts(), []
    for handle in handles:
        if handle.id not in handle_ids:
            rest.append(handle)
        elif handle.updated_at != handle.created_at:
            conflicts.append(["handle", handle.value[:VALUE_LENGTH_MAX]])
            rest.append(handle)
        else:
            handle_store.delete_handle(tx, caller.organization_id, handle.contact_id, handle.id)
    promoted = rest
    for channel in {handle.channel for handle in rest}:
        promoted = promote_oldest(promoted, channel)
    for handle in promoted:
        if handle not in rest:  # its updated_at stays: it was not edited
            handle_store.save_handle(tx, caller.organization_id, handle)
    return promoted, conflicts


def _remove_parts(tx: Tx, caller: Caller, contact_id: int, changes: RowChanges) -> Conflicts:
    organization_id, conflicts = caller.organization_id, Conflicts()
    for table, ids, part in (
        ("postal_addresses", changes.addresses, "address"),
        ("important_dates", changes.dates, "date"),
    ):
        if ids:
            untouched, changed = import_parts.find_parts(tx, organization_id, table, contact_id, ids)
            import_parts.delete_parts(tx, organization_id, table, contact_id, untouched)
            conflicts += [[part]] * len(changed)
    for note_id in changes.notes:
        if import_parts.delete_untouched_note(tx, organization_id, note_id, contact_id) is False:
            conflicts.append(["note"])
    for table, ids in (("attachments", changes.files), ("interactions", changes.interactions)):
        if ids:
            import_parts.delete_parts(tx, organization_id, table, contact_id, ids)
    if changes.interactions:
        interaction_store.mark_recent(tx, organization_id, [(contact_id, kind) for kind in KINDS])
    import_parts.delete_tagged(tx, organization_id, contact_id, changes.tags)
    import_parts.delete_in_folders(tx, organization_id, contact_id, changes.folders)
    import_parts.delete_external_ids(tx, organization_id, contact_id, changes.external_ids)
    return conflicts
