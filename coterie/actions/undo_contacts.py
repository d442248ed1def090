"""Undoes events of contacts: their fields, handles, tags, folders and merges."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions import contacts as actions
from coterie.actions.contact_rows import save_contact
from coterie.actions.duplicates import dismiss, undismiss
from coterie.actions.events import record_events, row_of
from coterie.actions.folders import change_folders
from coterie.actions.handles import handles_for_undo, is_username_taken, save_handles
from coterie.actions.merges import merge_contacts
from coterie.actions.reminders import refresh_dates
from coterie.actions.terms import put_on_contact, take_off_contact
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.handles import INSTAGRAM, SUMMARY_COLUMNS, Handle
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS, Vocabulary
from coterie.model.undo import NotUndone, PastEvent, UndoScope, changed_since
from coterie.store import contacts as store
from coterie.store import folders as folder_store
from coterie.store import handles as handle_store
from coterie.store import merges as merge_store
from coterie.store import properties as property_store
from coterie.store.database import Tx
from coterie.store.undo import list_later_events

Left = Sequence[NotUndone]
Undo = Callable[[Tx, Caller, PastEvent], Left]

_PROPERTY = "properties."
# set by other actions, or derived
_NOT_FIELDS = {"id", "uuid", "created_at", "updated_at", "deleted_at", "revision", "pinned_note", "follower_count",
               "follower_growth", *SUMMARY_COLUMNS.values()}  # fmt: skip
_FIELDS = frozenset(store.COLUMNS) - _NOT_FIELDS
_HANDLE_FIELDS = ("value", "normalized", "label", "is_primary", "is_former")


def find_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    """The contact of an event, locked. Raises NotUndone if it was erased or merged."""
    contact = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotUndone("erased")
    if contact.id != contact_id:
        raise NotUndone("merged")
    return contact


def undo_created(tx: Tx, caller: Caller, event: PastEvent, scope: UndoScope) -> Left:
    """Deletes the contact, unless a later event says more about it. scope: the events that are being undone."""
    contact = find_contact(tx, caller, int(event.subject_id))
    if list_later_events(tx, caller.organization_id, [contact.id], event.id, but=scope):
        raise NotUndone("changed_since")
    actions.delete_contact(tx, caller, contact.id)
    return ()


def _delete(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    contact = find_contact(tx, caller, int(event.subject_id))
    if contact.deleted_at is not None:
        raise NotUndone("changed_since")
    actions.delete_contact(tx, caller, contact.id)
    return ()


def _restore(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    contact = find_contact(tx, caller, int(event.subject_id))
    if contact.deleted_at is None:
        raise NotUndone("changed_since")
    actions.restore_contact(tx, caller, contact.id)
    return ()


# Fields ---------------------------------------------------------------------------------------------------------------


def _undo_fields(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Gives fields, properties and handles the values before, except those that changed since."""
    if not event.changes and not event.undo:
        raise NotUndone("no_values")
    before = find_contact(tx, caller, int(event.subject_id))
    columns, changed = _columns(before, event.changes)
    values, missing, others = _values(tx, caller, before.id, event.changes)
    after = replace(before, **columns)
    stored = handle_store.list_handles(tx, caller.organization_id, before.id, include_deleted=True)
    handles, left = _handles(tx, caller, stored, event)
    undo = handles_for_undo(stored, handles) if handles != stored else None
    changes = {name: (getattr(before, name), value) for name, value in columns.items()} | values
    if changes or undo:
        for name, (_, value) in values.items():
            _save_value(tx, caller, before.id, name, value)
        saved = save_handles(tx, caller, stored, handles) if undo else None
        row = row_of(caller, "contact.updated", before.id, contact_ids=[before.id], changes=changes, undo=undo)
        save_contact(tx, caller, before, after, [row], handles=saved)
        if "birthday" in columns:
            refresh_dates(tx, caller.organization_id, contact_id=before.id)
    if changed or others:
        left = [*left, NotUndone("changed_since", *changed, *others)]
    return [*left, NotUndone("erased", *missing)] if missing else left


