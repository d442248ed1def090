"""Finds the contact that a new card belongs to, so that a card never makes a second contact of the same person."""

from coterie.carddav.errors import UidConflict
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, PHONE
from coterie.model.imports import ContactDraft
from coterie.store import cards as store
from coterie.store.card_owners import find_states_by_handles, find_uid_owner
from coterie.store.contacts import find_contact
from coterie.store.database import Tx


def find_by_uid(tx: Tx, organization_id: int, uid: str) -> Contact | None:
    """The contact with this UID, deleted or not. Raises UidConflict if it is that of a group."""
    owner = find_uid_owner(tx, organization_id, uid)
    if owner is not None and owner.group is not None:
        raise UidConflict(owner.group)
    return find_contact(tx, organization_id, owner.contact_id) if owner and owner.contact_id is not None else None


def find_removed(tx: Tx, organization_id: int, uid: str) -> Contact | None:
    """The contact with this UID that has no card, deleted or not. Raises UidConflict if a card has the UID."""
    contact = find_by_uid(tx, organization_id, uid)
    if contact is not None:
        present = store.find_card_of_contact(tx, organization_id, contact.id)
        if present is not None:
            raise UidConflict(present.href)
    return contact


def find_without_card(tx: Tx, organization_id: int, draft: ContactDraft) -> Contact | None:
    """The one contact that has an e-mail address or phone number of the card, unless it has a card already."""
    values: dict[str, set[str]] = {EMAIL: set(), PHONE: set()}
    for handle in draft.handles:
        if handle.channel in values and handle.normalized:
            values[handle.channel].add(handle.normalized)
    states = find_states_by_handles(tx, organization_id, values)
    without = [contact_id for contact_id, state in states.items() if state != "on"]
    return find_contact(tx, organization_id, without[0]) if len(states) == len(without) == 1 else None
