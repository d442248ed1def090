"""Undoes the merge of parts: a merged part gets back its values, unless it was edited since."""

from collections.abc import Collection

import msgspec
from msgspec.structs import replace

from coterie.actions.handles import promote_oldest
from coterie.actions.merge_fields import PROPERTY
from coterie.actions.merged_parts import (
    CARD_STATE,
    FORMER,
    LABEL,
    PINNED,
    PRIMARY,
    REMINDER,
    Values,
    primaries_of,
    save_flags,
    set_pinned,
    set_primaries,
)
from coterie.model.handles import Handle
from coterie.model.merges import Merge
from coterie.model.organizations import Caller
from coterie.store import handles as handle_store
from coterie.store import import_parts
from coterie.store import notes as note_store
from coterie.store import properties as property_store
from coterie.store import reminders as reminder_store
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.database import Tx


def remove_additions(tx: Tx, caller: Caller, merge: Merge) -> None:
    """Deletes the notes and dates that the merge added, unless they were edited since."""
    organization_id, changes = caller.organization_id, merge.changes
    for note_id in changes.notes:
        import_parts.delete_untouched_note(tx, organization_id, note_id, merge.survivor_id)
    if changes.dates:
        of_dates = (tx, organization_id, "important_dates", merge.survivor_id)
        import_parts.delete_parts(*of_dates, import_parts.find_parts(*of_dates, changes.dates)[0])


def restore_properties(tx: Tx, caller: Caller, survivor_id: int, values: Values) -> None:
    """Restores the properties of the survivor that were not edited since."""
    slugs = [key.removeprefix(PROPERTY) for key in values if key.startswith(PROPERTY)]
    if not slugs:
        return
    stored = property_store.list_values_of(tx, caller.organization_id, [survivor_id]).get(survivor_id, {})
    for slug in slugs:
        before, after = values[PROPERTY + slug]
        current = stored.get(slug)
        if current is None or bytes(current).decode() != after:
            continue
        if before is None:
            property_store.delete_value(tx, caller.organization_id, survivor_id, slug)
        else:
            property_store.save_value(tx, caller.organization_id, survivor_id, slug, msgspec.json.decode(before))


def handles_of_survivor(
    tx: Tx, caller: Caller, survivor_id: int, values: Values, *, own: Collection[str], since: str
) -> list[Handle]:
    """Saves and returns the survivor's handles in use: the primary ones, labels and former usernames from before.

    own: the ids of its handles without those of contacts that are still merged into it. since: when it was merged.
    """
    before = handle_store.list_handles(tx, caller.organization_id, survivor_id)
    after = [_as_before(handle, values) for handle in before]
    ids = {handle.id for handle in after if handle.id in own and not handle.is_former}
    for key in [key for key in values if key.startswith(PRIMARY)]:
        channel, (old_id, new_id) = key.removeprefix(PRIMARY), values[key]
        current = primaries_of(after).get(channel)
        if current is not None and current.id != new_id:
            continue  # edited since
        after = set_primaries(after, channel, old_id if old_id in ids else None)
    after = _settled(after, own, since)
    save_flags(tx, caller, before, after)
    return after


def _settled(handles: list[Handle], own: Collection[str], since: str) -> list[Handle]:
    """The handles with at most one primary on each channel, preferably one of its own; one that was added since then
    makes the oldest one primary."""
    for channel in {handle.channel for handle in handles}:
        primary = [handle for handle in handles if handle.channel == channel and handle.is_primary]
        if len(primary) > 1:
            handles = set_primaries(handles, channel, min(primary, key=lambda each: each.id not in own).id)
        if not primary and any(handle.channel == channel and handle.created_at > since for handle in handles):
            handles = promote_oldest(handles, channel)
    return handles


def _as_before(handle: Handle, values: Values) -> Handle:
    """The handle with its label and is_former from before the merge, unless edited since."""
    for prefix in (LABEL, FORMER):
        name, (old, new) = prefix.removesuffix(":"), values.get(prefix + handle.id, (None, None))
        if prefix + handle.id in values and getattr(handle, name) == new:
            handle = replace(handle, **{name: old})
    return handle


def handles_of_loser(tx: Tx, caller: Caller, merge: Merge, values: Values) -> list[Handle]:
    """Saves and returns the loser's handles in use: its primary ones are primary again."""
    before = handle_store.list_handles(tx, caller.organization_id, merge.loser_id)
    after = [_as_before(handle, values) for handle in before]
    ids = {handle.id for handle in before}
    for channel in {handle.channel for handle in before}:
        primary = merge.changes.primaries.get(channel)
        after = set_primaries(after, channel, primary)
        if primary is not None and primary not in ids:
            after = promote_oldest(after, channel)
    after = _settled(after, ids, merge.created_at)
    save_flags(tx, caller, before, after)
    return after


def restore_pins(tx: Tx, caller: Caller, merge: Merge, values: Values) -> None:
    """Pins the loser's note again, and the survivor's if the merge unpinned it."""
    both = (merge.survivor_id, merge.loser_id)
    of_loser = [merge.changes.primaries[PINNED]] if PINNED in merge.changes.primaries else []
    of_survivor = [values[PINNED][0]] if PINNED in values else []
    for note_id in (*of_loser, *of_survivor):
        note = note_store.find_note(tx, caller.organization_id, note_id, reader_id=caller.user_id)
        set_pinned(tx, caller, note, both, is_pinned=True)


def restore_card_state(tx: Tx, caller: Caller, survivor_id: int, values: Values) -> None:
    """Whether phones see the survivor, unless that changed since."""
    before, after = values.get(CARD_STATE, (None, None))
    if after and find_card_states(tx, caller.organization_id, [survivor_id]).get(survivor_id) == after:
        set_card_state(tx, caller.organization_id, survivor_id, before)


def restore_reminders(tx: Tx, caller: Caller, values: Values) -> None:
    """Restores when reminders are due that the merge rescheduled, unless they changed since."""
    for key in [key for key in values if key.startswith(REMINDER)]:
        before, after = values[key]
        reminder = reminder_store.find_reminder(tx, caller.organization_id, key.removeprefix(REMINDER))
        if reminder is not None and [reminder.due_at, reminder.updated_at] == list(after):
            restored = replace(reminder, due_at=before[0], updated_at=before[1])
            reminder_store.save_reminder(tx, caller.organization_id, restored)