def _columns(contact: Contact, changes: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """(the columns to set, those that changed since)."""
    columns = {name: values for name, values in changes.items() if name in _FIELDS}
    changed = changed_since(lambda name: getattr(contact, name), columns)
    now = {name: getattr(contact, name) for name in columns if name not in changed}
    return {name: columns[name][0] for name, value in now.items() if value != columns[name][0]}, changed


def _values(
    tx: Tx, caller: Caller, contact_id: int, changes: dict[str, Any]
) -> tuple[dict[str, tuple[Any, Any]], list[str], list[str]]:
    """(changes of properties, those whose property was deleted, those that changed since)."""
    slugs = [name.removeprefix(_PROPERTY) for name in changes if name.startswith(_PROPERTY)]
    if not slugs:
        return {}, [], []
    definitions = property_store.find_definitions(tx, caller.organization_id, slugs)
    present = property_store.list_values_of(tx, caller.organization_id, [contact_id]).get(contact_id, {})
    values, missing, changed = dict[str, tuple[Any, Any]](), [], []
    for slug in slugs:
        name = _PROPERTY + slug
        old, new = changes[name]
        now = msgspec.json.decode(present[slug]) if slug in present else None
        if slug not in definitions:
            missing.append(name)
        elif not _is_equal(now, old) and not _is_equal(now, new):
            changed.append(name)
        elif not _is_equal(now, old):
            values[name] = (now, old)
    return values, missing, changed


def _is_equal(one: Any, other: Any) -> bool:
    """Whether two values of a property are the same: 1, 1.0 and True are not."""
    return bool(one == other) and type(one) is type(other)


def _save_value(tx: Tx, caller: Caller, contact_id: int, name: str, value: Any) -> None:
    slug = name.removeprefix(_PROPERTY)
    if value is None:
        property_store.delete_value(tx, caller.organization_id, contact_id, slug)
    else:
        property_store.save_value(tx, caller.organization_id, contact_id, slug, value)


# Handles --------------------------------------------------------------------------------------------------------------


def _handles(
    tx: Tx, caller: Caller, stored: Sequence[Handle], event: PastEvent
) -> tuple[list[Handle], list[NotUndone]]:
    """The contact's handles, deleted ones too, as they were before the event; those that changed since are left."""
    handles, left = {handle.id: handle for handle in stored}, list[NotUndone]()
    pairs = msgspec.convert(event.undo.get("handles", []), type=list[tuple[Handle | None, Handle | None]])
    if not pairs and not event.undo:
        left = _without_pairs(event)
    for before, after in reversed(pairs):
        reference = before or after
        assert reference is not None
        now = handles.get(reference.id)
        if now is None or after is None or _is_other(now, after):
            left.append(NotUndone("changed_since", SUMMARY_COLUMNS[reference.channel]))
        elif before is not None and _is_taken(tx, caller, now, before):
            left.append(NotUndone("taken", SUMMARY_COLUMNS[reference.channel]))
        elif before is None:
            handles[now.id] = replace(now, deleted_at=times.now(), is_primary=False)
        else:
            same = {name: getattr(before, name) for name in _HANDLE_FIELDS}
            handles[now.id] = replace(now, **same, deleted_at=before.deleted_at)
    return _checked([*handles.values()]), left


def _without_pairs(event: PastEvent) -> list[NotUndone]:
    """Handles that an earlier version changed."""
    names = [name for name in event.changes if name in SUMMARY_COLUMNS.values()]
    return [NotUndone("no_values", *names)] if names else []


def _is_other(now: Handle, after: Handle) -> bool:
    is_deleted = (now.deleted_at is None) != (after.deleted_at is None)
    return is_deleted or any(getattr(now, name) != getattr(after, name) for name in _HANDLE_FIELDS)


def _is_taken(tx: Tx, caller: Caller, now: Handle, before: Handle) -> bool:
    is_username = before.channel == INSTAGRAM and not before.is_former and before.deleted_at is None
    return is_username and is_username_taken(tx, caller, now.contact_id, before.normalized)


def _checked(handles: list[Handle]) -> list[Handle]:
    """Raises NotUndone if the handles in use break a rule of handles: a value once, one primary a channel."""
    in_use = [handle for handle in handles if handle.deleted_at is None]
    primaries = [handle.channel for handle in in_use if handle.is_primary]
    values = [(handle.channel, handle.normalized) for handle in in_use]
    if len(set(primaries)) != len(primaries) or len(set(values)) != len(values):
        raise NotUndone("changed_since", "handles")
    return sorted(handles, key=lambda handle: handle.id)


def _undo_handle(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    if "handles" not in event.undo:
        raise NotUndone("no_values")
    contact = find_contact(tx, caller, event.contact_ids[0])
    return _undo_fields(tx, caller, replace(event, subject_id=str(contact.id), changes={}))


# Tags, folders --------------------------------------------------------------------------------------------------------


def _term(vocabulary: Vocabulary, *, is_on: bool) -> Undo:
    def undo(tx: Tx, caller: Caller, event: PastEvent) -> Left:
        contact = find_contact(tx, caller, event.contact_ids[0])
        if not is_on:
            put_on_contact(tx, caller, vocabulary, contact.id, event.subject_id)
            return ()
        try:
            take_off_contact(tx, caller, vocabulary, contact.id, event.subject_id)
        except NotFound:
            raise NotUndone("changed_since") from None
        return ()

    return undo


def _folder(*, is_in: bool) -> Undo:
    def undo(tx: Tx, caller: Caller, event: PastEvent) -> Left:
        contact, folder_id = find_contact(tx, caller, event.contact_ids[0]), int(event.subject_id)
        folders = folder_store.list_folders_of(tx, caller.organization_id, [contact.id]).get(contact.id, [])
        present = {each for each, _, _ in folders}
        if folder_store.find_folder(tx, caller.organization_id, folder_id) is None:
            raise NotUndone("erased")
        if (folder_id in present) != is_in:
            raise NotUndone("changed_since")
        record_events(tx, caller, change_folders(tx, caller, contact.id, present ^ {folder_id}))
        return ()

    return undo


# Merges, duplicates ---------------------------------------------------------------------------------------------------


def _unmerge(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Undoes the merge, or the one by which it was done again."""
    merge = merge_store.find_merge(tx, caller.organization_id, event.subject_id)
    if merge is not None and merge.unmerged_at is not None:
        again = merge_store.find_merge_of(tx, caller.organization_id, merge.loser_id)
        if again is None or again.survivor_id != merge.survivor_id:
            raise NotUndone("changed_since")
        merge = again
    unmerge_contact(tx, caller, merge.id if merge is not None else event.subject_id)
    return ()


def _merge_again(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    merge = merge_store.find_merge(tx, caller.organization_id, event.subject_id)
    if merge is None:
        raise NotUndone("erased")
    merge_contacts(tx, caller, merge.survivor_id, [merge.loser_id])
    return ()


def _undismiss(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    undismiss(tx, caller, *_pair(event))
    return ()


def _dismiss(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    dismiss(tx, caller, *_pair(event))
    return ()


def _pair(event: PastEvent) -> Sequence[int]:
    if len(event.contact_ids) != 2:
        raise NotUndone("erased")
    return event.contact_ids


UNDO: dict[str, Undo] = {
    "contact.deleted": _restore,
    "contact.restored": _delete,
    "contact.updated": _undo_fields,
    "contact.handle_added": _undo_handle,
    "contact.handle_updated": _undo_handle,
    "contact.handle_deleted": _undo_handle,
    "contact.handle_restored": _undo_handle,
    "contact.tagged": _term(TAGS, is_on=True),
    "contact.untagged": _term(TAGS, is_on=False),
    "contact.expertise_added": _term(EXPERTISES, is_on=True),
    "contact.expertise_removed": _term(EXPERTISES, is_on=False),
    "contact.put_in_folder": _folder(is_in=True),
    "contact.taken_out_of_folder": _folder(is_in=False),
    "contact.merged": _unmerge,
    "contact.unmerged": _merge_again,
    "duplicate.dismissed": _undismiss,
    "duplicate.undismissed": _dismiss,
}
