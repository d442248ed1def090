"""The portable archive: the rows of a contact and the names of the archive's files.

One Struct per file of the archive; its fields are the columns of the noun's table. A reference (a contact, a user, a
tag) is not an id of this instance but a value that names the same thing everywhere: a uuid, an e-mail address, a name.
Rows of everything else that belongs to contacts are in model.portable_rows; store.portable maps rows to tables.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

FORMAT, VERSION, MANIFEST = "coterie", 2, "manifest.json"
Id = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Moment = Annotated[str, Meta(pattern=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")]
Day = Annotated[str, Meta(pattern=r"\A(\d{4}|-)-\d\d-\d\d\Z")]
# the longest text any door accepts
Text = Annotated[str, Meta(max_length=10_000)]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Long = Annotated[str, Meta(max_length=4_000_000)]
Count = Annotated[int, Meta(ge=0, le=2**31)]
Change = Annotated[int, Meta(ge=-(2**31), le=2**31)]


class PortableRow(Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of a file of the archive. A missing field is null."""


class Dated(PortableRow, kw_only=True, frozen=True):
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
    formatted_name: Text | None = None
    phonetic_first_name: Text | None = None
    phonetic_last_name: Text | None = None
    maiden_name: Text | None = None
    nickname: Text | None = None
    gender: Literal["male", "female", "transgender", "non-binary", "other"] | None = None
    birthday: Day | None = None
    employer: Text | None = None
    department: Text | None = None
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


class ExternalIdRow(PortableRow, kw_only=True, frozen=True, rename={"external_id": "outside_id"}):
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


class PortableContact(Struct, omit_defaults=True, rename={"external_ids": "outside_ids"}):
    """A contact with its handles and external ids, exactly as exported."""

    contact: ContactRow
    handles: list[HandleRow] = []
    external_ids: list[ExternalIdRow] = []


class PortableRows(Struct, omit_defaults=True):
    """Rows of one noun other than contacts, each as its JSON line: together one row of an import."""

    noun: str
    lines: list[str]


def member_of(digest: str) -> str:
    """The archive's file that holds an attachment's bytes."""
    return f"files/{digest}"


def file_of(noun: str) -> str:
    """The archive's file that holds a noun's rows. Format 2 was published with another name for external ids."""
    return {"external_ids": "outside_ids"}.get(noun, noun) + ".jsonl"
