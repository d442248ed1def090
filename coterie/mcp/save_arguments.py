"""The arguments of save_contacts."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions.upserts import By
from coterie.model.contacts import GENDERS, STATUSES
from coterie.model.handles import CHANNELS, LABEL_LENGTH_MAX

Name = Annotated[str, Meta(min_length=1, max_length=200)]
PartialDate = Annotated[str, Meta(max_length=10, description="YYYY-MM-DD or --MM-DD")]
CLEARABLE = (
    "display_name", "first_name", "last_name", "nickname", "gender", "birthday", "employer", "job_title",
    "how_you_met", "relationship_grade", "bio", "email", "phone", "username", "website", "linkedin_url",
)  # fmt: skip


class Match(Struct, forbid_unknown_fields=True):
    by: By
    value: Annotated[str, Meta(max_length=500)]
    source: Annotated[str, Meta(max_length=60, description="of an external_id")] | None = None


class Handle(Struct, forbid_unknown_fields=True):
    channel: Literal[CHANNELS]  # type: ignore[valid-type]
    value: Annotated[str, Meta(max_length=2000)]
    label: Annotated[str, Meta(max_length=LABEL_LENGTH_MAX)] | None = None


class Address(Struct, forbid_unknown_fields=True):
    country: str
    label: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    locality: str | None = None
    region: str | None = None
    postcode: str | None = None


class Date(Struct, forbid_unknown_fields=True):
    label: Annotated[str, Meta(min_length=1, max_length=LABEL_LENGTH_MAX)]
    on: PartialDate


class ContactFields(Struct, forbid_unknown_fields=True):
    match: Annotated[Match, Meta(description="default for upsert: email, phone or username")] | None = None
    real_name: Annotated[str, Meta(description="full name; sets its parts")] | None = None
    display_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    nickname: str | None = None
    gender: Literal[GENDERS] | None = None  # type: ignore[valid-type]
    birthday: PartialDate | None = None
    employer: str | None = None
    job_title: str | None = None
    how_you_met: str | None = None
    relationship_grade: Annotated[int, Meta(ge=0, le=5)] | None = None
    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]
    bio: str | None = None
    email: Annotated[str, Meta(description="the primary one, as the next four")] | None = None
    phone: str | None = None
    username: Annotated[str, Meta(description="of Instagram")] | None = None
    website: str | None = None
    linkedin_url: str | None = None
    properties: Annotated[dict[str, Any], Meta(description="slug -> value")] | None = None
    add_handles: Annotated[list[Handle], Meta(max_length=20)] = []
    remove_handles: Annotated[list[Handle], Meta(max_length=20)] = []
    addresses: Annotated[list[Address], Meta(max_length=20, description="replaces all")] | None = None
    dates: Annotated[list[Date], Meta(max_length=50, description="replaces all")] | None = None
    add_tags: Annotated[list[Name], Meta(max_length=50, description="made if missing")] = []
    add_folders: Annotated[list[Name], Meta(max_length=50)] = []
    clear: Annotated[list[Literal[CLEARABLE]], Meta(max_length=20, description="fields to empty")] = []  # type: ignore[valid-type]


class Arguments(Struct, forbid_unknown_fields=True):
    contacts: Annotated[list[ContactFields], Meta(min_length=1, max_length=25)]
    mode: Literal["upsert", "create", "update"] = "upsert"
    if_several: Annotated[Literal["refuse", "oldest", "newest"], Meta(description="refuse returns the candidates")] = (
        "refuse"
    )


_OTHERS = {"match", "add_handles", "remove_handles", "addresses", "dates", "add_tags", "add_folders", "clear"}
# the fields that are columns or primary handles of the contact
COLUMNS = tuple(name for name in ContactFields.__struct_fields__ if name not in _OTHERS)
