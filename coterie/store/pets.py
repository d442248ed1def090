"""Pets. A pet is found and listed under each of its two owners."""

from collections.abc import Iterable

import msgspec

from coterie.model.pets import Pet
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Pet))
_SELECT = ", ".join(_COLUMNS)
_PET = ", ".join(f"p.{name}" for name in _COLUMNS)
_OF_FIRST = "FROM pets p WHERE p.organization_id = :organization_id AND p.contact_id"
# by the index alone: for whole rows SQLite would read every pet of the organization
_OF_SECOND = (
    "FROM pets s JOIN pets p ON p.organization_id = s.organization_id AND p.contact_id = s.contact_id AND p.id = s.id"
    " WHERE s.organization_id = :organization_id AND s.second_owner_id"
)
# an expression, so that the rows are sorted and not the tables read in this order
_BY_ID = " ORDER BY id || ''"


def find_pet(tx: Tx, organization_id: int, contact_id: int, pet_id: str, *, to_change: bool = False) -> Pet | None:
    """A pet of a contact, its first or second owner, deleted or not."""
    for owned in (_OF_FIRST, _OF_SECOND):
        row = tx.one(
            f"SELECT {_PET} {owned} = :contact_id AND p.id = :id" + (tx.lock if to_change else ""),
            {"organization_id": organization_id, "contact_id": contact_id, "id": pet_id},
        )
        if row:
            return Pet(*row)
    return None


def list_pets(
    tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False, limit: int, offset: int = 0
) -> list[Pet]:
    """A page of a contact's pets, in the order in which they were added."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM ({_either('= :contact_id', include_deleted=include_deleted)}) owned"
        f"{_BY_ID} LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "offset": offset},
    )
    return [Pet(*row) for row in rows]


def count_pets(tx: Tx, organization_id: int, contact_id: int, *, include_deleted: bool = False) -> int:
    """The number of pets on all pages of list_pets."""
    row = tx.one(
        f"SELECT COUNT(*) FROM ({_either('= :contact_id', include_deleted=include_deleted)}) owned",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return int(row[0]) if row else 0


def _either(condition: str, *, include_deleted: bool) -> str:
    rest = "" if include_deleted else " AND p.deleted_at IS NULL"
    # no contact is both owners of a pet, so no row appears twice; for a UNION SQLite would read the table in its order
    return f"SELECT {_PET} {_OF_FIRST} {condition}{rest} UNION ALL SELECT {_PET} {_OF_SECOND} {condition}{rest}"


def list_pets_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Pet]]:
    """contact id -> the pets of which it is the first or the second owner, in the order in which they were added."""
    condition, ids = matching(tx, "ids", contact_ids)
    alive = f"{condition} AND p.deleted_at IS NULL"
    rows = tx.all(
        f"SELECT p.contact_id, {_PET} {_OF_FIRST} {alive}"
        f" UNION ALL SELECT s.second_owner_id, {_PET} {_OF_SECOND} {alive}",
        {"organization_id": organization_id, "ids": ids},
    )
    # sorted here: with ORDER BY SQLite would read the whole table
    rows.sort(key=lambda row: (row[0], row[2]))
    return by_contact(rows, lambda row: Pet(*row[1:]))


def other_owner_ids(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Returns the contacts that share a pet with one of these."""
    rows = tx.all(
        "SELECT second_owner_id FROM pets WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND second_owner_id IS NOT NULL"
        " UNION SELECT contact_id FROM pets WHERE organization_id = :organization_id"
        f" AND second_owner_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}


def insert_pet(tx: Tx, organization_id: int, pet: Pet) -> None:
    tx.run(
        f"INSERT INTO pets (organization_id, {_SELECT})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in _COLUMNS)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(pet)},
    )


def save_pet(tx: Tx, organization_id: int, pet: Pet) -> None:
    """Saves an existing pet; its first owner never changes."""
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
    tx.run(
        "DELETE FROM pets WHERE organization_id = :organization_id AND contact_id = :contact_id AND id = :id",
        {"organization_id": organization_id, "contact_id": pet.contact_id, "id": pet.id},
    )
