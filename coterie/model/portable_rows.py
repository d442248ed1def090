"""The rows of the portable archive other than contacts, handles and external ids: one Struct per file."""

from typing import Annotated, Literal

from msgspec import Meta, field

from coterie.model.portable import Count, Dated, Day, Deletable, Id, Long, Moment, Name, PortableRow, Text


class AddressRow(Deletable, kw_only=True, frozen=True):
    """contact is null for an address of the organization itself."""

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


class DateRow(Deletable, kw_only=True, frozen=True):
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


class PropertyRow(PortableRow, kw_only=True, frozen=True):
    """value is JSON text."""

    contact: Id
    slug: Name
    value: Long


class FolderRow(Dated, kw_only=True, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    color: Literal["yellow", "red", "green", "blue", "purple", "pink", "orange"] | None = None


class InFolderRow(PortableRow, kw_only=True, frozen=True):
    """Folders may share a name; the time of creation tells them apart."""

    contact: Id
    folder: Name
    folder_created_at: Moment


class TermRow(Deletable, kw_only=True, frozen=True):
    """A tag or an expertise."""

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=200)]


class TaggedRow(PortableRow, kw_only=True, frozen=True):
    contact: Id
    tag: Name


class SkilledRow(PortableRow, kw_only=True, frozen=True):
    contact: Id
    expertise: Name


class RelationshipRow(Deletable, kw_only=True, frozen=True):
    """One side of a relationship; mirror_id names the row of the other side."""

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
    """contacts: uuids of the contacts the note is about; tags: names."""

    id: Id
    author: Name | None = None
    text: Long
    is_personal: bool = False
    is_pinned: bool = False
    contacts: Annotated[list[Id], Meta(max_length=10_000)] = field(default_factory=list)
    tags: Annotated[list[Name], Meta(max_length=1000)] = field(default_factory=list)


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
    done_until: Moment | None = None
    advanced_at: Moment | None = None
    advanced_from: Moment | None = None


class AttachmentRow(PortableRow, kw_only=True, frozen=True):
    """The archive holds the bytes as files/<digest>."""

    contact: Id
    id: Id
    kind: Literal["file", "picture"] = "file"
    filename: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: Text
    byte_count: Annotated[int, Meta(ge=0, le=2**40)]
    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    created_at: Moment
    # exports of earlier versions have neither
    source: Literal["upload", "import", "instagram"] = "upload"
    source_key: Text | None = None


class InteractionRow(Deletable, kw_only=True, frozen=True, rename={"external_id": "outside_id"}):
    """data is JSON text."""

    contact: Id
    kind: Literal["message", "comment", "mention", "call", "meeting", "chat", "letter", "other"]
    happened_at: Moment
    id: Id
    channel: Text = "instagram"
    external_id: Text | None = None
    direction: Literal["incoming", "outgoing"]
    text: Long | None = None
    data: Long | None = None


class CadenceRow(Dated, kw_only=True, frozen=True):
    """A rule for staying in touch: of a contact, a tag, or a folder with the time of its creation."""

    id: Id
    contact: Id | None = None
    tag: Name | None = None
    folder: Name | None = None
    folder_created_at: Moment | None = None
    every: Annotated[str, Meta(pattern=r"\A([1-9][0-9]{0,3}[dwmy]|off)\Z")]


class SnoozeRow(PortableRow, kw_only=True, frozen=True):
    contact: Id
    id: Id
    until_on: Day
    created_at: Moment


class NotSameRow(PortableRow, kw_only=True, frozen=True):
    """Two contacts that a user marked as not the same."""

    first_contact: Id
    second_contact: Id
    created_at: Moment


class SegmentRow(Dated, kw_only=True, frozen=True):
    """filter is JSON text, with names in place of ids and uuids in place of the numbers of contacts."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    filter: Long


class SnapshotRow(PortableRow, kw_only=True, frozen=True):
    contact: Id
    taken_on: Day
    follower_count: Count


class PersonRow(PortableRow, kw_only=True, frozen=True):
    """A person an Instagram account has met; a row of external_ids links it to a contact."""

    person_id: Name
    account_id: Name
    asked_at: Moment | None = None
    refused_at: Moment | None = None


class CardRow(PortableRow, kw_only=True, frozen=True):
    """The lines of a card as a device wrote it. contact is null for a group of cards.

    draft is JSON text: the contact when the device wrote the card.
    """

    contact: Id | None = None
    href: Annotated[str, Meta(min_length=1, max_length=255)]
    uid: Name
    body: Annotated[str, Meta(max_length=16_777_216)]
    draft: Long | None = None
    other_emails: Long | None = None


class CardStateRow(PortableRow, kw_only=True, frozen=True):
    """Whether phones see a contact: on, off (a person took it off), none (audience)."""

    contact: Id
    card_state: Literal["on", "off", "none"]
