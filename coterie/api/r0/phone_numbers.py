"""…/contacts/{contact_id}/phone-numbers: kept as typed, with what is understood of them beside."""

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
from coterie.model.handles import PHONE, Handle
from coterie.model.organizations import Caller
from coterie.model.phones import LENGTH_MAX
from coterie.store import handles as store
from coterie.store.database import Tx

NOUN, FIELD = "Phone number", "phone_number"
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
        handle.id,
        handle.value,
        number if number.startswith("+") else None,
        extension or None,
        handle.label,
        handle.is_primary,
        handle.created_at,
        handle.updated_at,
        handle.deleted_at,
    )


def list_of(tx: Tx, caller: Caller, contact: Contact) -> list[PhoneNumberEntity]:
    """The numbers a contact is shown with."""
    found = store.list_handles_on(tx, caller.organization_id, contact.id, PHONE, limit=LIMIT_MAX)
    return [present(handle) for handle in found]


def list_(tx: Tx, caller: Caller, request: Request) -> PhoneNumberList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id, PHONE), wants_deleted(request.query.include)
    found = store.list_handles_on(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_handles_on(*of, include_deleted=deleted)
    return PhoneNumberList(*envelope(page, total, found), [present(handle) for handle in found])


def show(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    contact = contact_of(tx, caller, request)
    handle = store.find_handle(tx, caller.organization_id, contact.id, part_id(request, "phone_id", NOUN))
    if handle is None or handle.channel != PHONE:
        raise NotFound(f"{NOUN} not found")
    return present(handle)


def create(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    number = request.body.phone_number.phone_number
    with on_wire("phone_number"):
        return present(actions.add_handle(tx, caller, contact.id, PHONE, number, FIELD))


def update(tx: Tx, caller: Caller, request: Request) -> PhoneNumberEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    phone_id, fields = part_id(request, "phone_id", NOUN), request.body.phone_number
    value = required_unless_deleted(fields, "phone_number", FIELD)
    with on_wire("phone_number"):
        return present(
            actions.update_handle(
                tx, caller, contact.id, phone_id, channel=PHONE, field=FIELD, value=value,
                deleted=wanted_deleted(fields),
            )
        )  # fmt: skip


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact = contact_of(tx, caller, request, to_change=True)
    phone_id = part_id(request, "phone_id", NOUN)
    return delete(
        request,
        lambda: present(actions.delete_handle(tx, caller, contact.id, phone_id, channel=PHONE)),
        lambda: actions.erase_handle(tx, caller, contact.id, phone_id, channel=PHONE),
    )
