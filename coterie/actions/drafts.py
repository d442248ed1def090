"""Fills contacts from normalized drafts; what creating them (new_contacts.py) shares with it."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.actions.contact_rows import save_contact
from coterie.actions.draft_parts import PartRows, Rows, create_named, write_parts
from coterie.actions.events import row_of
from coterie.actions.handles import HANDLES_MAX
from coterie.actions.touch_plans import refresh_plans
from coterie.drafts.merge import Existing, MergePlan, usernames_in
from coterie.model import times
from coterie.model.cards import is_on_phones
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.ids import new_id
from coterie.model.imports import DRAFT_SOURCE
from coterie.model.organizations import Caller
from coterie.store import handles as handle_store
from coterie.store import import_parts
from coterie.store.card_states import add_to_book
from coterie.store.database import Tx


class RowChanges(Struct, omit_defaults=True, rename={"external_ids": "outside_ids"}):
    """The changes that one row of an import made to an existing contact, for undo: the ids of the parts it added, by
    kind; fields with their value before and after."""

    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    handles: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    folders: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    external_ids: list[tuple[str, str]] = field(default_factory=list)
    interactions: list[str] = field(default_factory=list)
    relationships: list[str] = field(default_factory=list)
    usernames_taken: list[str] = field(default_factory=list)
    # of a created contact: (source, external id, contact id) of each that another contact had before
    external_ids_moved: list[tuple[str, str, int]] = field(default_factory=list)
    # rows of a portable export other than contacts: (key, updated_at) of each
    noun: str | None = None
    rows: list[tuple[list[Any], str | None]] = field(default_factory=list)


def fill_contact(tx: Tx, caller: Caller, existing: Existing, plan: MergePlan) -> RowChanges:
    """Adds the planned values to a contact; existing values stay. Returns the changes, for undo.

    A contact has at most 500 handles. An Instagram username that another contact has is skipped, with a warning.
    """
    assert existing.contact is not None
    before, now = existing.contact, times.now()
    changes = RowChanges(fields={n: (getattr(before, n), value) for n, value in plan.fields.items()})
    changes.usernames_taken = remove_taken_usernames(tx, caller, [(before.id, plan)])
    plan.handles = plan.handles[: max(0, HANDLES_MAX - len(existing.handles))]
    ids = iter(new_id, "")
    handles = handles_of(before.id, plan, now, ids)
    handle_store.insert_handles(tx, caller.organization_id, handles)
    changes.handles = [handle.id for handle in handles]
    rows = PartRows()
    rows.add(caller, before.id, plan, now, ids=ids, is_pinned=before.pinned_note is None)
    changes.addresses = [row["id"] for row in rows.addresses]
    changes.dates = [row["id"] for row in rows.dates]
    changes.notes = [row["id"] for row in rows.notes]
    changes.files = [row["id"] for row in rows.files]
    changes.interactions = [row["id"] for row in rows.interactions]
    changes.external_ids = plan.external_ids
    tagged, put = write_parts(tx, caller, rows, create_named(tx, caller, [plan]))
    changes.tags, changes.folders = [tag_id for _, tag_id in tagged], [folder_id for _, folder_id in put]
    after = replace(before, **plan.fields)
    if plan.note and before.pinned_note is None:
        after = replace(after, pinned_note=plan.note)
    events = _filled(caller, before.id, handles, changes, plan, now)
    save_contact(tx, caller, before, after, events, handles=existing.handles + handles if handles else None)
    if changes.interactions:
        refresh_plans(tx, caller.organization_id, [before.id])
    if events and is_plan_on_phones(caller, plan):
        add_to_book(tx, caller.organization_id, [before.id])
    return changes


def _filled(
    caller: Caller, contact_id: int, handles: Sequence[Handle], changes: RowChanges, plan: MergePlan, now: str
) -> Rows:
    """The events of the additions to a contact; none if only the digest of the row was added."""
    events = [
        row_of(
            caller,
            "contact.handle_added",
            h.id,
            contact_ids=[contact_id],
            changes={h.channel: (None, h.value)},
            now=now,
        )
        for h in handles
    ]
    for kind, subjects in (
        ("address.created", changes.addresses),
        ("date.created", changes.dates),
        ("note.created", changes.notes),
        ("attachment.added", changes.files),
        ("contact.tagged", changes.tags),
        ("contact.put_in_folder", changes.folders),
    ):
        events += [row_of(caller, kind, subject, contact_ids=[contact_id], now=now) for subject in subjects]
    # additions without an event of their own; of interactions only the number
    fields: dict[str, tuple[Any, Any]] = dict(changes.fields)
    external_ids = [entry for entry in plan.external_ids if entry[0] != DRAFT_SOURCE]
    for name, value in (
        ("external_ids", external_ids),
        ("interactions", len(plan.interactions)),
    ):
        if value:
            fields[name] = (None, value)
    if fields:
        events.append(row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id], changes=fields, now=now))
    return events


def remove_taken_usernames(tx: Tx, caller: Caller, entries: list[tuple[int, MergePlan]]) -> list[str]:
    """Removes Instagram usernames that another contact, or an earlier one of these, has; returns them.

    For a new contact the username becomes a line of the note.
    """
    usernames = usernames_in(plan for _, plan in entries)
    if not usernames:
        return []
    owners = import_parts.find_username_owners(tx, caller.organization_id, usernames)
    removed = []
    for position, (contact_id, plan) in enumerate(entries):
        owner = contact_id or -1 - position
        for handle in [h for h in plan.handles if h.channel == INSTAGRAM]:
            if owners.setdefault(handle.normalized or "", owner) != owner:
                plan.handles = [h for h in plan.handles if h is not handle]
                removed.append(handle.value)
                if not contact_id:
                    plan.note = "\n".join([*([plan.note] if plan.note else []), f"Instagram: {handle.value}"])
    return removed


def handles_of(contact_id: int, plan: MergePlan, now: str, ids: Iterator[str]) -> list[Handle]:
    """The handles that a plan adds to a contact, with the next of these ids."""
    return [
        Handle(
            contact_id=contact_id, id=next(ids), channel=h.channel, value=h.value, normalized=h.normalized or h.value,
            label=h.label, is_primary=h.is_primary, is_former=False, created_at=now, updated_at=now, deleted_at=None,
        )
        for h in plan.handles
    ]  # fmt: skip


def is_plan_on_phones(caller: Caller, plan: MergePlan) -> bool:
    """Whether what the plan adds puts a contact into the book of phones."""
    channels = {handle.channel for handle in plan.handles}
    sources = {source for source, _ in plan.external_ids}
    return is_on_phones(caller, channels=channels, sources=sources, has_address=bool(plan.addresses))
