"""The rows of our own export: one Struct for each file of it, and in which table its rows lie.

A field is the column of its name, but for those of REFERENCES: ids that mean something in one instance only are
replaced by what names the same thing everywhere (a contact's uuid, a user's e-mail address, a tag's name). What is
not here is either worked out anew from what is (sort keys, summaries, counts) or is left out: tests/exports says
which and why.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

FORMAT, VERSION, MANIFEST = "coterie", 2, "manifest.json"
Id = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Moment = Annotated[str, Meta(pattern=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")]
Day = Annotated[str, Meta(pattern=r"\A(\d{4}|-)-\d\d-\d\d\Z")]
# as long as any door takes a text
Text = Annotated[str, Meta(max_length=10_000)]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Long = Annotated[str, Meta(max_length=4_000_000)]
Count = Annotated[int, Meta(ge=0, le=2**31)]
Change = Annotated[int, Meta(ge=-(2**31), le=2**31)]


class Row(Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of a file. What is missing is null."""


class Dated(Row, kw_only=True, frozen=True):
    created_at: Moment
    updated_at: Moment


class Deletable(Dated, kw_only=True, frozen=True):
    deleted_at: Moment | None = None


class ContactRow(Deletable, kw_only=True, frozen=True):
    uuid: Id
    display_name: Text | None = None
    name_prefix: Text | None = None
    first_name: Text | None = None
    middle_name: Text | None = None
    last_name: Text | None = None
    name_suffix: Text | None = None
    nickname: Text | None = None
    gender: Literal["male", "female", "transgender", "non-binary", "other"] | None = None
    birthday: Day | None = None
    employer: Text | None = None
    job_title: Text | None = None
    how_you_met: Text | None = None
    relationship_grade: Annotated[int, Meta(ge=0, le=5)] | None = None
    status: Literal["subscribed", "optout"] = "subscribed"
    language: Text | None = None
    bio: Text | None = None
    profile_picture_url: Text | None = None
    is_follower: bool | None = None
    follower_count: Change | None = None
    follower_growth: Change | None = None


class ExternalIdRow(Row, kw_only=True, frozen=True, rename={"external_id": "outside_id"}):
    contact: Id
    source: Name
    external_id: Annotated[str, Meta(min_length=1, max_length=2000)]


class HandleRow(Deletable, kw_only=True, frozen=True):
    contact: Id
    id: Id
    channel: Literal[
        "phone", "email", "instagram", "website", "linkedin", "facebook", "twitter", "telegram", "whatsapp", "signal",
        "matrix", "mastodon", "skype", "youtube", "tiktok", "threads", "bluesky", "github", "xmpp", "other",
    ]  # fmt: skip
    value: Annotated[str, Meta(min_length=1, max_length=2000)]
    normalized: Annotated[str, Meta(max_length=4000)]
    label: Text | None = None
    is_primary: bool = False
    is_former: bool = False


class AddressRow(Deletable, kw_only=True, frozen=True):
    """contact is null where the address is the organization's own."""

    contact: Id | None = None
    id: Id
    label: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    address_line_3: Text | None = None
    locality: Text | None = None
    region: Text | None = None
    postcode: Text | None = None
    country: Text | None = None
    country_code: Text | None = None


class DateRow(Dated, kw_only=True, frozen=True):
    contact: Id
    id: Id
    label: Text
    occurs_on: Day


class DefinitionRow(Dated, kw_only=True, frozen=True):
    """choices is JSON text."""

    slug: Name
    title: Name
    property_type: Literal[
        "text", "number", "date", "email", "phone", "url", "boolean", "list", "single_choice", "multiple_choice"
    ]
    choices: Long | None = None
    description: Long | None = None
    agent_active: bool = False


class PropertyRow(Row, kw_only=True, frozen=True):
    """value is JSON text."""

    contact: Id
    slug: Name
    value: Long


class FolderRow(Dated, kw_only=True, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    color: Literal["yellow", "red", "green", "blue", "purple", "pink", "orange"] | None = None


class InFolderRow(Row, kw_only=True, frozen=True):
    """Two folders may have one name: the moment one was made tells them apart."""

    contact: Id
    folder: Name
    folder_created_at: Moment


class TermRow(Deletable, kw_only=True, frozen=True):
    """A tag or an expertise."""

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=200)]


class TaggedRow(Row, kw_only=True, frozen=True):
    contact: Id
    tag: Name


