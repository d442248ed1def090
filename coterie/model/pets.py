"""Pets: animals with one or two owners among the contacts."""

from msgspec import Struct

NAME_LENGTH_MAX = 200
SPECIES_LENGTH_MAX = 100
PETS_MAX = 200


class Pet(Struct, frozen=True):
    """contact_id: its first owner. born_on: a date as in model.times."""

    contact_id: int
    id: str
    name: str
    species: str | None
    born_on: str | None
    second_owner_id: int | None
    created_at: str
    updated_at: str
    deleted_at: str | None
