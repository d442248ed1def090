"""What clients of every door see of each contact of an organization, as far as revisions promise to follow it."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.api.hub import contact_entity as hub
from coterie.api.inro.contacts import present_contacts
from coterie.api.r0.contact_parts import INCLUDES, present_with_parts
from coterie.exports.write import write_vcards
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store import addresses, attachments, contact_relationships, dates, gifts, notes, pets, properties, terms
from coterie.store.card_states import find_card_states
from coterie.store.contacts import list_all_contacts
from coterie.store.database import Tx
from coterie.store.handles import list_handles_on

# What the row of a contact has that is not a change of it, and what interactions and follower snapshots change
_LEFT_OUT = {"updated_at", "revision", "last_messages", "last_comments", "last_mentions", "follower_count",
             "follower_growth"}  # fmt: skip
EVERYTHING = hub.read_shape(None, "all")
_CHANNELS = ("email", "phone", "instagram", "website", "linkedin")


def look(tx: Tx, caller: Caller, folder: Path, *, with_parts: bool = True) -> tuple[dict[int, Any], dict[int, Contact]]:
    """(contact id -> what this caller sees of it, contact id -> its row), the deleted ones too.

    with_parts: with the lists of its parts, which take half the time.
    """
    everyone = list_all_contacts(tx, caller.organization_id, limit=1000)
    alive = [contact for contact in everyone if contact.deleted_at is None]
    cards = dict(zip([contact.id for contact in alive], write_vcards(tx, caller, folder), strict=True))
    inro = present_contacts(tx, caller.organization_id, everyone)
    r0 = present_with_parts(tx, caller, everyone, tuple(INCLUDES))
    of_hub = hub.present_contacts(tx, caller.organization_id, everyone, EVERYTHING)
    states = find_card_states(tx, caller.organization_id, [contact.id for contact in everyone])
    seen = {
        contact.id: {
            "card": cards.get(contact.id),
            "inro": _shown(of_inro),
            "r0": _shown(of_r0),
            "hub": _shown(entity),
            "on_phones": states[contact.id] == "on",
            "parts": _parts(tx, caller, contact) if with_parts else [],
        }
        for contact, of_inro, of_r0, entity in zip(everyone, inro, r0, of_hub, strict=True)
    }
    return seen, {contact.id: contact for contact in everyone}


def _shown(entity: Any) -> Any:
    presented = _without_counts(msgspec.json.decode(msgspec.json.encode(entity)))
    return {name: value for name, value in presented.items() if name not in _LEFT_OUT}


def _without_counts(value: Any) -> Any:
    """How many contacts have a tag is nothing about each of them."""
    if isinstance(value, dict):
        return {name: _without_counts(each) for name, each in value.items() if name != "contact_count"}
    return [_without_counts(each) for each in value] if isinstance(value, list) else value


def _parts(tx: Tx, caller: Caller, contact: Contact) -> list[Any]:
    """The lists below a contact, with and without what is deleted, and the names of its properties."""
    of, found = (tx, caller.organization_id, contact.id), list[Any]()
    for deleted in (False, True):
        page: dict[str, Any] = {"include_deleted": deleted, "limit": 100}
        for list_of in (
            addresses.list_addresses, dates.list_dates, gifts.list_gifts, pets.list_pets,
            contact_relationships.list_contact_relationships,
        ):  # fmt: skip
            found.append(list_of(*of, **page))  # type: ignore[operator]
        found.append(notes.list_notes_of_contact(*of, reader_id=caller.user_id, **page))
        found += [list_handles_on(*of, channel, **page) for channel in _CHANNELS]
        for vocabulary in (TAGS, EXPERTISES):
            listed = terms.list_terms_of_contact(tx, caller.organization_id, vocabulary, contact.id, **page)
            found.append([replace(term, contact_count=0) for term in listed])
    found.append(attachments.list_attachments(*of, limit=100))
    values = properties.list_values_of(tx, caller.organization_id, [contact.id]).get(contact.id, {})
    definitions = properties.find_definitions(tx, caller.organization_id, values)
    found.append([(definitions[slug].title, bytes(value)) for slug, value in sorted(values.items())])
    return found
