"""Adds every part R0 can include to a thousand contacts of a data set, through the actions, once."""

import sqlite3
from contextlib import closing

from bench.data import Data
from coterie.actions.addresses import add_address
from coterie.actions.callers import caller_for
from coterie.actions.pets import create_pet
from coterie.actions.terms import create_term, put_on_contact
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS, Term, Vocabulary
from coterie.settings import Settings
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx, open_database

CONTACTS_MAX = 1000
INCLUDES = ("tags", "pets", "phone_numbers", "email_addresses", "locations", "expertise_tags")
TAG_NAMES = tuple(f"Tag {number}" for number in range(12))
EXPERTISE_NAMES = tuple(f"Expertise {number}" for number in range(12))
_UUIDS = (
    "SELECT DISTINCT c.uuid FROM pets p JOIN contacts c ON c.organization_id = p.organization_id"
    " AND c.id = p.contact_id WHERE p.organization_id = ? ORDER BY c.id"
)
ADDRESS = {
    "label": "home", "address_line_1": "Rua da Boavista 12", "locality": "Porto", "region": None,
    "postcode": "4050-102", "country": "Portugal",
}  # fmt: skip


def paths_with_parts(data: Data) -> list[str]:
    """The paths of the contacts with parts, with all six includes. Adds the parts if no contact has any."""
    organization_uuid, uuids = _list_uuids(data)
    if not uuids:
        _add(data)
        organization_uuid, uuids = _list_uuids(data)
    query = "&".join(f"include[]={word}" for word in INCLUDES)
    return [f"/api/v1/orgs/{organization_uuid}/contacts/{uuid}?{query}" for uuid in uuids]


def _list_uuids(data: Data) -> tuple[str, list[str]]:
    with closing(sqlite3.connect(data.file)) as connection:
        ((organization_uuid,),) = connection.execute(
            "SELECT uuid FROM organizations WHERE id = ?", (data.organization_id,)
        )
        return organization_uuid, [uuid for (uuid,) in connection.execute(_UUIDS, (data.organization_id,))]


def _add(data: Data) -> None:
    step = max(4, data.contact_count // CONTACTS_MAX)
    database = open_database(Settings(data=data.folder, database_url=f"sqlite:///{data.file}"))
    with database.write() as tx:
        caller = caller_for(tx, data.organization_id, via="cli")
        tags = [create_term(tx, caller, TAGS, name) for name in TAG_NAMES]
        expertises = [create_term(tx, caller, EXPERTISES, name) for name in EXPERTISE_NAMES]
        for number, contact_id in enumerate(range(step, data.contact_count + 1, step)):
            _put(tx, caller, contact_id, TAGS, [tags[(number + place) % len(tags)] for place in range(3)])
            _put(
                tx, caller, contact_id, EXPERTISES, [expertises[(number + place) % len(expertises)] for place in (0, 1)]
            )
            add_address(tx, caller, contact_id, ADDRESS)
            pet = {"name": f"Rex {number}", "species": "Dog", "born_on": "2019-05-04"}
            if number % 4 == 0:
                (other,) = list_contacts_by_id(tx, data.organization_id, [contact_id - 1])
                pet["second_owner"] = other.uuid
            create_pet(tx, caller, contact_id, pet)
    database.close()


def _put(tx: Tx, caller: Caller, contact_id: int, vocabulary: Vocabulary, terms: list[Term]) -> None:
    for term in terms:
        put_on_contact(tx, caller, vocabulary, contact_id, term.id)
