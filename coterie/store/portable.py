"""The nouns of the portable archive: the table of each, its key and its references.

The statements of portable_export and portable_import are made from this map. A column that is neither here nor a
reference is either computed on import (sort keys, summaries, counts) or not exported: tests/portable lists both.
"""

from msgspec import Struct

from coterie.model.imports import DRAFT_SOURCE
from coterie.model.portable import ContactRow, ExternalIdRow, HandleRow, PortableRow
from coterie.model.portable_rows import (
    AddressRow,
    AttachmentRow,
    CadenceRow,
    CardRow,
    CardStateRow,
    DateRow,
    DefinitionRow,
    FolderRow,
    GiftRow,
    InFolderRow,
    InteractionRow,
    NoteRow,
    NotSameRow,
    PersonRow,
    PetRow,
    PropertyRow,
    RelationshipRow,
    ReminderRow,
    SegmentRow,
    SkilledRow,
    SnapshotRow,
    SnoozeRow,
    TaggedRow,
    TermRow,
    UserRelationshipRow,
)

# walk_by of pairs of contacts, of which there are few: they are read at once
ALL = "all"


class Noun(Struct, frozen=True):
    """One file of the archive and its table.

    key: the columns of the primary key after the organization. walk_by: "contact" if the rows are read contact by
    contact, ALL, or the column whose order they are read in. same: the columns that make two rows of a contact equal
    although their ids differ. condition: which rows of the table belong to the noun. private: which of them a user may
    read, bound to :user_id. event: the kind of the event when an existing contact receives a row.
    """

    row: type[PortableRow]
    table: str
    key: tuple[str, ...] = ("contact_id", "id")
    walk_by: str = "contact"
    same: tuple[str, ...] = ()
    condition: str = ""
    private: str = ""
    event: str | None = None


_LINES = ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode")

# nouns that exist without contacts; they are imported first
DEFINITIONS = {
    "folders": Noun(FolderRow, "folders", ("id",), walk_by="id", same=("name",), event="folder.created"),
    "tags": Noun(TermRow, "tags", ("id",), walk_by="id", same=("name_key",), event="tag.created"),
    "expertises": Noun(TermRow, "expertises", ("id",), walk_by="id", same=("name_key",), event="expertise.created"),
    "definitions": Noun(
        DefinitionRow, "property_definitions", ("slug",), walk_by="slug", same=("slug",), event="property.created"
    ),
}
# nouns that identify a contact; they are imported together with it
OF_CONTACTS = {
    # a "draft" id says which row of a file was applied: a fact about an import, not about the contact
    "external_ids": Noun(
        ExternalIdRow, "external_ids", ("source", "external_id"), condition=f" AND x.source <> '{DRAFT_SOURCE}'"
    ),
    "handles": Noun(HandleRow, "handles"),
}
# all others; they are imported after the contacts
PARTS = {
    "addresses": Noun(
        AddressRow, "postal_addresses", ("id",), same=("contact_id", *_LINES), event="address.created"
    ),
    "own_addresses": Noun(
        AddressRow, "postal_addresses", ("id",), walk_by="id", condition=" AND x.contact_id IS NULL",
        event="address.created",
    ),
    "dates": Noun(DateRow, "important_dates", same=("contact_id", "label", "occurs_on"), event="date.created"),
    "properties": Noun(PropertyRow, "property_values", ("contact_id", "slug")),
    "in_folders": Noun(InFolderRow, "contact_folders", ("contact_id", "folder_id"), event="contact.put_in_folder"),
    "tagged": Noun(TaggedRow, "contact_tags", ("contact_id", "tag_id"), event="contact.tagged"),
    "skilled": Noun(
        SkilledRow, "contact_expertises", ("contact_id", "expertise_id"), event="contact.expertise_added"
    ),
    "gifts": Noun(GiftRow, "gifts", same=("contact_id", "name"), event="gift.created"),
    "pets": Noun(PetRow, "pets", same=("contact_id", "name"), event="pet.created"),
    "relationships": Noun(
        RelationshipRow, "contact_relationships", ("id",), walk_by="id",
        same=("first_contact_id", "second_contact_id", "type_id"), event="contact_relationship.created",
    ),
    "user_relationships": Noun(
        UserRelationshipRow, "user_relationships", ("user_id", "id"), same=("contact_id", "user_id", "type_id"),
        event="user_relationship.created",
    ),
    "notes": Noun(
        NoteRow, "notes", ("id",), walk_by="id", private=" AND (NOT x.is_personal OR x.author_id = :user_id)",
        event="note.created",
    ),
    "reminders": Noun(
        ReminderRow, "reminders", ("id",), walk_by="id", private=" AND x.user_id = :user_id", event="reminder.created"
    ),
    "attachments": Noun(AttachmentRow, "attachments", same=("contact_id", "digest"), event="attachment.added"),
    "interactions": Noun(InteractionRow, "interactions", ("contact_id", "kind", "happened_at", "id")),
    "snapshots": Noun(SnapshotRow, "follower_snapshots", ("contact_id", "taken_on")),
    "instagram_people": Noun(PersonRow, "instagram_people", ("person_id",), walk_by="person_id"),
    "cadences": Noun(CadenceRow, "cadences", ("id",), walk_by="id", same=("contact_id",), event="cadence.created"),
    "not_same": Noun(
        NotSameRow, "not_same", ("first_contact_id", "second_contact_id"), walk_by=ALL, event="duplicate.dismissed"
    ),
    "segments": Noun(
        SegmentRow, "segments", ("id",), walk_by="id", same=("name_key",), event="segment.created"
    ),
    "snoozes": Noun(SnoozeRow, "touch_snoozes", same=("contact_id",)),
    "cards": Noun(CardRow, "card_bodies", ("href",), walk_by="href", same=("contact_id",)),
    # after the addresses: an import decides with them (model.cards.is_on_phones)
    "card_states": Noun(CardStateRow, "contacts", ("contact_id",)),
}  # fmt: skip
NOUNS = DEFINITIONS | OF_CONTACTS | PARTS
CONTACT_COLUMNS = ContactRow.__struct_fields__


class Reference(Struct, frozen=True):
    """A column that holds an id of another table, and the column there that is exported in its place."""

    column: str
    table: str
    exported: str


# field of a row -> its reference
REFERENCES = {
    "contact": Reference("contact_id", "contacts", "uuid"),
    "second_owner": Reference("second_owner_id", "contacts", "uuid"),
    "first_contact": Reference("first_contact_id", "contacts", "uuid"),
    "second_contact": Reference("second_contact_id", "contacts", "uuid"),
    "user": Reference("user_id", "users", "email_key"),
    "author": Reference("author_id", "users", "email_key"),
    "folder": Reference("folder_id", "folders", "name"),
    "folder_created_at": Reference("folder_id", "folders", "created_at"),
    "tag": Reference("tag_id", "tags", "name"),
    "expertise": Reference("expertise_id", "expertises", "name"),
}
CONTACT_FIELDS = frozenset(name for name, reference in REFERENCES.items() if reference.table == "contacts")
# the lists of a note are rows of other tables
_NOTE_LISTS = frozenset(("contacts", "tags"))


def fields_of(noun: Noun) -> tuple[str, ...]:
    """The fields of a row that are columns of the noun's table, directly or as a reference."""
    return tuple(name for name in noun.row.__struct_fields__ if not (noun.table == "notes" and name in _NOTE_LISTS))