class SkilledRow(Row, kw_only=True, frozen=True):
    contact: Id
    expertise: Name


class RelationshipRow(Deletable, kw_only=True, frozen=True):
    """One side; mirror is the id of the other, which is a row of its own."""

    id: Id
    first_contact: Id
    second_contact: Id
    type_id: Id
    mirror_id: Id | None = None
    anniversary_on: Day | None = None


class UserRelationshipRow(Deletable, kw_only=True, frozen=True):
    contact: Id
    user: Name
    id: Id
    type_id: Id
    anniversary_on: Day | None = None


class NoteRow(Deletable, kw_only=True, frozen=True):
    """contacts: the uuids of all it is about; tags: their names."""

    id: Id
    author: Name | None = None
    text: Long
    is_personal: bool = False
    is_pinned: bool = False
    contacts: Annotated[list[Id], Meta(max_length=10_000)] = []
    tags: Annotated[list[Name], Meta(max_length=1000)] = []


class GiftRow(Deletable, kw_only=True, frozen=True):
    contact: Id
    id: Id
    name: Name
    link: Text | None = None
    status: Literal["potential", "given", "received"]


class PetRow(Deletable, kw_only=True, frozen=True):
    contact: Id
    id: Id
    name: Name
    species: Text | None = None
    born_on: Day | None = None
    second_owner: Id | None = None


class ReminderRow(Dated, kw_only=True, frozen=True):
    id: Id
    user: Name
    contact: Id | None = None
    category: Literal["custom", "birthday", "anniversary"] = "custom"
    title: Text | None = None
    remind_by: Literal["email", "push"]
    due_at: Moment | None = None
    repeat_unit: Literal["hour", "day", "week"] | None = None
    repeat_magnitude: Annotated[int, Meta(ge=1, le=1000)] | None = None
    repeat_count: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    before_unit: Literal["minute", "hour", "day", "week"] | None = None
    before_magnitude: Annotated[int, Meta(ge=0, le=525_600)] | None = None
    sent_count: Count = 0
    last_sent_at: Moment | None = None
    last_error: Text | None = None
    finished_at: Moment | None = None


class AttachmentRow(Row, kw_only=True, frozen=True):
    """The bytes are files/<digest> of the archive."""

    contact: Id
    id: Id
    kind: Literal["file", "picture"] = "file"
    filename: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: Text
    byte_count: Annotated[int, Meta(ge=0, le=2**40)]
    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    created_at: Moment


class InteractionRow(Deletable, kw_only=True, frozen=True, rename={"external_id": "outside_id"}):
    """data is JSON text."""

    contact: Id
    kind: Literal["message", "comment", "mention"]
    happened_at: Moment
    id: Id
    channel: Text = "instagram"
    external_id: Text | None = None
    direction: Literal["incoming", "outgoing"]
    text: Long | None = None
    data: Long | None = None


class SnapshotRow(Row, kw_only=True, frozen=True):
    contact: Id
    taken_on: Day
    follower_count: Count


class PersonRow(Row, kw_only=True, frozen=True):
    """Whom an Instagram account knows: its own row of external_ids ties it to a contact."""

    person_id: Name
    account_id: Name
    asked_at: Moment | None = None
    refused_at: Moment | None = None


class Noun(Struct, frozen=True):
    """A file of the export.

    key: the columns of the primary key behind the organization. by: where its rows are found: "contact" for those of a
    page of contacts, else the column in whose order they are walked. same: columns that, where all are equal, say
    that an existing contact has this already under another id. event: what is recorded where a contact that was there
    before gets one.
    """

    row: type[Row]
    table: str
    key: tuple[str, ...]
    by: str = "contact"
    same: tuple[str, ...] = ()
    event: str | None = None


