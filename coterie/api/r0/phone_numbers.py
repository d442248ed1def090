"""…/contacts/{contact_id}/phone-numbers: stored as typed, with the parsed number next to it."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.r0.handles import HandleHandlers
from coterie.api.r0.input import Deleted
from coterie.api.r0.pages import PageEntity
from coterie.model.handles import PHONE, Handle
from coterie.model.phones import LENGTH_MAX

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
    """A phone number as R0 shows it."""
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


PHONE_HANDLERS = HandleHandlers(
    channel=PHONE,
    id_name="phone_id",
    wrapper="phone_number",
    field="phone_number",
    noun="Phone number",
    list_type=PhoneNumberList,
    present=present,
)
