"""Postal addresses of contacts and, with contact_id None, of the organization."""

from collections.abc import Iterable

import msgspec

from coterie.model.addresses import Address
from coterie.model.words import with_words
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Address))
_SELECT = ", ".join(_COLUMNS)
_FIXED = {"id", "contact_id", "created_at"}
_WORDS = ("address_words", "locality_words", "region_words", "postcode_words")
_UPDATE = (
    "UPDATE postal_addresses SET "
    + ", ".join(f"{name} = :{name}" for name in (*_COLUMNS, *_WORDS) if name not in _FIXED)
    + " WHERE organization_id = :organization_id AND id = :id"
)


def _owned(contact_id: int | None) -> str:
    return "contact_id IS NULL" if contact_id is None else "contact_id = :contact_id"


def _bound(organization_id: int, contact_id: int | None) -> dict[str, int]:
    owner = {} if contact_id is None else {"contact_id": contact_id}
    return {"organization_id": organization_id, **owner}


def find_address(tx: Tx, organization_id: int, contact_id: int | None, address_id: str) -> Address | None:
    """An address of a contact or of the organization, deleted or not."""
    row = tx.one(
        f"SELECT {_SELECT} FROM postal_addresses"
        f" WHERE organization_id = :organization_id AND id = :id AND {_owned(contact_id)}",
        {**_bound(organization_id, contact_id), "id": address_id},
    )
    return Address(*row) if row else None


def list_addresses(
    tx: Tx,
    organization_id: int,
    contact_id: int | None,
    *,
    include_deleted: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Address]:
    """A page of the addresses of a contact or of the organization, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM postal_addresses WHERE organization_id = :organization_id AND {_owned(contact_id)}"
        f"{'' if include_deleted else ' AND deleted_at IS NULL'} ORDER BY id LIMIT :limit OFFSET :offset",
        {**_bound(organization_id, contact_id), "limit": limit, "offset": offset},
    )
    return [Address(*row) for row in rows]


def count_addresses(tx: Tx, organization_id: int, contact_id: int | None, *, include_deleted: bool = False) -> int:
    """The number of addresses of a contact or of the organization."""
    row = tx.one(
        f"SELECT count(*) FROM postal_addresses WHERE organization_id = :organization_id AND {_owned(contact_id)}"
        f"{'' if include_deleted else ' AND deleted_at IS NULL'}",
        _bound(organization_id, contact_id),
    )
    return int(row[0]) if row else 0


def list_addresses_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Address]]:
    """contact id -> its addresses that are not deleted, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        f"SELECT contact_id, {_SELECT} FROM postal_addresses WHERE organization_id = :organization_id"
        f" AND contact_id {condition} AND deleted_at IS NULL ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, lambda row: Address(*row[1:]))


def insert_addresses(tx: Tx, organization_id: int, addresses: Iterable[Address]) -> None:
    """Inserts addresses of one contact or of many."""
    rows = [{"organization_id": organization_id, **msgspec.structs.asdict(address)} for address in addresses]
    tx.insert_rows("postal_addresses", [with_words("postal_addresses", row) for row in rows])


def save_address(tx: Tx, organization_id: int, address: Address) -> None:
    """Saves an existing address; its owner never changes."""
    row = with_words("postal_addresses", msgspec.structs.asdict(address))
    values = {name: value for name, value in row.items() if name not in _FIXED}
    tx.run(_UPDATE, {"organization_id": organization_id, "id": address.id, **values})


def delete_address(tx: Tx, organization_id: int, address_id: str) -> None:
    tx.run(
        "DELETE FROM postal_addresses WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": address_id},
    )
