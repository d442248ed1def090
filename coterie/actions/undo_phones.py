"""Undoes events that put contacts on phones or took them off."""

from coterie.actions.cards import change_card_state
from coterie.actions.undo_contacts import Left, Undo, find_contact
from coterie.model.organizations import Caller
from coterie.model.undo import NotUndone, PastEvent
from coterie.store.card_states import find_card_states
from coterie.store.database import Tx


def _restore_state(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Restores the earlier state of a contact, unless it has changed since. A new book put contacts on phones itself:
    its event has no states."""
    if "before" not in event.undo:
        raise NotUndone("no_values")
    contact = find_contact(tx, caller, event.contact_ids[0])
    state = find_card_states(tx, caller.organization_id, [contact.id])[contact.id]
    if contact.deleted_at is not None or state not in (event.undo["before"], event.undo["after"]):
        raise NotUndone("changed_since")
    before = event.undo["before"]
    change_card_state(tx, caller, contact.id, None if before is None else str(before))
    return ()


UNDO: dict[str, Undo] = {"contact.put_on_phones": _restore_state, "contact.taken_off_phones": _restore_state}
