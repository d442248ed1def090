"""What can happen to postal addresses, of contacts and (contact_id None) of the organization itself."""

from collections.abc import Mapping

from msgspec.structs import replace

from coterie.actions.events import Changes, differences, record
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
Fields = Mapping[str, str | None]


def add_address(tx: Tx, caller: Caller, contact_id: int | None, fields: Fields) -> Address:
    """A new address from the fields of model.addresses.TEXTS.

    Refused: an unknown contact, no first line or country, what check_address refuses, more than 200 addresses.
    """
    now = times.now()
    _touch(tx, caller, contact_id, now)
    missing = [Problem((name,), "missing", "is missing") for name in REQUIRED if name not in fields]
    if missing:
        raise Invalid(*missing)
    if store.count_addresses(tx, caller.organization_id, contact_id) >= ADDRESSES_MAX:
        raise invalid("address_line_1", f"is one address too many: there are at most {ADDRESSES_MAX}")
    columns = dict.fromkeys((*TEXTS, "country_code")) | check_address(fields)
    address = Address(new_id(), contact_id, **columns, created_at=now, updated_at=now, deleted_at=None)
    store.insert_addresses(tx, caller.organization_id, [address])
    changes = {name: (None, value) for name, value in columns.items() if value is not None}
    _record(tx, caller, "address.created", address, changes)
    return address


def update_address(
    tx: Tx, caller: Caller, contact_id: int | None, address_id: str, fields: Fields, *, deleted: bool | None = None
) -> Address:
    """Change the fields named, restore (deleted=False) or delete (deleted=True); the address as it is then.

    Refused: an address that is not the contact's (or the organization's), what check_address refuses.
    """
    now = times.now()
    before = _find(tx, caller, contact_id, address_id)
    after = replace(before, **check_address(fields))
    if deleted is not None:
        after = replace(after, deleted_at=(before.deleted_at or now) if deleted else None)
    if after == before:
        return before
    _touch(tx, caller, contact_id, now)
    after = replace(after, updated_at=now)
    store.save_address(tx, caller.organization_id, after)
    changes = differences(before, after, (*TEXTS, "country_code"))
    _record(tx, caller, _kind(before, after), after, changes)
    return after


def _kind(before: Address, after: Address) -> str:
    if before.deleted_at and not after.deleted_at:
        return "address.restored"
    if after.deleted_at and not before.deleted_at:
        return "address.deleted"
    return "address.updated"


def delete_address(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> Address:
    """Delete an address so that it can be restored; deleting twice changes nothing. Refused: one that is not there."""
    return update_address(tx, caller, contact_id, address_id, {}, deleted=True)


def erase_address(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> None:
    """Remove an address for good, deleted before or not. Refused: one that is not there."""
    address = _find(tx, caller, contact_id, address_id)
    _touch(tx, caller, contact_id, times.now())
    store.delete_address(tx, caller.organization_id, address_id)
    _record(tx, caller, "address.erased", address, {})


def _find(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> Address:
    address = store.find_address(tx, caller.organization_id, contact_id, address_id)
    if address is None:
        raise NotFound("Address not found")
    return address


def _touch(tx: Tx, caller: Caller, contact_id: int | None, now: str) -> None:
    """The contact counts as changed, and is kept from other writers."""
    if contact_id is None:
        return
    if contact_store.find_contact_to_change(tx, caller.organization_id, contact_id) is None:
        raise NotFound("Contact not found")
    contact_store.update_contact(tx, caller.organization_id, contact_id, {"updated_at": now})


def _record(tx: Tx, caller: Caller, kind: str, address: Address, changes: Changes) -> None:
    record(tx, caller, kind, address.id, contact_id=address.contact_id, changes=changes)
