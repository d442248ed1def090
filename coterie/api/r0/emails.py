"""…/contacts/{contact_id}/emails, also spelled email-addresses: `email` in a body, `email_addresses` in a list."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.r0.handles import HandleHandlers
from coterie.api.r0.input import Deleted
from coterie.api.r0.pages import PageEntity
from coterie.model.emails import LENGTH_MAX
from coterie.model.handles import EMAIL, Handle

Address = Annotated[
    str,
    Meta(description="An e-mail address, international ones too; kept as typed.", min_length=1, max_length=LENGTH_MAX),
]


class EmailEntity(Struct):
    id: str
    email_address: str
    label: str | None
    is_primary: Annotated[bool, Meta(description="Whether it is the one to write to first.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class EmailList(PageEntity):
    email_addresses: list[EmailEntity]


class NewEmail(Struct):
    email_address: Address


class NewEmailBody(Struct):
    email: NewEmail


class EmailFields(Struct):
    email_address: Address | UnsetType = UNSET
    deleted: Deleted = UNSET


class EmailBody(Struct):
    email: EmailFields


def present(handle: Handle) -> EmailEntity:
    """An e-mail address as R0 shows it."""
    return EmailEntity(
        id=handle.id,
        email_address=handle.value,
        label=handle.label,
        is_primary=handle.is_primary,
        created_at=handle.created_at,
        updated_at=handle.updated_at,
        deleted_at=handle.deleted_at,
    )


EMAIL_HANDLERS = HandleHandlers(
    channel=EMAIL,
    id_name="email_id",
    wrapper="email",
    field="email_address",
    noun="E-mail address",
    list_type=EmailList,
    present=present,
)
