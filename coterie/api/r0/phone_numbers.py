"""…/contacts/{contact_id}/phone-numbers: kept as typed, with what is understood of them beside."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.r0 import handles
from coterie.api.r0.handles import PHONE_NUMBERS
from coterie.api.r0.input import Deleted, delete
from coterie.api.r0.pages import PageEntity
from coterie.api.route import Request
from coterie.model.handles import Handle
from coterie.model.organizations import Caller
from coterie.model.phones import LENGTH_MAX
from coterie.store.database import Tx

Number = Annotated[
    str,
    Meta(description="Free text, as in 800-555-5555 ext. 123; kept as typed.", min_length=1, max_length=LENGTH_MAX),
]


class PhoneNumberEntity(Struct):
    id: str
    phone_number: str
    e164: Annotated[str | None, Meta(description="+18005555555; null where the country is not known.")]
    extension: str | None
    label: str | None
    is_primary: Annotated[bool, Meta(description="Whether it is the one to call first.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class PhoneNumberList(PageEntity):
    phone_numbers: list[PhoneNumberEntity]


class NewPhoneNumber(Struct):
    phone_number: Number


class NewPhoneNumberBody(Struct):
    phone_number: NewPhoneNumber


class PhoneNumberFields(Struct):
    phone_number: Number | UnsetType = UNSET
    deleted: Deleted = UNSET


class PhoneNumberBody(Struct):
    phone_number: PhoneNumberFields


def present(handle: Handle) -> PhoneNumberEntity:
    """A number in R0's words."""
    number, _, extension = handle.normalized.partition(";ext=")
    return PhoneNumberEntity(
        id=handle.id,
        phone_number=handle.value,
        e164=number if number.startswith("+") else None,
        extension=extension or None,
        label=handle.label,
        is_primary=handle.is_primary,
        created_at=handle.created_at,
        updated_at=handle.updated_at,
        deleted_at=handle.deleted_at,
    )


def list_(tx: Tx, caller: Caller, request: Request) -> PhoneNumberList:
    page, found = handles.list_page(tx, caller, PHONE_NUMBERS, request)
    return PhoneNumberList(*page, [present(handle) for handle in found])


def show(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    return present(handles.find(tx, caller, PHONE_NUMBERS, request))


def create(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    return present(handles.create(tx, caller, PHONE_NUMBERS, request, request.body.phone_number.phone_number))


def update(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    return present(handles.update(tx, caller, PHONE_NUMBERS, request, request.body.phone_number))


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    return delete(
        request,
        lambda: present(handles.delete(tx, caller, PHONE_NUMBERS, request)),
        lambda: handles.erase(tx, caller, PHONE_NUMBERS, request),
    )
