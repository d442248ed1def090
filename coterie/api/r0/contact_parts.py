"""R0's contact with the parts in include[]."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from coterie.api.r0 import addresses, emails, important_dates, pets, phone_numbers, terms
from coterie.api.r0.addresses import AddressEntity
from coterie.api.r0.contact_entity import ContactEntity, present_contact
from coterie.api.r0.emails import EmailEntity
from coterie.api.r0.important_dates import ImportantDateEntity
from coterie.api.r0.pages import LIMIT_MAX
from coterie.api.r0.pets import PetEntity
from coterie.api.r0.phone_numbers import PhoneNumberEntity
from coterie.api.r0.terms import TermEntity
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, PHONE, Handle
from coterie.model.organizations import Caller
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx


class ContactWithParts(ContactEntity, kw_only=True):
    """The contact with the parts include[] asked for, the first 100 of each; the others are left out."""

    tags: list[TermEntity] | UnsetType = UNSET
    pets: list[PetEntity] | UnsetType = UNSET
    phone_numbers: list[PhoneNumberEntity] | UnsetType = UNSET
    email_addresses: list[EmailEntity] | UnsetType = UNSET
    locations: list[AddressEntity] | UnsetType = UNSET
    expertise_tags: list[TermEntity] | UnsetType = UNSET
    important_dates: list[ImportantDateEntity] | UnsetType = UNSET


class _Include(Struct, frozen=True):
    """One word of include[]: the part to load, and the function that presents it from (sheet, uuids of contacts)."""

    part: Part
    present: Callable[[ContactSheet, Mapping[int, str]], list[Any]]


def _handles(channel: str, present: Callable[[Handle], Any]) -> _Include:
    return _Include("handles", lambda sheet, _: [present(h) for h in sheet.handles if h.channel == channel])


INCLUDES = {
    "tags": _Include("tags", lambda sheet, _: [terms.present(term) for term in sheet.tags]),
    "pets": _Include("pets", lambda sheet, uuids: [pets.present_with(pet, uuids) for pet in sheet.pets]),
    "phone_numbers": _handles(PHONE, phone_numbers.present),
    "email_addresses": _handles(EMAIL, emails.present),
    "locations": _Include("addresses", lambda sheet, _: [addresses.present(each) for each in sheet.addresses]),
    "expertise_tags": _Include("expertises", lambda sheet, _: [terms.present(term) for term in sheet.expertises]),
    "important_dates": _Include("dates", lambda sheet, _: [important_dates.present(date) for date in sheet.dates]),
}


def present_with_parts(
    tx: Tx, caller: Caller, contacts: Sequence[Contact], words: Collection[str]
) -> list[ContactWithParts]:
    """The entities of contacts with the parts that the words name; one query for each part."""
    includes = {word: include for word, include in INCLUDES.items() if word in words}
    names = sorted({include.part for include in includes.values()})
    sheets = sheets_of(tx, caller.organization_id, contacts, names).values()
    owned = [pet for sheet in sheets for pet in sheet.pets] if "pets" in includes else []
    uuids = pets.owner_uuids(tx, caller, contacts, owned)
    entities = []
    for sheet in sheets:
        values = msgspec.structs.asdict(present_contact(sheet.contact))
        values |= {word: include.present(sheet, uuids)[:LIMIT_MAX] for word, include in includes.items()}
        entities.append(ContactWithParts(**values))
    return entities
