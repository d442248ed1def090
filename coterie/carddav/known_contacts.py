"""Finds the contact that a new card belongs to, so that a card never makes a second contact of the same person."""

from coterie.carddav.errors import UidConflict
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, PHONE
from coterie.model.imports import UID_SOURCE, ContactDraft
from coterie.store import cards as store
from coterie.store.card_states import find_states_by_handle
from coterie.store.contacts import find_contact, find_contact_by_uuid, find_external_ids
from coterie.store.database import Tx


def find_by_uid(tx: Tx, organization_id: int, uid: str) -> Contact | None:
    """The contact with this UID, deleted or not. Raises UidConflict if it is that of a group."""
    if (other := store.find_group_by_uid(tx, organization_id, uid)) is not None:
        raise UidConflict(other)
    contact_id = find_external_ids(tx, organization_id, UID_SOURCE, [uid]).get(uid)
    if contact_id is not None:
        return find_contact(tx, organization_id, contact_id)
    return find_contact_by_uuid(tx, organization_id, uid)


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
    states: dict[int, str | None] = {}
    for channel in (EMAIL, PHONE):
        values = {handle.normalized for handle in draft.handles if handle.channel == channel and handle.normalized}
        if values:
            states |= find_states_by_handle(tx, organization_id, channel, values)
    without = [contact_id for contact_id, state in states.items() if state != "on"]
    return find_contact(tx, organization_id, without[0]) if len(states) == len(without) == 1 else None
