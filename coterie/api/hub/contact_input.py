"""The fields of a contact that can be written, and how they become changes. A merge patch (RFC 7396): absent keys stay,
null clears, a list replaces the whole list."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from coterie.actions import contacts as actions
from coterie.actions.contact_lists import ContactLists, ListChange, change_lists, check_not_blank, lock_lists
from coterie.errors import invalid
from coterie.http.scalars import STRICT
from coterie.model.contacts import GENDERS, Contact
from coterie.model.handles import CHANNELS, LABEL_LENGTH_MAX, SUMMARY_COLUMNS
from coterie.model.imports import AddressDraft, DateDraft, HandleDraft
from coterie.model.organizations import Caller
from coterie.store.database import Tx

LIST_MAX = 200
Text = str | None | UnsetType
Name = Annotated[str, Meta(min_length=1, max_length=200, extra={STRICT: True})]
Names = Annotated[list[Name], Meta(max_length=LIST_MAX)]


class HandleFields(Struct, forbid_unknown_fields=True):
    channel: Literal[CHANNELS]  # type: ignore[valid-type]
    value: Annotated[str, Meta(max_length=2000)]
    label: Annotated[str, Meta(max_length=LABEL_LENGTH_MAX)] | None = None
    is_primary: bool = False


class AddressFields(Struct, forbid_unknown_fields=True):
    label: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    address_line_3: str | None = None
    locality: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None


class DateFields(Struct, forbid_unknown_fields=True):
    label: Annotated[str, Meta(min_length=1, max_length=LABEL_LENGTH_MAX)]
    occurs_on: Annotated[str, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")]


class NameChanges(Struct, forbid_unknown_fields=True):
    """Changes a list instead of replacing it."""

    add: Names = []
    remove: Names = []


class HandleChanges(Struct, forbid_unknown_fields=True):
    """Changes a list instead of replacing it. A handle with an existing value changes that one."""

    add: Annotated[list[HandleFields], Meta(max_length=LIST_MAX)] = []
    remove: Annotated[list[HandleFields], Meta(max_length=LIST_MAX)] = []


NameList = Names | NameChanges | None | UnsetType


class ContactFields(Struct, kw_only=True, forbid_unknown_fields=True):
    """The fields that can be written. Absent keys stay as they are, null clears, a list replaces the whole list."""

    real_name: Annotated[
        Text, Meta(description="The full name as one text; sets the parts of the name that are not sent too.")
    ] = UNSET
    display_name: Text = UNSET
    name_prefix: Text = UNSET
    first_name: Text = UNSET
    middle_name: Text = UNSET
    last_name: Text = UNSET
    name_suffix: Text = UNSET
    phonetic_first_name: Text = UNSET
    phonetic_last_name: Text = UNSET
    maiden_name: Text = UNSET
    nickname: Text = UNSET
    gender: Literal[GENDERS] | None | UnsetType = UNSET  # type: ignore[valid-type]
    birthday: Annotated[Text, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")] = UNSET
    employer: Text = UNSET
    department: Text = UNSET
    job_title: Text = UNSET
    how_you_met: Text = UNSET
    relationship_grade: Annotated[int, Meta(ge=0, le=5)] | None | UnsetType = UNSET
    status: Literal["subscribed", "optout"] | UnsetType = UNSET
    language: Text = UNSET
    bio: Text = UNSET
    profile_picture_url: Text = UNSET
    is_follower: bool | None | UnsetType = UNSET
    username: Annotated[Text, Meta(description="The primary handle of its channel, as the next four.")] = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    website: Text = UNSET
    linkedin_url: Text = UNSET
    note: Annotated[str, Meta(max_length=100_000, description="The pinned note.")] | None | UnsetType = UNSET
    properties: Annotated[
        dict[str, Any] | UnsetType, Meta(description="Slug of the property -> value; null clears. Others stay.")
    ] = UNSET
    handles: Annotated[list[HandleFields], Meta(max_length=LIST_MAX)] | HandleChanges | None | UnsetType = UNSET
    addresses: Annotated[list[AddressFields], Meta(max_length=LIST_MAX)] | None | UnsetType = UNSET
    dates: Annotated[list[DateFields], Meta(max_length=200)] | None | UnsetType = UNSET
    tags: Annotated[NameList, Meta(description="Names; missing tags are created.")] = UNSET
    folders: Annotated[NameList, Meta(description="Names; missing folders are created.")] = UNSET
    expertises: Annotated[NameList, Meta(description="Names; missing expertises are created.")] = UNSET


_LISTS = ("handles", "addresses", "dates", "tags", "folders", "expertises")
_COLUMNS = tuple(name for name in ContactFields.__struct_fields__ if name not in _LISTS)


def create_contact(tx: Tx, caller: Caller, fields: ContactFields) -> Contact:
    """Creates a contact. Raises Invalid with the problems of its fields, or if nothing names or reaches it."""
    lists = _lists(fields)
    lock_lists(tx, caller, None, lists)
    contact = change_lists(tx, caller, actions.create_contact(tx, caller, _columns(fields)), lists)
    check_not_blank(_columns(fields), lists)  # after the problems of single fields
    return contact


def change_contact(tx: Tx, caller: Caller, contact_id: int, fields: ContactFields) -> Contact:
    """Changes a contact. Raises Invalid with the problems of its fields."""
    lists = _lists(fields)
    lock_lists(tx, caller, contact_id, lists)
    return change_lists(tx, caller, actions.update_contact(tx, caller, contact_id, _columns(fields)), lists)


def _columns(fields: ContactFields) -> dict[str, Any]:
    values = {name: getattr(fields, name) for name in _COLUMNS}
    return {name: value for name, value in values.items() if value is not UNSET}


def _lists(fields: ContactFields) -> ContactLists:
    return ContactLists(
        handles=_handles(fields),
        addresses=_drafts(fields.addresses, AddressDraft),
        dates=_drafts(fields.dates, DateDraft),
        tags=_list_change(fields.tags),
        folders=_list_change(fields.folders),
        expertises=_list_change(fields.expertises),
    )


def _handles(fields: ContactFields) -> ListChange | None:
    """The change of the handles. A whole list replaces those that the contact had, not those that the same request
    names by email, phone, …: they are the primary ones."""
    change = _list_change(fields.handles, HandleDraft)
    primary = {channel: getattr(fields, column) or "" for channel, column in SUMMARY_COLUMNS.items()}
    named = {channel: value for channel, value in primary.items() if value.strip()}
    if change is None or change.whole is None or not named:
        return change
    whole = [structs.replace(each, is_primary=each.is_primary and each.channel not in named) for each in change.whole]
    whole += [HandleDraft(channel, value, is_primary=True) for channel, value in named.items()]
    if len(whole) > LIST_MAX:
        raise invalid("handles", f"has more than {LIST_MAX} items together with {', '.join(named)}", kind="too_long")
    return ListChange(whole=whole)


def _list_change(value: Any, type_: type[Struct] | None = None) -> ListChange | None:
    """The change that a value of the body stands for; None if it is absent."""
    if value is UNSET:
        return None
    if value is None or isinstance(value, list):
        return ListChange(whole=_drafts(value, type_))
    return ListChange(add=_drafts(value.add, type_) or (), remove=_drafts(value.remove, type_) or ())


def _drafts(items: Any, type_: type[Struct] | None) -> list[Any] | None:
    """The items of a list as drafts of this type, or as they are; [] for null, None if absent."""
    if items is UNSET:
        return None
    if type_ is None:
        return list(items or ())
    return [type_(**structs.asdict(item)) for item in items or ()]
