"""The parts of merged contacts of which only one can be the first: primary handles, the pinned note; and reminders."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.handles import HANDLES_MAX
from coterie.actions.merge_fields import BIRTHDAY_LABEL, PROPERTY, FieldPlan
from coterie.actions.reminders import refresh_dates
from coterie.errors import invalid
from coterie.model.dates import ImportantDate
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.merges import Merge, MergeChanges
from coterie.model.notes import TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.store import dates as date_store
from coterie.store import handles as store
from coterie.store import notes as note_store
from coterie.store import properties as property_store
from coterie.store import reminders as reminder_store
from coterie.store.database import Tx

CARD_STATE = "card_state"
PRIMARY, PINNED, LABEL, FORMER, REMINDER = "primary:", "pinned", "label:", "is_former:", "reminder:"
Values = dict[str, tuple[Any, Any]]


def merge_handles(
    tx: Tx,
    caller: Caller,
    handles: Sequence[Sequence[Handle]],
    merge: Merge,
    choices: Mapping[str, int],
) -> list[Handle]:
    """Decides which handle of each channel is primary, after the rows moved; returns the survivor's in use.

    handles: of the survivor and of the loser as they were. A value that both have keeps the survivor's handle, which
    gets the label it lacks and is no longer former if the loser uses it.
    Raises Invalid if the survivor would have more than 500 handles.
    """
    (survivors, losers), changes = handles, merge.changes
    before = store.list_handles(tx, caller.organization_id, merge.survivor_id)
    if len(before) > max(HANDLES_MAX, len(survivors)):
        raise invalid("loser_ids", f"exceed the limit of {HANDLES_MAX} handles per contact")
    twins = {(handle.channel, handle.normalized): handle for handle in losers}
    after = [_with_twin(handle, twins.get((handle.channel, handle.normalized)), changes) for handle in before]
    old, new = primaries_of(survivors), primaries_of(losers)
    changes.primaries |= {channel: handle.id for channel, handle in new.items()}
    for channel, candidate in new.items():
        current = old.get(channel)
        is_chosen = choices.get(SUMMARY_COLUMNS.get(channel, "")) == merge.loser_id
        primary = candidate if current is None or is_chosen else current
        # of a value that both have, the survivor's handle is there
        primary = next((h for h in after if (h.channel, h.normalized) == (channel, primary.normalized)), primary)
        after = set_primaries(after, channel, primary.id)
        if current is None or current.id != primary.id:
            changes.values[PRIMARY + channel] = (current and current.id, primary.id)
    save_flags(tx, caller, before, after)
    return after


def _with_twin(handle: Handle, twin: Handle | None, changes: MergeChanges) -> Handle:
    """The survivor's handle with the values that only the loser's equal one has; that one stays with the loser."""
    if twin is None or twin.id == handle.id:
        return handle
    if handle.label is None and twin.label is not None:
        changes.values[LABEL + handle.id] = (None, twin.label)
        handle = replace(handle, label=twin.label)
    if handle.is_former and not twin.is_former:
        changes.values[FORMER + handle.id] = (True, False)
        handle = replace(handle, is_former=False)
    return handle


def primaries_of(handles: Sequence[Handle]) -> dict[str, Handle]:
    """channel -> its primary handle."""
    return {handle.channel: handle for handle in handles if handle.is_primary}


def set_primaries(handles: Sequence[Handle], channel: str, primary_id: str | None) -> list[Handle]:
    """The handles with this one as the only primary of its channel."""
    return [h if h.channel != channel else replace(h, is_primary=h.id == primary_id) for h in handles]


def save_flags(tx: Tx, caller: Caller, before: Sequence[Handle], after: Sequence[Handle]) -> None:
    """Saves handles that differ; their updated_at stays: nobody edited them."""
    for old, new in zip(before, after, strict=True):
        if old != new:
            store.save_handle(tx, caller.organization_id, new)


# The pinned note ------------------------------------------------------------------------------------------------------


def merge_pinned_notes(tx: Tx, caller: Caller, pinned: Sequence[Note | None], merge: Merge, *, is_chosen: bool) -> None:
    """Of two pinned notes, the survivor's stays pinned, or the loser's if it is chosen.

    A note about other contacts stays pinned in any case: of several pinned notes the newest is shown.
    """
    (current, candidate), changes = pinned, merge.changes
    if candidate is None:
        return
    changes.primaries[PINNED] = candidate.id
    if current is None or current.id == candidate.id:
        return
    both = (merge.survivor_id, merge.loser_id)
    is_unpinned = set_pinned(tx, caller, current if is_chosen else candidate, both, is_pinned=False)
    if is_chosen and is_unpinned:
        changes.values[PINNED] = (current.id, candidate.id)


def set_pinned(tx: Tx, caller: Caller, note: Note | None, ids: Sequence[int], *, is_pinned: bool) -> bool:
    """Pins or unpins a note if it is about no others than these contacts; returns whether it did."""
    if note is None or note.is_pinned is is_pinned or note.is_personal or note.deleted_at is not None:
        return False
    if not set(note_store.list_contacts_of_note(tx, caller.organization_id, note.id)).issubset(ids):
        return False
    note_store.save_note(tx, caller.organization_id, note, replace(note, is_pinned=is_pinned))
    return True


# Reminders ------------------------------------------------------------------------------------------------------------


def refresh_reminders(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> Values:
    """Recomputes when the reminders of contacts are due; returns which changed: (due_at, updated_at) before and
    after."""
    values: Values = {}
    for contact_id in contact_ids:
        after_id: str | None = ""
        while after_id is not None:
            before = _list_on_dates(tx, caller, contact_id, after_id)
            next_id = refresh_dates(tx, caller.organization_id, contact_id=contact_id, after_id=after_id)
            after = _list_on_dates(tx, caller, contact_id, after_id)
            for reminder_id in before.keys() & after.keys():
                if before[reminder_id] != after[reminder_id]:
                    values[REMINDER + reminder_id] = (before[reminder_id], after[reminder_id])
            after_id = next_id
    return values


def _list_on_dates(tx: Tx, caller: Caller, contact_id: int, after_id: str) -> dict[str, list[str | None]]:
    """reminder id -> [due_at, updated_at] of the next reminders that depend on dates."""
    reminders = reminder_store.list_reminders_on_dates(
        tx, caller.organization_id, contact_id=contact_id, after_id=after_id
    )
    return {reminder.id: [reminder.due_at, reminder.updated_at] for reminder in reminders}


# Values and additions -------------------------------------------------------------------------------------------------


def load_properties(tx: Tx, caller: Caller, contact_id: int) -> dict[str, str]:
    """slug -> value as JSON."""
    values = property_store.list_values_of(tx, caller.organization_id, [contact_id]).get(contact_id, {})
    return {slug: bytes(value).decode() for slug, value in values.items()}


def save_properties(tx: Tx, caller: Caller, survivor_id: int, plan: FieldPlan, changes: MergeChanges) -> None:
    """Saves the properties the survivor gets."""
    if not plan.properties:
        return
    before = load_properties(tx, caller, survivor_id)
    for slug, value in plan.properties.items():
        changes.values[PROPERTY + slug] = (before.get(slug), value)
        property_store.save_value(tx, caller.organization_id, survivor_id, slug, msgspec.json.decode(value))


def add_parts(tx: Tx, caller: Caller, merge: Merge, plan: FieldPlan) -> None:
    """Adds the values that no field can hold: the other birthday as a date, the others as a note."""
    now, survivor_id = merge.created_at, merge.survivor_id
    if plan.birthday is not None:
        date = ImportantDate(
            contact_id=survivor_id, id=new_id(), label=BIRTHDAY_LABEL, occurs_on=plan.birthday, created_at=now,
            updated_at=now, deleted_at=None,
        )  # fmt: skip
        date_store.insert_date(tx, caller.organization_id, date)
        merge.changes.dates.append(date.id)
    text = "\n".join(plan.lines)
    for start in range(0, len(text), TEXT_LENGTH_MAX):
        note = Note(
            id=new_id(), author_id=caller.user_id, text=text[start : start + TEXT_LENGTH_MAX], is_personal=False,
            is_pinned=False, created_at=now, updated_at=now, deleted_at=None,
        )  # fmt: skip
        note_store.insert_note(tx, caller.organization_id, note, [survivor_id])
        merge.changes.notes.append(note.id)
