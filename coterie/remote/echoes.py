"""Finds echoes: values of a remote card that the contact itself had after the base.

The other server subscribes to our book, so it received them from us. They are older than ours, and nobody changed the
card there.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.cards.draft_changes import read_lines
from coterie.drafts.from_sheet import FIELDS
from coterie.model.contacts import Contact
from coterie.model.event_fields import HANDLE
from coterie.model.handles import CHANNELS, SUMMARY_COLUMNS
from coterie.model.subscriptions import RemoteCard
from coterie.remote import merge
from coterie.remote.context import Context
from coterie.store.contact_events import HistoryEvent, list_changes_after
from coterie.store.database import Tx
from coterie.vcard.units import CardUnit, handle_meaning

CHANGES_MAX = 200
# channel, or the column of a contact that repeats its primary handle -> channel
_CHANNELS = {**{each: each for each in CHANNELS}, **{column: each for each, column in SUMMARY_COLUMNS.items()}}
_UPDATED, _NOTE_UPDATED = "contact.updated", "note.updated"


def find_echoes(
    tx: Tx, context: Context, contact: Contact, card: RemoteCard, remote: str, *, own: str
) -> list[Hashable]:
    """The names of single properties and the meanings of handles that are new in a card, and that the contact had at
    some time after the base but has lost since; (PREFERRED, meaning) for a handle that it preferred. own: our card."""
    if not 0 < card.contact_revision < contact.revision:
        return []
    country = context.caller.country
    singles = merge.new_single_units(card.remote_body, remote, country)
    present = merge.handles_of(card.remote_body, country) | merge.handles_of(own, country)
    handles = merge.handles_of(remote, country) - present
    preferred = merge.new_preferred_handles(card.remote_body, remote, country)
    if not singles and not handles and not preferred:
        return []
    changes, _ = list_changes_after(
        tx, context.organization_id, contact.id, after=card.contact_revision, limit=CHANGES_MAX
    )
    earlier = _earlier(contact, changes)
    names = [name for name, unit in singles.items() if any(_had(each, unit, context) for each in earlier)]
    lost = _earlier_handles(changes, country)
    return [*names, *(handles & lost), *((merge.PREFERRED, each) for each in preferred & lost)]


def _earlier(contact: Contact, changes: Sequence[HistoryEvent]) -> list[Contact]:
    """The states of the contact between the base and now, without both. changes: newest first."""
    states = []
    for change in changes:
        values = _values(change)
        before = {name: pair[0] for name, pair in values.items() if name in FIELDS and change.kind == _UPDATED}
        if change.kind == _NOTE_UPDATED and "text" in values:
            before["pinned_note"] = values["text"][0]
        contact = replace(contact, **before)
        states.append(contact)
    return states[:-1]


def _earlier_handles(changes: Sequence[HistoryEvent], country: str | None) -> set[Hashable]:
    """The handles that a change took from the contact: one of a handle, or of the column that repeats it."""
    taken = [
        (_CHANNELS[name], pair[0])
        for change in changes
        if change.kind == _UPDATED or change.kind.startswith(HANDLE)
        for name, pair in _values(change).items()
        if name in _CHANNELS and pair[0]
    ]
    return {handle_meaning(channel, value, country) for channel, value in taken}


def _values(change: HistoryEvent) -> dict[str, Any]:
    return msgspec.json.decode(change.changes) if change.changes else {}


def _had(contact: Contact, unit: CardUnit, context: Context) -> bool:
    """Whether the contact has the value of a property."""
    draft = read_lines(unit.lines, context.caller.country)
    if unit.family == "FN":
        return draft.full_name is not None and draft.full_name in (contact.full_name, contact.name)
    # a card without a name shows the name of its organization
    names = (name for name in FIELDS if name != "display_name")
    values = {name: value for name in names if (value := getattr(draft, name)) is not None}
    if draft.note is not None:
        values["pinned_note"] = draft.note
    return bool(values) and all(getattr(contact, name) == value for name, value in values.items())
