"""…/contacts/{contact_id}/emails, also spelled email-addresses; `email` in a body, `email_addresses` in a list."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import handles as actions
from coterie.api.r0.errors import on_wire
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, delete, required_unless_deleted, wanted_deleted
from coterie.api.r0.pages import LIMIT_MAX, PageEntity, envelope, read_page, wants_deleted
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import Contact
from coterie.model.emails import LENGTH_MAX
from coterie.model.handles import EMAIL, Handle
from coterie.model.organizations import Caller
from coterie.store import handles as store
from coterie.store.database import Tx

NOUN, FIELD = "E-mail address", "email_address"
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
        handle.id,
        handle.value,
        handle.label,
        handle.is_primary,
        handle.created_at,
        handle.updated_at,
        handle.deleted_at,
    )


def list_of(tx: Tx, caller: Caller, contact: Contact) -> list[EmailEntity]:
    """The addresses a contact is shown with."""
    found = store.list_handles_on(tx, caller.organization_id, contact.id, EMAIL, limit=LIMIT_MAX)
    return [present(handle) for handle in found]


def list_(tx: Tx, caller: Caller, request: Request) -> EmailList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id, EMAIL), wants_deleted(request.query.include)
    found = store.list_handles_on(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_handles_on(*of, include_deleted=deleted)
    return EmailList(*envelope(page, total, found), [present(handle) for handle in found])


def show(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    contact = contact_of(tx, caller, request)
    handle = store.find_handle(tx, caller.organization_id, contact.id, part_id(request, "email_id", NOUN))
    if handle is None or handle.channel != EMAIL:
        raise NotFound(f"{NOUN} not found")
    return present(handle)


def create(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    address = request.body.email.email_address
    with on_wire("email"):
        return present(actions.add_handle(tx, caller, contact.id, EMAIL, address, FIELD))


def update(tx: Tx, caller: Caller, request: Request) -> EmailEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    email_id, fields = part_id(request, "email_id", NOUN), request.body.email
    value = required_unless_deleted(fields, "email", FIELD)
    with on_wire("email"):
        return present(
            actions.update_handle(
                tx, caller, contact.id, email_id, channel=EMAIL, field=FIELD, value=value,
                deleted=wanted_deleted(fields),
            )
        )  # fmt: skip


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact = contact_of(tx, caller, request, to_change=True)
    email_id = part_id(request, "email_id", NOUN)
    return delete(
        request,
        lambda: present(actions.delete_handle(tx, caller, contact.id, email_id, channel=EMAIL)),
        lambda: actions.erase_handle(tx, caller, contact.id, email_id, channel=EMAIL),
    )
