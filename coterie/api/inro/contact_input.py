"""Input about contacts: fields to change, the order of a list, and the locator that finds a contact."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.filters import Filter, SegmentId
from coterie.api.inro.ids import ID_MAX
from coterie.api.inro.pages import Offset, OrderDirection, PageNumber, PerPage
from coterie.errors import Invalid, NotFound, Problem
from coterie.model.contacts import Contact
from coterie.model.emails import normalize_email
from coterie.model.handles import EMAIL, INSTAGRAM, parse_username
from coterie.model.organizations import Caller
from coterie.store import contacts as store
from coterie.store.database import Tx

# order_column -> the store's name of the order
ORDERS = {name: name for name in store.ORDERS if name not in ("shown_name", "pinned_note", "profile_picture_url")} | {
    "notes": "pinned_note",
    "profile_picture": "profile_picture_url",
    "instagram_url": "username",
}
OrderColumn = Annotated[
    Literal[
        "id",
        "name",
        "username",
        "instagram_url",
        "profile_picture",
        "status",
        "notes",
        "is_follower",
        "email",
        "real_name",
        "phone",
        "language",
        "follower_count",
        "follower_growth",
        "bio",
        "website",
        "created_at",
        "updated_at",
    ]
    | None,
    Meta(description="Order column"),
]


Text = str | None | UnsetType
FolderIds = Annotated[list[int], Meta(description="Every folder the contact is to be in.", max_length=1000)]


class ContactFields(Struct):
    """What can be written of a contact; only the keys sent change, null or an empty text clears."""

    email: Annotated[Text, Meta(description="Contact email")] = UNSET
    phone: Annotated[Text, Meta(description="Contact phone")] = UNSET
    language: Annotated[Text, Meta(description="Contact language")] = UNSET
    name: Annotated[Text, Meta(description="The name shown on Instagram.")] = UNSET
    real_name: Annotated[Text, Meta(description="The person's name, in one text.")] = UNSET
    username: Annotated[Text, Meta(description="Instagram username, with or without @.")] = UNSET
    status: Annotated[Text, Meta(description="subscribed or optout.")] = UNSET
    notes: Annotated[str, Meta(description="The team's note.", max_length=100_000)] | None | UnsetType = UNSET
    folder_ids: FolderIds | None | UnsetType = UNSET
    custom_properties: Annotated[
        dict[str, Any] | None | UnsetType, Meta(description="{slug: value}; null clears a value.")
    ] = UNSET
    website: Text = UNSET
    bio: Text = UNSET
    profile_picture: Text = UNSET
    is_follower: bool | None | UnsetType = UNSET


class ContactBody(Struct):
    contact: ContactFields


class LocatedContactBody(Struct):
    """Exactly one of id, username, email finds the contact; `contact` holds what changes."""

    contact: ContactFields
    id: Annotated[int | None, Meta(description="Contact ID")] = None
    username: Annotated[str | None, Meta(description="Contact username")] = None
    email: Annotated[str | None, Meta(description="Contact email")] = None


class LocatorQuery(Struct):
    id: Annotated[int | None, Meta(description="Contact ID")] = None
    username: Annotated[str | None, Meta(description="Contact username")] = None
    email: Annotated[str | None, Meta(description="Contact email")] = None


class ListQuery(Struct):
    page: PageNumber = None
    per_page: PerPage = None
    offset: Offset = None
    order_direction: OrderDirection = None
    order_column: OrderColumn = None
    filter: Filter = None
    segment_id: SegmentId = None


class SearchQuery(ListQuery):
    query: Annotated[Annotated[str, Meta(max_length=500)] | None, Meta(description="Search query")] = None


# wire name -> our name
_OUR_NAMES = {
    "name": "display_name",
    "notes": "note",
    "custom_properties": "properties",
    "profile_picture": "profile_picture_url",
}
# a new contact needs at least one of these
KNOWN_BY = ("display_name", "real_name", "username", "email", "phone")


def fields_of(body: ContactFields) -> dict[str, Any]:
    """The fields that were sent, under the names of actions.contacts."""
    return {
        _OUR_NAMES.get(name, name): value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET
    }


def locator(given: LocatorQuery | LocatedContactBody) -> tuple[str, Any]:
    """("id", 5), ("username", "ana") or ("email", "ana@x.org"), normalized.

    Raises Invalid, in Grape's words, if there is none or several; NotFound if a username or e-mail address is invalid.
    """
    sent = {name: value for name in ("id", "username", "email") if (value := getattr(given, name)) is not None}
    if not sent:
        message = "id, username, email are missing, exactly one parameter must be provided"
        raise Invalid(Problem((), "together", message))
    if len(sent) > 1:
        raise Invalid(Problem((), "together", f"{', '.join(sent)} are mutually exclusive"))
    ((by, value),) = sent.items()
    try:
        if by == "username":
            value = parse_username(value.strip(), by)
        if by == "email":
            value = normalize_email(value.strip(), by)
    except Invalid:
        raise NotFound("Contact not found") from None
    return by, value


def find(tx: Tx, caller: Caller, by: str, value: Any) -> Contact:
    """The contact of a locator. Raises NotFound if there is none or it is deleted."""
    if by == "id":
        contact = store.find_contact(tx, caller.organization_id, value) if 0 < value <= ID_MAX else None
    else:
        channel = INSTAGRAM if by == "username" else EMAIL
        contact = store.find_contact_by_handle(tx, caller.organization_id, channel, value)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")
    return contact