_OF_CONTACT = ("contact_id", "id")
_LINES = tuple(name for name in AddressRow.__struct_fields__ if name.startswith(("address", "loc", "reg", "post")))
# what exists without any contact; brought in first
DEFINITIONS = {
    "folders": Noun(FolderRow, "folders", ("id",), "id", ("name",), "folder.created"),
    "tags": Noun(TermRow, "tags", ("id",), "id", ("name_key",), "tag.created"),
    "expertises": Noun(TermRow, "expertises", ("id",), "id", ("name_key",), "expertise.created"),
    "definitions": Noun(DefinitionRow, "property_definitions", ("slug",), "slug", ("slug",), "property.created"),
}
# what a contact is known by; read together with it
OF_CONTACTS = {
    "external_ids": Noun(ExternalIdRow, "external_ids", ("source", "external_id")),
    "handles": Noun(HandleRow, "handles", _OF_CONTACT),
}
# the rest, brought in when the contacts are there
PARTS = {
    "addresses": Noun(AddressRow, "postal_addresses", ("id",), "contact", ("contact_id", *_LINES), "address.created"),
    "own_addresses": Noun(AddressRow, "postal_addresses", ("id",), "id", (), "address.created"),
    "dates": Noun(DateRow, "important_dates", _OF_CONTACT, "contact", ("contact_id", "label", "occurs_on")),
    "properties": Noun(PropertyRow, "property_values", ("contact_id", "slug")),
    "in_folders": Noun(
        InFolderRow, "contact_folders", ("contact_id", "folder_id"), "contact", (), "contact.put_in_folder"
    ),
    "tagged": Noun(TaggedRow, "contact_tags", ("contact_id", "tag_id"), "contact", (), "contact.tagged"),
    "skilled": Noun(
        SkilledRow, "contact_expertises", ("contact_id", "expertise_id"), "contact", (), "contact.expertise_added"
    ),
    "gifts": Noun(GiftRow, "gifts", _OF_CONTACT, "contact", ("contact_id", "name"), "gift.created"),
    "pets": Noun(PetRow, "pets", _OF_CONTACT, "contact", ("contact_id", "name"), "pet.created"),
    "relationships": Noun(
        RelationshipRow, "contact_relationships", ("id",), "id",
        ("first_contact_id", "second_contact_id", "type_id"), "contact_relationship.created",
    ),
    "user_relationships": Noun(
        UserRelationshipRow, "user_relationships", ("user_id", "id"), "contact",
        ("contact_id", "user_id", "type_id"), "user_relationship.created",
    ),
    "notes": Noun(NoteRow, "notes", ("id",), "id", (), "note.created"),
    "reminders": Noun(ReminderRow, "reminders", ("id",), "id", (), "reminder.created"),
    "attachments": Noun(
        AttachmentRow, "attachments", _OF_CONTACT, "contact", ("contact_id", "digest"), "attachment.added"
    ),
    "interactions": Noun(
        InteractionRow, "interactions", ("contact_id", "kind", "happened_at", "id"), "contact", (),
    ),
    "snapshots": Noun(SnapshotRow, "follower_snapshots", ("contact_id", "taken_on")),
    "instagram_people": Noun(PersonRow, "instagram_people", ("person_id",), "person_id"),
}  # fmt: skip
NOUNS = DEFINITIONS | OF_CONTACTS | PARTS

# field -> (its column, the table it leads to, what names a row of that table everywhere)
REFERENCES = {
    "contact": ("contact_id", "contacts", "uuid"),
    "second_owner": ("second_owner_id", "contacts", "uuid"),
    "first_contact": ("first_contact_id", "contacts", "uuid"),
    "second_contact": ("second_contact_id", "contacts", "uuid"),
    "user": ("user_id", "users", "email_key"),
    "author": ("author_id", "users", "email_key"),
    "folder": ("folder_id", "folders", "name"),
    "folder_created_at": ("folder_id", "folders", "created_at"),
    "tag": ("tag_id", "tags", "name"),
    "expertise": ("expertise_id", "expertises", "name"),
}
CONTACT_FIELDS = frozenset(name for name, (_, table, _) in REFERENCES.items() if table == "contacts")
# fields that are no columns
LISTS = frozenset(("contacts", "tags"))


def fields_of(noun: Noun) -> tuple[str, ...]:
    """The fields of a row that are columns, or stand for one."""
    return tuple(name for name in noun.row.__struct_fields__ if not (noun.table == "notes" and name in LISTS))


def member_of(digest: str) -> str:
    """The name of an attachment's file in the archive."""
    return f"files/{digest}"


def file_of(name: str) -> str:
    """The file of a noun in the archive. Those of format 2 keep the names they were published with."""
    return {"external_ids": "outside_ids"}.get(name, name) + ".jsonl"


class PortableRows(Struct, omit_defaults=True):
    """Some rows of one noun: what an import's row holds that is no person. lines are JSON."""

    noun: str
    lines: list[str]


class PortableContact(Struct, omit_defaults=True, rename={"external_ids": "outside_ids"}):
    """A contact with what it is known by, exactly as it was."""

    contact: ContactRow
    handles: list[HandleRow] = []
    external_ids: list[ExternalIdRow] = []
