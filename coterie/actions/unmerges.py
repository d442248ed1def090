"""Undoes merges: both contacts come back as they were, and what changed since stays.

Guarantees. Without changes in between, the export of both contacts is the same before the merge and after it was
undone. Merges into one contact can be undone in any order; a survivor that was itself merged comes back first.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from coterie.actions.consequences import AT_ONCE_MAX, consequence_rows
from coterie.actions.contact_rows import columns_to_save, count_contact, summary_of
from coterie.actions.contacts import list_related
from coterie.actions.events import EventRow, record_events, row_of
from coterie.actions.merge_values import columns_to_restore, note_moved, note_rescheduled, values_to_restore
from coterie.actions.merged_parts import FORMER, LABEL, REMINDER, Values, refresh_reminders
from coterie.actions.unmerged_parts import (
    handles_of_loser,
    handles_of_survivor,
    remove_additions,
    restore_card_state,
    restore_pins,
    restore_properties,
    restore_reminders,
)
from coterie.errors import Conflict, NotFound
from coterie.model import times
from coterie.model.contacts import OPTOUT, Contact
from coterie.model.handles import Handle
from coterie.model.interactions import KINDS
from coterie.model.merges import Merge, MergeChanges
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import duplicates as duplicate_store
from coterie.store import handles as handle_store
from coterie.store import interactions as interaction_store
from coterie.store import merges as store
from coterie.store import notes as note_store
from coterie.store.database import Tx
from coterie.store.merge_records import delete_merge_rows, list_recorded
from coterie.store.merged_links import hand_over_links
from coterie.store.merged_pets import hand_over_pets
from coterie.store.merged_rows import give_rows, move_remaining, return_rows


def unmerge_contact(
    tx: Tx, caller: Caller, merge_id: str, *, additions_to: Literal["survivor", "loser"] = "survivor"
) -> tuple[Contact, Contact]:
    """Undoes a merge; returns (survivor, loser) as saved.

    The loser gets its rows back, as they are now. Fields of the survivor get back their values unless they were edited
    since. Additions since the merge (a handle, a note, a message) stay with the survivor, or go to the loser.

    Raises NotFound if there is no such merge, or one of its contacts was erased; Conflict if it is already undone, or
    the survivor is deleted or was itself merged.
    """
    merge, locked = _lock(tx, caller, merge_id)
    survivor, loser = _load(tx, caller, merge)
    now = times.now()
    others = [each for each in store.list_merges_into(tx, caller.organization_id, survivor.id) if each.id != merge.id]
    values = values_to_restore(merge, others, _keys_of_rows(tx, caller, merge))
    of_survivor, of_loser = _return_parts(tx, caller, merge, values, others, is_giving=additions_to == "loser")
    columns = {"updated_at": now, **columns_to_restore(survivor, values, others, _losers(tx, caller, others))}
    note_moved(survivor, others, now)
    after = replace(survivor, **columns, **summary_of(of_survivor)), replace(loser, **summary_of(of_loser))
    if survivor.status == OPTOUT and merge.changes.status != OPTOUT:
        # it opted out since: which of the two it was is not stored
        after = after[0], replace(after[1], status=OPTOUT)
    related = [each for each in list_related(tx, caller, [loser.id]) if each != survivor.id]
    row = row_of(caller, "contact.unmerged", merge.id, contact_ids=(survivor.id, loser.id), now=now)
    rows = [row, *consequence_rows(tx, caller, "contact.related_changed", survivor.id, related, locked)]
    saved = _save(tx, caller, (survivor, loser), after, rows)
    duplicate_store.delete_pairs_of(tx, caller.organization_id, (survivor.id, loser.id))
    restore_reminders(tx, caller, values)
    note_rescheduled(refresh_reminders(tx, caller, [survivor.id]), others)
    refresh_reminders(tx, caller, [loser.id])
    for other in others:
        store.save_merge(tx, caller.organization_id, other)
    delete_merge_rows(tx, caller.organization_id, merge.id)
    store.save_merge(tx, caller.organization_id, replace(merge, changes=MergeChanges(), unmerged_at=now))
    return saved


def _lock(tx: Tx, caller: Caller, merge_id: str) -> tuple[Merge, Sequence[int]]:
    """Locks both contacts and those related to the survivor; returns the merge as it is then."""
    merge = store.find_merge(tx, caller.organization_id, merge_id)
    if merge is None:
        raise NotFound("Merge not found", hint="it does not exist, or its contacts were erased")
    both = [merge.survivor_id, merge.loser_id]
    related = list_related(tx, caller, [merge.survivor_id])
    locked = related if len(related) <= AT_ONCE_MAX else []
    store.lock_to_merge(tx, caller.organization_id, {*both, *locked})
    merge = store.find_merge(tx, caller.organization_id, merge_id)
    if merge is None:
        raise NotFound("Merge not found", hint="it does not exist, or its contacts were erased")
    if merge.unmerged_at is not None:
        raise Conflict(f"The merge was already undone, on {merge.unmerged_at[:10]}")
    later = store.find_merge_of(tx, caller.organization_id, merge.survivor_id)
    if later is not None:
        raise Conflict(f"The survivor was itself merged into contact {later.survivor_id}: undo merge {later.id} first")
    return merge, locked


def _load(tx: Tx, caller: Caller, merge: Merge) -> tuple[Contact, Contact]:
    ids = (merge.survivor_id, merge.loser_id)
    contacts = contact_store.list_contacts_by_id(tx, caller.organization_id, ids, include_deleted=True)
    by_id = {contact.id: contact for contact in contacts}
    survivor, loser = (by_id[each] for each in ids)
    if survivor.deleted_at is not None:
        raise Conflict(f"The survivor is deleted: restore contact {survivor.id} first")
    return survivor, loser


def _keys_of_rows(tx: Tx, caller: Caller, merge: Merge) -> set[str]:
    """The keys of values of the rows that go back to the loser."""
    handles = list_recorded(tx, caller.organization_id, merge.id, "handles.contact_id")
    reminders = list_recorded(tx, caller.organization_id, merge.id, "reminders.contact_id")
    keys = {prefix + handle_id for prefix in (LABEL, FORMER) for handle_id in handles}
    return keys | {REMINDER + reminder_id for reminder_id in reminders}


def _losers(tx: Tx, caller: Caller, merges: Sequence[Merge]) -> dict[int, Contact]:
    ids = [merge.loser_id for merge in merges]
    contacts = contact_store.list_contacts_by_id(tx, caller.organization_id, ids, include_deleted=True) if ids else []
    return {contact.id: contact for contact in contacts}


def _return_parts(
    tx: Tx, caller: Caller, merge: Merge, values: Values, others: Sequence[Merge], *, is_giving: bool
) -> tuple[list[Handle], list[Handle]]:
    """Gives the loser its rows back; returns the handles in use of the survivor and of the loser."""
    organization_id, survivor_id, loser_id = caller.organization_id, merge.survivor_id, merge.loser_id
    for other in others:
        hand_over_links(tx, organization_id, merge.id, other.id, loser=other.loser_id)
    return_rows(tx, organization_id, merge.id, loser=loser_id, survivor=survivor_id)
    for other in others:
        hand_over_pets(tx, organization_id, merge.id, other.id, loser=loser_id, survivor=survivor_id)
    remove_additions(tx, caller, merge)
    if is_giving:
        of_both = {"loser": loser_id, "survivor": survivor_id}
        give_rows(tx, organization_id, merge.id, **of_both, since=merge.created_at)
    own = {handle.id for handle in handle_store.list_handles(tx, organization_id, survivor_id)}
    for other in others:
        # what both losers had stayed with the other one
        move_remaining(tx, organization_id, other.id, loser=other.loser_id, survivor=survivor_id)
    store.clear_merged_into(tx, organization_id, loser_id)
    count_contact(tx, caller, loser_id, 1)
    restore_properties(tx, caller, survivor_id, values)
    restore_pins(tx, caller, merge, values)
    restore_card_state(tx, caller, survivor_id, values)
    both = (survivor_id, loser_id)
    interaction_store.mark_recent(tx, organization_id, [(each, kind) for each in both for kind in KINDS])
    of_survivor = handles_of_survivor(tx, caller, survivor_id, values, own=own, since=merge.created_at)
    return of_survivor, handles_of_loser(tx, caller, merge, values)


def _save(
    tx: Tx, caller: Caller, before: tuple[Contact, Contact], after: tuple[Contact, Contact], rows: list[EventRow]
) -> tuple[Contact, Contact]:
    """Saves both contacts with the text of their pinned notes; the loser is no longer deleted."""
    survivor, loser = (_with_pinned_note(tx, caller, each) for each in after)
    loser = replace(loser, deleted_at=None)
    columns = {
        new.id: {**columns_to_save(old, new), "updated_at": new.updated_at}
        for old, new in zip(before, (survivor, loser), strict=True)
    }
    revisions = record_events(tx, caller, rows, columns, moves_updated_at=False)
    return replace(survivor, revision=revisions[survivor.id]), replace(loser, revision=revisions[loser.id])


def _with_pinned_note(tx: Tx, caller: Caller, contact: Contact) -> Contact:
    note = note_store.find_pinned_note(tx, caller.organization_id, contact.id)
    return replace(contact, pinned_note=note.text if note else None)
