"""…/contacts/{contact_id}/pets: a pet is listed under both of its owners."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import pets as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, Text, delete, fields_set
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.model.pets import Pet
from coterie.store import pets as store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

_NAMES = {"type": "species", "date_of_birth": "born_on", "secondary_contact_id": "second_owner"}
_WIRE = {ours: wire for wire, ours in _NAMES.items()}


class PetEntity(Struct):
    id: str
    name: str
    type: Annotated[str | None, Meta(description="Dog, cat, and so on.")]
    date_of_birth: Annotated[str | None, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")]
    contact_id: Annotated[str, Meta(description="The first owner.")]
    secondary_contact_id: Annotated[str | None, Meta(description="The second owner.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class PetList(PageEntity):
    pets: list[PetEntity]


class PetFields(Struct, kw_only=True):
    name: str | UnsetType = UNSET
    type: Annotated[Text, Meta(description="Dog, cat, and so on.")] = UNSET
    date_of_birth: Annotated[Text, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")] = UNSET
    secondary_contact_id: Annotated[Text, Meta(description="The second owner; null clears.")] = UNSET
    deleted: Deleted = UNSET


class NewPet(PetFields, kw_only=True):
    name: str


class NewPetBody(Struct):
    pet: NewPet


class PetBody(Struct):
    pet: PetFields


def present_with(pet: Pet, uuids: Mapping[int, str]) -> PetEntity:
    """The entity of a pet. uuids must contain its owners."""
    return PetEntity(
        id=pet.id,
        name=pet.name,
        type=pet.species,
        date_of_birth=pet.born_on,
        contact_id=uuids[pet.contact_id],
        secondary_contact_id=None if pet.second_owner_id is None else uuids[pet.second_owner_id],
        created_at=pet.created_at,
        updated_at=pet.updated_at,
        deleted_at=pet.deleted_at,
    )


def owner_uuids(tx: Tx, caller: Caller, contacts: Iterable[Contact], pets: Iterable[Pet]) -> dict[int, str]:
    """contact id -> uuid, for the contacts and every owner of the pets."""
    uuids = {contact.id: contact.uuid for contact in contacts}
    owners = {owner for pet in pets for owner in (pet.contact_id, pet.second_owner_id) if owner is not None}
    return uuids | uuids_of(tx, caller.organization_id, owners - uuids.keys())


def present(tx: Tx, caller: Caller, contact: Contact, pet: Pet) -> PetEntity:
    """The entity of a pet of the contact."""
    return present_with(pet, owner_uuids(tx, caller, [contact], [pet]))


def list_(tx: Tx, caller: Caller, request: Request) -> PetList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id), includes_deleted(request.query.include)
    pets = store.list_pets(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_pets(*of, include_deleted=deleted)
    uuids = owner_uuids(tx, caller, [contact], pets)
    return PetList(*envelope(page, total, pets), [present_with(pet, uuids) for pet in pets])


def show(tx: Tx, caller: Caller, request: Request) -> PetEntity:
    contact = contact_of(tx, caller, request)
    pet = store.find_pet(tx, caller.organization_id, contact.id, _id(request))
    if pet is None:
        raise NotFound("Pet not found")
    return present(tx, caller, contact, pet)


def create(tx: Tx, caller: Caller, request: Request) -> PetEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    with wire_names("pet", _WIRE):
        pet = actions.create_pet(tx, caller, contact.id, fields_set(request.body.pet, _NAMES))
    return present(tx, caller, contact, pet)


def update(tx: Tx, caller: Caller, request: Request) -> PetEntity:
    contact, pet_id = contact_of(tx, caller, request, to_change=True), _id(request)
    with wire_names("pet", _WIRE):
        pet = change(
            request.body.pet,
            _NAMES,
            restore=lambda: actions.restore_pet(tx, caller, contact.id, pet_id),
            update=lambda columns: actions.update_pet(tx, caller, contact.id, pet_id, columns),
            delete=lambda: actions.delete_pet(tx, caller, contact.id, pet_id),
        )
    return present(tx, caller, contact, pet)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    contact, pet_id = contact_of(tx, caller, request, to_change=True), _id(request)
    return delete(
        request,
        lambda: present(tx, caller, contact, actions.delete_pet(tx, caller, contact.id, pet_id)),
        lambda: actions.erase_pet(tx, caller, contact.id, pet_id),
    )


def _id(request: Request) -> str:
    return part_id(request, "pet_id", "Pet")
