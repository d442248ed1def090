"""Changes of postal addresses, of contacts and (contact_id None) of the organization itself."""

from collections.abc import Mapping

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.addresses import TEXTS, Address, check_address
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import addresses as store
from coterie.store import contacts as contact_store
from coterie.store.database import Tx

ADDRESSES_MAX = 200
REQUIRED = ("address_line_1", "country")
_COLUMNS = (*TEXTS, "country_code")
Fields = Mapping[str, str | None]


def add_address(tx: Tx, caller: Caller, contact_id: int | None, fields: Fields) -> Address:
    """Adds an address from the fields of model.addresses.TEXTS.

    Raises NotFound if the contact does not exist; Invalid if the first line or the country is missing, as
    check_address does, or if there are 200 addresses.
    """
    now = times.now()
    contact_id = _lock_contact(tx, caller, contact_id)
    missing = [Problem((name,), "missing", "is missing") for name in REQUIRED if name not in fields]
    if missing:
        raise Invalid(*missing)
    if store.count_addresses(tx, caller.organization_id, contact_id) >= ADDRESSES_MAX:
        raise invalid("address_line_1", f"exceeds the limit of {ADDRESSES_MAX} addresses")
    columns = dict.fromkeys(_COLUMNS) | check_address(fields)
    address = Address(new_id(), contact_id, **columns, created_at=now, updated_at=now, deleted_at=None)
    store.insert_addresses(tx, caller.organization_id, [address])
    _record(tx, caller, "address.created", None, address)
    return address


def update_address(
    tx: Tx, caller: Caller, contact_id: int | None, address_id: str, fields: Fields, *, deleted: bool | None = None
) -> Address:
    """Changes the given fields, restores (deleted=False) or deletes (deleted=True) an address; returns it as saved.

    Raises NotFound if the contact (or the organization) does not have it; Invalid as check_address does.
    """
    contact_id = _lock_contact(tx, caller, contact_id)
    now = times.now()
    before = _find(tx, caller, contact_id, address_id)
    after = replace(before, **check_address(fields))
    if deleted is not None:
        after = replace(after, deleted_at=(before.deleted_at or now) if deleted else None)
    if after == before:
        return before
    after = replace(after, updated_at=now)
    store.save_address(tx, caller.organization_id, after)
    _record(tx, caller, _kind(before, after), before, after)
    return after


def _kind(before: Address, after: Address) -> str:
    if before.deleted_at and not after.deleted_at:
        return "address.restored"
    if after.deleted_at and not before.deleted_at:
        return "address.deleted"
    return "address.updated"


def delete_address(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> Address:
    """Deletes an address so that it can be restored; deleting it again changes nothing. Raises NotFound."""
    return update_address(tx, caller, contact_id, address_id, {}, deleted=True)


def erase_address(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> None:
    """Erases an address, deleted or not; its event has the old values. Raises NotFound."""
    contact_id = _lock_contact(tx, caller, contact_id)
    address = _find(tx, caller, contact_id, address_id)
    store.delete_address(tx, caller.organization_id, address_id)
    _record(tx, caller, "address.erased", address, None)


def _find(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> Address:
    address = store.find_address(tx, caller.organization_id, contact_id, address_id)
    if address is None:
        raise NotFound("Address not found")
    return address


def _lock_contact(tx: Tx, caller: Caller, contact_id: int | None) -> int | None:
    """Locks a contact and returns its id: an old id means the contact it was merged into."""
    if contact_id is None:
        return None
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact.id


def _record(tx: Tx, caller: Caller, kind: str, before: Address | None, after: Address | None) -> None:
    address = after or before
    assert address is not None
    contact_ids = [] if address.contact_id is None else [address.contact_id]
    record(tx, caller, kind, address.id, contact_ids=contact_ids, changes=differences(before, after, _COLUMNS))
