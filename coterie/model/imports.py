"""An import, its rows, and the neutral draft that every reader yields."""

import msgspec
from msgspec import Struct, field

from coterie.model.import_reasons import Reason
from coterie.model.names import join_name
from coterie.model.portable import PortableContact, PortableRows
from coterie.model.related_people import RelatedDraft

STAGING, STAGED, APPLYING, APPLIED, UNDOING, UNDONE, FAILED = (
    "staging", "staged", "applying", "applied", "undoing", "undone", "failed",
)  # fmt: skip
CREATE, UPDATE, UNCHANGED, MATCH, REJECT = "create", "update", "unchanged", "match", "reject"
SKIP = "skip"
# The kind of a row: a contact; rows of the portable archive that are not contacts; a row that cannot be read
CONTACT, PORTABLE, ERROR = "contact", "portable", "error"
# the outcome of a row -> the count of its import
COUNT_OF = {
    CREATE: "created_count",
    UPDATE: "updated_count",
    UNCHANGED: "unchanged_count",
    MATCH: "matched_count",
    REJECT: "rejected_count",
}
# characters of a reason or a source that is stored with a row or an import
TEXT_LENGTH_MAX = 2000
# The state of a row: not applied yet; applied; undone; not undone, because it was edited later (a conflict).
ROW_STAGED, ROW_APPLIED, ROW_UNDONE, ROW_CONFLICT = "staged", "applied", "undone", "kept"
# The source of the external id that is the UID of a card
UID_SOURCE = "vcard"
# The source of the external id of an applied row: the digest of its draft
DRAFT_SOURCE = "draft"
# The source of the external id of a contact that has another uuid in the instance it was exported from
PORTABLE_SOURCE = "coterie"


class HandleDraft(Struct, frozen=True, omit_defaults=True):
    """A handle as read: channel is one of model.handles.CHANNELS, value as typed.

    drafts.normalize sets normalized: a draft that has it was checked.
    """

    channel: str
    value: str
    label: str | None = None
    is_primary: bool = False
    normalized: str | None = None


class AddressDraft(Struct, frozen=True, omit_defaults=True):
    address_line_1: str | None = None
    address_line_2: str | None = None
    address_line_3: str | None = None
    locality: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    label: str | None = None


class DateDraft(Struct, frozen=True, omit_defaults=True):
    """A date of a contact other than the birthday: occurs_on is YYYY-MM-DD or --MM-DD."""

    label: str
    occurs_on: str


class PictureDraft(Struct, frozen=True, omit_defaults=True):
    """A picture contained in the file (data) or linked from it (url); one of the two.

    Staging stores data as a file and sets digest and byte_count.
    """

    media_type: str | None = None
    data: bytes | None = None
    url: str | None = None
    digest: str | None = None
    byte_count: int = 0
    # set if it is not a picture but any file
    filename: str | None = None


class InteractionDraft(Struct, frozen=True, omit_defaults=True, rename={"external_id": "outside_id"}):
    """A message, comment or mention between the contact and the organization, from an export."""

    kind: str
    direction: str
    happened_at: str
    text: str | None = None
    external_id: str | None = None


# the digest of a draft's JSON identifies the row permanently: these names never change
_JSON_NAMES = {"external_ids": "outside_ids", "portable": "kept", "portable_rows": "rows"}


class ContactDraft(Struct, omit_defaults=True, rename=_JSON_NAMES):
    """A contact as read from a file, not yet in the book.

    Dates and moments are in the forms of model.times; everything else is the decoded text of the file. external_ids
    are (source, id) pairs, such as ("vcard", UID), that identify this person for good.
    """

    display_name: str | None = None
    name_prefix: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    name_suffix: str | None = None
    formatted_name: str | None = None
    phonetic_first_name: str | None = None
    phonetic_last_name: str | None = None
    maiden_name: str | None = None
    nickname: str | None = None
    gender: str | None = None
    birthday: str | None = None
    employer: str | None = None
    department: str | None = None
    job_title: str | None = None
    how_you_met: str | None = None
    language: str | None = None
    bio: str | None = None
    is_follower: bool | None = None
    relationship_grade: int | None = None
    note: str | None = None
    handles: list[HandleDraft] = field(default_factory=list)
    addresses: list[AddressDraft] = field(default_factory=list)
    dates: list[DateDraft] = field(default_factory=list)
    pictures: list[PictureDraft] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    external_ids: list[tuple[str, str]] = field(default_factory=list)
    interactions: list[InteractionDraft] = field(default_factory=list)
    related: list[RelatedDraft] = field(default_factory=list)
    # of the portable archive: the contact as exported, or rows that are not contacts
    portable: PortableContact | None = None
    portable_rows: PortableRows | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def composed_name(self) -> str | None:
        """The parts of the real name as one text, or None if all are missing."""
        return join_name(self.name_prefix, self.first_name, self.middle_name, self.last_name, self.name_suffix)

    @property
    def full_name(self) -> str | None:
        """The real name as written, otherwise composed of its parts; None if there is neither."""
        return self.formatted_name or self.composed_name


class RowError(Struct, frozen=True):
    """A row that cannot be read: a message for people, and the row itself (shortened to 2,000 characters).

    group: the name of a card that is a group. Its members have the name as a tag, so it is not rejected.
    code: the kind of error, for code that distinguishes them.
    """

    reason: str
    source: str | None = None
    group: str | None = None
    code: str | None = None


class Import(Struct, frozen=True):
    """One import with its counts, in the order of its columns."""

    id: str
    user_id: str | None
    filename: str
    format: str
    file_digest: str | None
    byte_count: int
    options: str
    state: str
    row_count: int
    applied_row: int
    created_count: int
    updated_count: int
    unchanged_count: int
    matched_count: int
    rejected_count: int
    conflict_count: int
    error: str | None
    created_at: str
    updated_at: str
    staged_at: str | None
    applied_at: str | None
    undone_at: str | None
    group_id: str | None = None
    expired_at: str | None = None
    error_code: str | None = None


decode_draft = msgspec.json.Decoder(ContactDraft).decode


class StagedRow(Struct, frozen=True, kw_only=True):
    """One row of an import: its draft, its outcome, and the decision of a user.

    kind is CONTACT, PORTABLE or ERROR. same_as_row is an earlier row about the same person to which this one
    adds nothing. needs_rematch: an earlier row may become the same person, so this one is matched again when applied.
    is_new: the row created its contact; for an update, changes holds what it changed.
    """

    row_number: int
    kind: str = CONTACT
    draft: str | None = None
    source: str | None = None
    outcome: str
    reason: Reason | None = None
    same_as_row: int | None = None
    contact_id: int | None = None
    decision: str | None = None
    needs_rematch: bool = False
    state: str = ROW_STAGED
    is_new: bool = False
    changes: str | None = None

    def read_draft(self) -> ContactDraft | None:
        """Its draft, decoded; None for a row that could not be read."""
        return decode_draft(self.draft) if self.draft else None


class RowMatch(Struct, frozen=True):
    """A stored contact that a draft may be: score 0–100 and the reason."""

    row_number: int
    contact_id: int
    score: int
    reason: Reason
