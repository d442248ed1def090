"""Merges contacts: the survivor gets everything the others have; their ids mean the survivor from then on.

Guarantees. Nothing is lost: each value of a loser is a value of the survivor, a part of it, or a line of a note. What a
merge changed is recorded by table and key, so that unmerge_contact (actions/unmerges.py) brings both contacts back as
they were. A merged contact is hidden like a deleted one, and cannot be restored.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.consequences import AT_ONCE_MAX, consequence_rows
from coterie.actions.contact_rows import columns_to_save, count_contact, summary_of
from coterie.actions.contacts import list_related
from coterie.actions.events import EventRow, record_events, row_of
from coterie.actions.merge_fields import (
    NOTE,
    Choices,
    FieldPlan,
    check_choices,
    completeness,
    plan_fields,
    plan_properties,
)
from coterie.actions.merged_parts import (
    CARD_STATE,
    add_parts,
    load_properties,
    merge_handles,
    merge_pinned_notes,
    refresh_reminders,
    save_properties,
)
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.handles import Handle
from coterie.model.ids import new_id
from coterie.model.interactions import KINDS
from coterie.model.merges import Merge, MergeChanges
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import duplicates as duplicate_store
from coterie.store import handles as handle_store
from coterie.store import interactions as interaction_store
from coterie.store import merges as store
from coterie.store import notes as note_store
from coterie.store import properties as property_store
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.database import Tx
from coterie.store.merged_rows import move_rows

LOSERS_MAX = 50
_ATTEMPTS = 5


def merge_contacts(
    tx: Tx, caller: Caller, survivor_id: int, loser_ids: Sequence[int], choices: Choices | None = None
) -> list[Merge]:
    """Merges contacts into the survivor, the most complete of them first; returns a merge for each.

    choices: field -> the contact whose value is taken: columns of a contact, "name" (all parts of it), username,
    email, phone, website, linkedin_url (the primary one), pinned_note, "property:" and a slug. Without a choice the
    survivor's value stays, and an empty one is filled. An id of a contact that was merged before means its survivor.

    Raises NotFound if a contact does not exist; Invalid if one is deleted or is the survivor itself, a choice is
    unknown, there are more than 50 losers, or the survivor would have more than 500 handles.
    """
    if not loser_ids:
        raise invalid("loser_ids", "is empty", kind="missing")
    if len(loser_ids) > LOSERS_MAX:
        raise invalid("loser_ids", f"has more than {LOSERS_MAX} contacts", kind="too_long")
    ids, locked = _lock(tx, caller, [survivor_id, *loser_ids])
    survivor, losers = _load(tx, caller, ids[survivor_id], [ids[each] for each in loser_ids])
    chosen = check_choices(choices or {}, ids)
    merges = []
    for loser in sorted(losers, key=completeness, reverse=True):
        survivor, merge = _merge(tx, caller, Pair(survivor, loser, chosen), locked)
        merges.append(merge)
    return merges


class Pair(Struct, frozen=True):
    """Two contacts as they were before the merge, and whose values are taken by choice."""

    survivor: Contact
    loser: Contact
    choices: Choices

    @property
    def ids(self) -> tuple[int, int]:
        return self.survivor.id, self.loser.id


def _lock(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> tuple[dict[int, int], Collection[int]]:
    """Locks the contacts and those related to them, by id: (each id -> the id it means now, the related that are
    locked). Raises NotFound if a contact does not exist."""
    ids = store.find_survivors(tx, caller.organization_id, contact_ids)
    for _ in range(_ATTEMPTS):
        if any(each not in ids for each in contact_ids):
            raise NotFound("Contact not found")
        related = list_related(tx, caller, sorted(set(ids.values())))
        locked = related if len(related) <= AT_ONCE_MAX else []
        store.lock_to_merge(tx, caller.organization_id, {*ids.values(), *locked})
        # another merge may have been faster
        now = store.find_survivors(tx, caller.organization_id, contact_ids)
        if now == ids:
            return ids, locked
        ids = now
    raise Conflict("The contacts are being merged by others; try again")


def _load(tx: Tx, caller: Caller, survivor_id: int, loser_ids: Sequence[int]) -> tuple[Contact, list[Contact]]:
    contacts = {
        contact.id: contact
        for contact in contact_store.list_contacts_by_id(
            tx, caller.organization_id, {survivor_id, *loser_ids}, include_deleted=True
        )
    }
    if survivor_id in loser_ids:
        raise invalid(
            "loser_ids", f"has contact {survivor_id}, which is to stay, or one that was merged into it: remove it"
        )
    for name, contact_id in (("survivor_id", survivor_id), *(("loser_ids", each) for each in loser_ids)):
        if contacts[contact_id].deleted_at is not None:
            raise invalid(name, f"has a deleted contact: restore contact {contact_id} first")
    return contacts[survivor_id], [contacts[each] for each in dict.fromkeys(loser_ids)]


def _merge(tx: Tx, caller: Caller, pair: Pair, locked: Collection[int]) -> tuple[Contact, Merge]:
    """Merges one contact into another: (the survivor as saved, the merge)."""
    organization_id, now, changes = caller.organization_id, times.now(), MergeChanges()
    related = [each for each in list_related(tx, caller, [pair.loser.id]) if each != pair.survivor.id]
    plan = _plan(tx, caller, pair)
    merge = Merge(
        id=new_id(), survivor_id=pair.survivor.id, loser_id=pair.loser.id, user_id=caller.user_id, changes=changes,
        revision=0, created_at=now, unmerged_at=None,
    )  # fmt: skip
    store.insert_merge(tx, organization_id, merge)
    handles = _move_parts(tx, caller, pair, merge)
    save_properties(tx, caller, pair.survivor.id, plan, changes)
    add_parts(tx, caller, merge, plan)
    _merge_card_states(tx, caller, pair, changes)
    store.set_merged_into(tx, organization_id, pair.loser.id, pair.survivor.id)
    row = row_of(caller, "contact.merged", merge.id, contact_ids=pair.ids, now=now)
    rows = [row, *consequence_rows(tx, caller, "contact.related_changed", pair.survivor.id, related, locked)]
    survivor = _save(tx, caller, pair, merge, (plan, handles, rows))
    merge = replace(merge, revision=survivor.revision)
    store.save_merge(tx, organization_id, merge)
    return survivor, merge


def _merge_card_states(tx: Tx, caller: Caller, pair: Pair, changes: MergeChanges) -> None:
    """Phones that see the loser see the merged contact."""
    states = find_card_states(tx, caller.organization_id, pair.ids)
    before = states[pair.survivor.id]
    if states[pair.loser.id] == "on" and before != "on":
        changes.values[CARD_STATE] = (before, "on")
        set_card_state(tx, caller.organization_id, pair.survivor.id, "on")


def _move_parts(tx: Tx, caller: Caller, pair: Pair, merge: Merge) -> list[Handle]:
    """Moves all rows to the survivor; returns its handles in use."""
    organization_id, loser_id = caller.organization_id, pair.loser.id
    count_contact(tx, caller, loser_id, -1)
    before = [handle_store.list_handles(tx, organization_id, each) for each in pair.ids]
    pinned = [note_store.find_pinned_note(tx, organization_id, each) for each in pair.ids]
    move_rows(tx, organization_id, merge.id, loser=loser_id, survivor=pair.survivor.id)
    interaction_store.mark_recent(tx, organization_id, [(pair.survivor.id, kind) for kind in KINDS])
    is_chosen = pair.choices.get(NOTE) == loser_id
    merge_pinned_notes(tx, caller, pinned, merge, is_chosen=is_chosen)
    return merge_handles(tx, caller, before, merge, pair.choices)


def _save(
    tx: Tx, caller: Caller, pair: Pair, merge: Merge, changed: tuple[FieldPlan, list[Handle], list[EventRow]]
) -> Contact:
    """Saves the rows of both contacts with their events and derived values; returns the survivor."""
    plan, handles, rows = changed
    before, now, values = pair.survivor, merge.created_at, merge.changes.values
    note = note_store.find_pinned_note(tx, caller.organization_id, before.id)
    derived = {**summary_of(handles), "pinned_note": note.text if note else None, "updated_at": now}
    after = replace(before, **plan.columns, **derived)
    for name in (*plan.columns, "updated_at"):
        values[name] = (getattr(before, name), getattr(after, name))
    merge.changes.status = after.status
    columns = {
        before.id: {**columns_to_save(before, after), "updated_at": now},
        pair.loser.id: {"deleted_at": now, "updated_at": pair.loser.updated_at},
    }
    revisions = record_events(tx, caller, rows, columns, moves_updated_at=False)
    duplicate_store.delete_pairs_of(tx, caller.organization_id, pair.ids)
    values |= refresh_reminders(tx, caller, [before.id])
    return replace(after, revision=revisions[before.id])


def _plan(tx: Tx, caller: Caller, pair: Pair) -> FieldPlan:
    plan = plan_fields(pair.survivor, pair.loser, pair.choices)
    survivors, losers = (load_properties(tx, caller, each) for each in pair.ids)
    if losers:
        definitions = property_store.find_definitions(tx, caller.organization_id, losers)
        titles = {slug: definition.title for slug, definition in definitions.items()}
        plan_properties(plan, (survivors, losers), titles, pair.choices, pair.loser.id)
    return plan
