"""Finds echoes: values of a remote card that the contact itself had after the base.

The other server subscribes to our book, so it received them from us. They are older than ours, and nobody changed the
card there.
"""

import msgspec
from msgspec.structs import replace

from coterie.cards.draft_changes import read_lines
from coterie.drafts.from_sheet import FIELDS
from coterie.model.contacts import Contact
from coterie.model.subscriptions import RemoteCard
from coterie.remote import merge
from coterie.remote.context import Context
from coterie.store.contact_events import list_changes_after
from coterie.store.database import Tx
from coterie.vcard.units import CardUnit

CHANGES_MAX = 200
_UPDATED, _NOTE_UPDATED = "contact.updated", "note.updated"


def find_echoes(tx: Tx, context: Context, contact: Contact, card: RemoteCard, remote: str) -> list[str]:
    """The single properties of a card whose new values the contact had at some time after the base."""
    if not 0 < card.contact_revision < contact.revision:
        return []
    units = merge.new_single_units(card.remote_body, remote, context.caller.country)
    if not units:
        return []
    earlier = _earlier(tx, context, contact, card.contact_revision)
    return [name for name, unit in units.items() if any(_had(each, unit, context) for each in earlier)]


def _earlier(tx: Tx, context: Context, contact: Contact, revision: int) -> list[Contact]:
    """The states of the contact between the base and now, without both."""
    changes, _ = list_changes_after(tx, context.organization_id, contact.id, after=revision, limit=CHANGES_MAX)
    states = []
    for change in changes:
        values = msgspec.json.decode(change.changes) if change.changes else {}
        before = {name: pair[0] for name, pair in values.items() if name in FIELDS and change.kind == _UPDATED}
        if change.kind == _NOTE_UPDATED and "text" in values:
            before["pinned_note"] = values["text"][0]
        contact = replace(contact, **before)
        states.append(contact)
    return states[:-1]


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
