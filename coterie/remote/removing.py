"""Cards that were deleted from a remote book: their contacts are deleted so that they can be restored.

A contact that has more than its card (notes, messages, another book) stays and only leaves the subscription's folder.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.actions.contacts import delete_contact
from coterie.model.subscriptions import (
    ASK,
    BOUND,
    CARD_HELD,
    DELETED_THERE,
    DETACHED,
    ERASED,
    REJECTED,
    REMOTE,
    REMOVED,
    RemoteCard,
)
from coterie.remote import merge, own_cards
from coterie.remote.context import Context
from coterie.remote.groups import is_group_card, leave_group
from coterie.store import remote_cards as store
from coterie.store.contacts import find_contact
from coterie.store.database import Tx


def remove_cards(tx: Tx, context: Context, hrefs: Sequence[str], *, detach: bool = False) -> None:
    """Deletes contacts whose cards the server deleted. detach: the contacts stay, and are no longer in sync."""
    known = store.find_remote_cards(tx, context.organization_id, context.subscription.id, hrefs)
    for card in known.values():
        if is_group_card(card) and not detach:
            leave_group(tx, context, card)
        if card.contact_id is None or card.state not in (BOUND, CARD_HELD, REJECTED, ERASED):
            store.delete_remote_card(tx, context.organization_id, context.subscription.id, card.href)
        elif detach:
            context.save_cards(tx, replace(card, etag=None, state=DETACHED))
        else:
            _remove(tx, context, card, card.contact_id)


def _remove(tx: Tx, context: Context, card: RemoteCard, contact_id: int) -> None:
    contact = find_contact(tx, context.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        store.delete_remote_card(tx, context.organization_id, context.subscription.id, card.href)
        return
    own = own_cards.render(tx, context, [contact_id])[contact_id]
    is_changed = context.is_two_way and merge.push(card, own.text, context.caller.country) is not None
    if is_changed and card.decision != REMOTE:
        lose_to_change(tx, context, card)
        return
    if store.has_more_than_card(tx, context.organization_id, context.subscription.id, contact_id):
        own_cards.put_in_folder(tx, context, contact_id, is_in=False)
        context.save_cards(tx, replace(card, etag=None, state=DETACHED))
        return
    deleted = delete_contact(tx, context.caller, contact_id)
    context.counts.deleted_here += 1
    gone = replace(card, etag=None, remote_body="", own_body=None, contact_revision=deleted.revision, state=REMOVED)
    context.save_cards(tx, gone)


def lose_to_change(tx: Tx, context: Context, card: RemoteCard) -> None:
    """Marks a card for writing that the server deleted and whose contact changed; holds it if the policy is to ask."""
    if context.policy == ASK and card.decision is None:
        context.counts.held += 1
        context.save_cards(tx, replace(card, state=CARD_HELD, reason_code=DELETED_THERE))
        return
    again = replace(card, etag=None, remote_body="", own_body=None, contact_revision=0, state=REMOVED, decision=None)
    context.save_cards(tx, again)
