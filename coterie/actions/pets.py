"""What can happen to pets."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.pets import NAME_LENGTH_MAX, PETS_MAX, SPECIES_LENGTH_MAX, Pet
from coterie.store import contacts as contact_store
from coterie.store import pets as store
from coterie.store.database import Tx

Fields = Mapping[str, Any]


def create_pet(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> Pet:
    """A new pet of a contact from the fields update_pet takes; name must be among them.

    Refused: what update_pet refuses; more than 200 pets of one contact.
    """
    if store.count_pets(tx, caller.organization_id, contact_id, include_deleted=True) >= PETS_MAX:
        raise invalid("name", f"is one too many: a contact has at most {PETS_MAX} pets")
    now = times.now()
    blank = Pet(
        contact_id=contact_id,
        id=new_id(),
        name="",
        species=None,
        born_on=None,
        second_owner_id=None,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    pet = replace(blank, **_check(tx, caller, blank, {"name": None, **fields}))
    store.insert_pet(tx, caller.organization_id, pet)
    record(tx, caller, "pet.created", pet.id, contact_id=contact_id, changes={"name": (None, pet.name)}, now=now)
    return pet


def update_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str, fields: Fields) -> Pet:
    """Change the fields named, and no others: name, species, born_on (a date, the year may be missing),
    second_owner (the uuid of a contact; None clears).

    contact_id may be either owner. Refused: a pet that is deleted or not there; an empty name, long texts, a date
    that does not exist; a second owner that is no living contact of the organization, or the first owner.
    """
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is not None:
        raise NotFound("Pet not found")
    after = replace(before, **_check(tx, caller, before, fields))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_pet(tx, caller.organization_id, after)
    changes = differences(before, after, ("name", "species", "born_on", "second_owner_id"))
    record(tx, caller, "pet.updated", pet_id, contact_id=before.contact_id, changes=changes)
    return after


def delete_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    """Delete a pet so that it can be restored. Deleting twice is once."""
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    after = replace(before, deleted_at=now, updated_at=now)
    store.save_pet(tx, caller.organization_id, after)
    record(tx, caller, "pet.deleted", pet_id, contact_id=before.contact_id, now=now)
    return after


def restore_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    """Bring a deleted pet back. One that is not deleted stays as it is."""
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is None:
        return before
    after = replace(before, deleted_at=None, updated_at=times.now())
    store.save_pet(tx, caller.organization_id, after)
    record(tx, caller, "pet.restored", pet_id, contact_id=before.contact_id)
    return after


def erase_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> None:
    """Remove a pet for good, deleted before or not."""
    pet = _find(tx, caller, contact_id, pet_id)
    store.erase_pet(tx, caller.organization_id, pet)
    record(tx, caller, "pet.erased", pet_id, contact_id=pet.contact_id)


def _find(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    pet = store.find_pet(tx, caller.organization_id, contact_id, pet_id, to_change=True)
    if pet is None:
        raise NotFound("Pet not found")
    return pet


def _check(tx: Tx, caller: Caller, pet: Pet, fields: Fields) -> dict[str, Any]:
    """The columns among the fields, with every problem at once."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, length in (("name", NAME_LENGTH_MAX), ("species", SPECIES_LENGTH_MAX)):
        if name in fields:
            text = (fields[name] or "").strip() or None
            columns[name] = text
            if text is not None and len(text) > length:
                problems.append(Problem((name,), "too_long", f"is longer than {length} characters"))
    if "name" in columns and columns["name"] is None:
        problems.append(Problem(("name",), "blank", "is empty"))
    with gathering(problems):
        if "born_on" in fields:
            born_on = (fields["born_on"] or "").strip()
            columns["born_on"] = times.parse_date(born_on, "born_on") if born_on else None
    with gathering(problems):
        if "second_owner" in fields:
            columns["second_owner_id"] = _second_owner(tx, caller, pet, fields["second_owner"])
    if problems:
        raise Invalid(*problems)
    return columns


def _second_owner(tx: Tx, caller: Caller, pet: Pet, uuid: str | None) -> int | None:
    if not uuid:
        return None
    contact = contact_store.find_contact_by_uuid(tx, caller.organization_id, uuid.strip().lower())
    if contact is None or contact.deleted_at is not None:
        raise invalid("second_owner", "is not a contact of this organization")
    if contact.id == pet.contact_id:
        raise invalid("second_owner", "is the first owner already")
    return contact.id
