"""…/contacts/{contact_id}/addresses and /orgs/{org_id}/addresses. A contact's include[] calls them `locations`."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from coterie.actions import addresses as actions
from coterie.api.errors import wire_names
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, Text, delete, fields_set, requested_deletion
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.addresses import Address
from coterie.model.organizations import Caller
from coterie.store import addresses as store
from coterie.store.database import Tx

NOUN = "Address"
Country = Annotated[Text, Meta(description="By name or by ISO code.")]
# they must be sent, and may be empty: not every place has one
MaybeEmpty = str | None


class AddressEntity(Struct):
    id: str
    address_line_1: str | None
    address_line_2: str | None
    address_line_3: str | None
    locality: str | None
    region: str | None
    postcode: str | None
    country: Annotated[str | None, Meta(description="As it was written.")]
    country_code: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2; null where the country is not known.")]
    label: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class AddressList(PageEntity):
    addresses: list[AddressEntity]


class AddressFields(Struct, kw_only=True):
    address_line_1: Text = UNSET
    address_line_2: Text = UNSET
    address_line_3: Text = UNSET
    locality: Text = UNSET
    region: Text = UNSET
    postcode: Text = UNSET
    country: Country = UNSET
    deleted: Deleted = UNSET


class NewAddress(AddressFields, kw_only=True):
    address_line_1: Annotated[str, Meta(min_length=1)]
    locality: MaybeEmpty
    region: MaybeEmpty
    postcode: MaybeEmpty
    country: Annotated[str, Meta(description="By name or by ISO code.", min_length=1)]


class NewAddressBody(Struct):
    address: NewAddress


class AddressBody(Struct):
    address: AddressFields


def present(address: Address) -> AddressEntity:
    """The entity of an address."""
    return AddressEntity(
        id=address.id,
        address_line_1=address.address_line_1,
        address_line_2=address.address_line_2,
        address_line_3=address.address_line_3,
        locality=address.locality,
        region=address.region,
        postcode=address.postcode,
        country=address.country,
        country_code=address.country_code,
        label=address.label,
        created_at=address.created_at,
        updated_at=address.updated_at,
        deleted_at=address.deleted_at,
    )


def _owner(tx: Tx, caller: Caller, request: Request, *, to_change: bool = False) -> int | None:
    """The contact of the path; None if the path has only an organization."""
    return contact_of(tx, caller, request, to_change=to_change).id if "contact_id" in request.path else None


def list_(tx: Tx, caller: Caller, request: Request) -> AddressList:
    owner, page = _owner(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, owner), includes_deleted(request.query.include)
    addresses = store.list_addresses(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_addresses(*of, include_deleted=deleted)
    return AddressList(*envelope(page, total, addresses), [present(address) for address in addresses])


def show(tx: Tx, caller: Caller, request: Request) -> AddressEntity:
    owner = _owner(tx, caller, request)
    address = store.find_address(tx, caller.organization_id, owner, part_id(request, "address_id", NOUN))
    if address is None:
        raise NotFound(f"{NOUN} not found")
    return present(address)


def create(tx: Tx, caller: Caller, request: Request) -> AddressEntity:
    owner = _owner(tx, caller, request, to_change=True)
    with wire_names("address"):
        return present(actions.add_address(tx, caller, owner, fields_set(request.body.address)))


def update(tx: Tx, caller: Caller, request: Request) -> AddressEntity:
    owner, fields = _owner(tx, caller, request, to_change=True), request.body.address
    address_id, deleted = part_id(request, "address_id", NOUN), requested_deletion(fields)
    with wire_names("address"):
        return present(actions.update_address(tx, caller, owner, address_id, fields_set(fields), deleted=deleted))


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    owner = _owner(tx, caller, request, to_change=True)
    address_id = part_id(request, "address_id", NOUN)
    return delete(
        request,
        lambda: present(actions.delete_address(tx, caller, owner, address_id)),
        lambda: actions.erase_address(tx, caller, owner, address_id),
    )
