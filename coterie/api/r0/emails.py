"""…/contacts/{contact_id}/emails, also spelled email-addresses; `email` in a body, `email_addresses` in a list."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.r0 import handles
from coterie.api.r0.handles import EMAILS
from coterie.api.r0.input import Deleted, delete
from coterie.api.r0.pages import PageEntity
from coterie.api.route import Request
from coterie.model.emails import LENGTH_MAX
from coterie.model.handles import Handle
from coterie.model.organizations import Caller
from coterie.store.database import Tx

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
    """An e-mail address in R0's words."""
    return EmailEntity(
        id=handle.id,
        email_address=handle.value,
        label=handle.label,
        is_primary=handle.is_primary,
        created_at=handle.created_at,
        updated_at=handle.updated_at,
        deleted_at=handle.deleted_at,
    )


def list_(tx: Tx, caller: Caller, request: Request) -> EmailList:
    page, found = handles.list_page(tx, caller, EMAILS, request)
    return EmailList(*page, [present(handle) for handle in found])


def show(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    return present(handles.find(tx, caller, EMAILS, request))


def create(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    return present(handles.create(tx, caller, EMAILS, request, request.body.email.email_address))


def update(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    return present(handles.update(tx, caller, EMAILS, request, request.body.email))


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    return delete(
        request,
        lambda: present(handles.delete(tx, caller, EMAILS, request)),
        lambda: handles.erase(tx, caller, EMAILS, request),
    )
