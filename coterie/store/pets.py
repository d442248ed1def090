"""Pets. A pet is found and listed under each of its two owners."""

from collections.abc import Iterable

import msgspec

from coterie.model.pets import Pet
from coterie.store.database import Tx

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Pet))
_SELECT = ", ".join(_COLUMNS)


def find_pet(tx: Tx, organization_id: int, contact_id: int, pet_id: str, *, to_change: bool = False) -> Pet | None:
    """A pet of a contact, be it its first or its second owner, deleted or not."""
    for owner in ("contact_id", "second_owner_id"):
        row = tx.one(
            f"SELECT {_SELECT} FROM pets WHERE organization_id = :organization_id AND {owner} = :contact_id"
            " AND id = :id" + (tx.lock if to_change else ""),
            {"organization_id": organization_id, "contact_id": contact_id, "id": pet_id},
        )
        if row:
            return Pet(*row)
    return None


def list_pets(
    tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False, limit: int, offset: int = 0
) -> list[Pet]:
    """A page of a contact's pets, oldest record first."""
    rows = tx.all(
        _either("= :contact_id", include_deleted=include_deleted) + " ORDER BY id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Pet(*row) for row in rows]


def count_pets(tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False) -> int:
    """How many list_pets has over all pages."""
    row = tx.one(
        f"SELECT COUNT(*) FROM ({_either('= :contact_id', include_deleted=include_deleted)}) owned",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def list_pets_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Pet]]:
    """contact id -> its pets that are not deleted; a pet of two of them stands under both."""
    wanted = list(contact_ids)
    rows = tx.all(
        _either(tx.among("ids"), include_deleted=False) + " ORDER BY id",
        {"organization_id": organization_id, "ids": tx.array(wanted)},
    )
    found: dict[int, list[Pet]] = {}
    for pet in (Pet(*row) for row in rows):
        for owner_id in (pet.contact_id, pet.second_owner_id):
            if owner_id is not None and owner_id in wanted:
                found.setdefault(owner_id, []).append(pet)
    return found


def _either(condition: str, *, include_deleted: bool) -> str:
    # two statements, because an OR over two columns would read every pet of the organization on SQLite
    rest = "" if include_deleted else " AND deleted_at IS NULL"
    return " UNION ".join(
        f"SELECT {_SELECT} FROM pets WHERE organization_id = :organization_id AND {owner} {condition}{rest}"
        for owner in ("contact_id", "second_owner_id")
    )


def insert_pet(tx: Tx, organization_id: int, pet: Pet) -> None:
    """A new pet."""
    tx.run(
        f"INSERT INTO pets (organization_id, {_SELECT})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _COLUMNS)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(pet)},
    )


def save_pet(tx: Tx, organization_id: int, pet: Pet) -> None:
    """What changed of a pet that exists."""
    tx.run(
        "UPDATE pets SET name = :name, species = :species, born_on = :born_on, second_owner_id = :second_owner_id,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {
            "organization_id": organization_id,
            "contact_id": pet.contact_id,
            "id": pet.id,
            "name": pet.name,
            "species": pet.species,
            "born_on": pet.born_on,
            "second_owner_id": pet.second_owner_id,
            "updated_at": pet.updated_at,
            "deleted_at": pet.deleted_at,
        },
    )


def erase_pet(tx: Tx, organization_id: int, pet: Pet) -> None:
    """Remove a pet for good."""
    tx.run(
        "DELETE FROM pets WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, "contact_id": pet.contact_id, "id": pet.id},
    )
