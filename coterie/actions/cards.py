"""Changes of cards by devices: their names, their stored lines, which contacts phones see."""

from coterie.actions.contacts import delete_contact
from coterie.actions.events import record
from coterie.model import times
from coterie.model.cards import CardRef, default_href
from coterie.model.contacts import Contact
from coterie.model.imports import UID_SOURCE
from coterie.model.organizations import Caller
from coterie.store import cards as store
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.cards import StoredCard
from coterie.store.contacts import find_contact, insert_external_ids
from coterie.store.database import Tx
from coterie.store.portable_export import find_contacts_with_interactions
from coterie.store.revisions import next_changes


def record_card_change(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Moves the revision of a contact of whose card only lines without a field changed."""
    record(tx, caller, "contact.card_changed", contact_id, contact_ids=[contact_id])


def add_card(tx: Tx, caller: Caller, contact: Contact, card: StoredCard) -> CardRef:
    """Stores the card of a contact that this transaction has created; returns the card."""
    _save_name(tx, caller, contact.uuid, card.href, contact.revision, times.now())
    store.save_stored(tx, caller.organization_id, card, is_first=True)
    return CardRef(card.href, contact.id, contact.revision, contact.updated_at)


def save_card(tx: Tx, caller: Caller, contact: Contact, card: StoredCard, *, is_new: bool) -> CardRef:
    """Stores the card of a contact, after the contact was changed; returns it.

    contact: after the change. is_new: whether the contact had no card of this name; a card under another name is
    deleted.
    """
    if is_new:
        set_card_state(tx, caller.organization_id, contact.id, "on")
        name_card(tx, caller, contact.uuid, card.href, revision=contact.revision)
    store.add_history(tx, caller.organization_id, contact.id)
    store.save_stored(tx, caller.organization_id, card)
    return CardRef(card.href, contact.id, contact.revision, contact.updated_at)


def add_uid(tx: Tx, caller: Caller, contact_id: int, uid: str) -> None:
    """Adds the UID of a card to the external ids of a contact; a UID of another contact is not moved."""
    insert_external_ids(tx, caller.organization_id, [(UID_SOURCE, uid, contact_id)])


def name_card(tx: Tx, caller: Caller, contact_uuid: str, href: str, *, revision: int) -> None:
    """Gives the card of a contact a name; its earlier name is deleted."""
    now = times.now()
    store.delete_names_of_contact(tx, caller.organization_id, contact_uuid, revision=revision, now=now, but=href)
    _save_name(tx, caller, contact_uuid, href, revision, now)


def _save_name(tx: Tx, caller: Caller, contact_uuid: str, href: str, revision: int, now: str) -> None:
    if href != default_href(contact_uuid):
        store.save_name(
            tx, caller.organization_id, href, contact_uuid=contact_uuid, revision=revision, now=now, is_deleted=False
        )


def move_card(tx: Tx, caller: Caller, ref: CardRef, href: str) -> None:
    """Gives a card another name, which is free."""
    organization_id, now = caller.organization_id, times.now()
    revision = next_changes(tx, organization_id)
    contact = find_contact(tx, organization_id, ref.contact_id) if ref.contact_id is not None else None
    uuid = contact.uuid if contact else None
    # the earlier name first: a contact has one at a time
    store.save_name(tx, organization_id, ref.href, contact_uuid=uuid, revision=revision, now=now, is_deleted=True)
    store.save_name(tx, organization_id, href, contact_uuid=uuid, revision=revision, now=now, is_deleted=False)
    store.rename_stored(tx, organization_id, ref.href, href)
    if contact is not None:
        record_card_change(tx, caller, contact.id)
    else:
        record(tx, caller, "device.group_written", caller.token_id or "", now=now)


def save_group(
    tx: Tx, caller: Caller, href: str, *, uid: str, body: str, tag_id: str | None, tag_digest: str | None
) -> CardRef:
    """Stores a card that is a group of cards, as a device wrote it; returns it. tag_id, tag_digest: as StoredCard."""
    text = body.replace("\r\n ", "").lower()
    group = StoredCard(
        href, None, uid, body=body, draft=None, revision=0, device_id=caller.token_id,
        other_emails=text if "email" in text else None, tag_id=tag_id, tag_digest=tag_digest,
    )  # fmt: skip
    ref = store.save_group(tx, caller.organization_id, group)
    record(tx, caller, "device.group_written", caller.token_id or "", now=ref.changed_at)
    return ref


def delete_card(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Deletes the contact of a card, which can be restored; one with messages stays, off phones."""
    if find_contacts_with_interactions(tx, caller.organization_id, [contact_id]):
        change_card_state(tx, caller, contact_id, "off")
    else:
        delete_contact(tx, caller, contact_id)


def change_card_state(tx: Tx, caller: Caller, contact_id: int, state: str | None) -> None:
    """Shows a contact on phones ("on"), keeps it off them ("off"), or makes it audience (None).

    contact_id: of a contact that the caller has locked.
    """
    before = find_card_states(tx, caller.organization_id, [contact_id])[contact_id]
    if before == state:
        return
    set_card_state(tx, caller.organization_id, contact_id, state)
    kind = "contact.put_on_phones" if state == "on" else "contact.taken_off_phones"
    undo = {"before": before, "after": state}
    record(tx, caller, kind, contact_id, contact_ids=[contact_id], undo=undo)
