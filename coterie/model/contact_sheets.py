"""A contact sheet: a contact with the parts a reader asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from coterie.model.addresses import Address
from coterie.model.attachments import Attachment
from coterie.model.contacts import Contact
from coterie.model.dates import ImportantDate
from coterie.model.gifts import Gift
from coterie.model.handles import Handle
from coterie.model.notes import Note
from coterie.model.pets import Pet
from coterie.model.relationships import ContactRelationship, UserRelationship
from coterie.model.terms import Term

Part = Literal[
    "handles", "addresses", "dates", "folders", "tags", "hidden_tags", "expertises", "properties", "notes", "gifts",
    "pets", "relationships", "user_relationships", "attachments", "external_ids", "recent",
]  # fmt: skip


@dataclass(slots=True, repr=False, eq=False)
class ContactSheet:
    """Each part that was loaded; to read one that was not raises AttributeError, so that no part is taken for empty.

    Parts are in the order in which they were added, tags and expertises by name, recent interactions newest first.
    Deleted ones are not among them; hidden_tags are the deleted tags the contact would have again if they were
    restored.
    """

    contact: Contact
    handles: Sequence[Handle] = field(init=False)
    addresses: Sequence[Address] = field(init=False)
    dates: Sequence[ImportantDate] = field(init=False)
    # (id, name, color)
    folders: Sequence[tuple[int, str, str | None]] = field(init=False)
    tags: Sequence[Term] = field(init=False)
    hidden_tags: Sequence[Term] = field(init=False)
    expertises: Sequence[Term] = field(init=False)
    # slug -> value as JSON
    properties: dict[str, msgspec.Raw] = field(init=False)
    # of personal notes only the reader's own
    notes: Sequence[Note] = field(init=False)
    gifts: Sequence[Gift] = field(init=False)
    # of which the contact is the first or the second owner
    pets: Sequence[Pet] = field(init=False)
    # the contact's side of each
    relationships: Sequence[ContactRelationship] = field(init=False)
    # what the contact is to the reader
    user_relationships: Sequence[UserRelationship] = field(init=False)
    attachments: Sequence[Attachment] = field(init=False)
    # (source, external id)
    external_ids: Sequence[tuple[str, str]] = field(init=False)
    # the newest ten of each kind: (contact id, kind, text, happened_at, direction)
    recent: Sequence[tuple[int, str, str | None, str, str]] = field(init=False)
