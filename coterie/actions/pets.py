"""Changes of pets. Every change of a pet is a change of both its owners."""

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
    """Creates a pet of a contact from the fields update_pet takes; name is required.

    Raises Invalid as update_pet does, or if the contact has 200 pets.
    """
    if store.count_pets(tx, caller.organization_id, contact_id, include_deleted=True) >= PETS_MAX:
        raise invalid("name", f"exceeds the limit of {PETS_MAX} pets per contact")
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
    _record(tx, caller, "pet.created", None, pet)
    return pet


def update_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str, fields: Fields) -> Pet:
    """Changes the given fields of a pet: name, species, born_on (a date, possibly without a year), second_owner (the
    uuid of a contact; None clears).

    contact_id may be either owner. Raises NotFound if the pet is deleted or not theirs; Invalid if the name is empty,
    a text is too long, the date does not exist, or the second owner is the first, deleted or unknown.
    """
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is not None:
        raise NotFound("Pet not found")
    after = replace(before, **_check(tx, caller, before, fields))
    if after == before:
        return before
    return _save(tx, caller, "pet.updated", before, replace(after, updated_at=times.now()))


def delete_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    """Deletes a pet so that it can be restored. Deleting it again changes nothing."""
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, "pet.deleted", before, replace(before, deleted_at=now, updated_at=now))


def restore_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    """Restores a deleted pet. One that is not deleted stays unchanged."""
    before = _find(tx, caller, contact_id, pet_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "pet.restored", before, replace(before, deleted_at=None, updated_at=times.now()))


def erase_pet(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> None:
    """Erases a pet, deleted or not; its event has the old values."""
    pet = _find(tx, caller, contact_id, pet_id)
    store.erase_pet(tx, caller.organization_id, pet)
    _record(tx, caller, "pet.erased", pet, None)


def _save(tx: Tx, caller: Caller, kind: str, before: Pet, after: Pet) -> Pet:
    store.save_pet(tx, caller.organization_id, after)
    _record(tx, caller, kind, before, after)
    return after


def _record(tx: Tx, caller: Caller, kind: str, before: Pet | None, after: Pet | None) -> None:
    pet = after or before
    assert pet is not None
    owners = {owner for each in (before, after) if each for owner in (each.contact_id, each.second_owner_id) if owner}
    changes = differences(before, after, ("name", "species", "born_on", "second_owner_id"))
    record(tx, caller, kind, pet.id, contact_ids=owners, changes=changes)


def _find(tx: Tx, caller: Caller, contact_id: int, pet_id: str) -> Pet:
    pet = store.find_pet(tx, caller.organization_id, contact_id, pet_id, to_change=True)
    if pet is None:
        raise NotFound("Pet not found")
    return pet


def _check(tx: Tx, caller: Caller, pet: Pet, fields: Fields) -> dict[str, Any]:
    """Returns the columns among the fields. Raises Invalid with every problem."""
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
        raise invalid("second_owner", "is the first owner")
    return contact.id
