"""Writes our changes to a remote book. Every write is conditional, so that it never replaces newer data.

Guarantees. A write that the server has taken and whose response was lost is found by the next run, as a remote change
equal to the local card. The write is not repeated, and no contact or card is duplicated.
"""

from urllib.parse import urljoin

from msgspec.structs import replace

from coterie.actions.contacts import restore_contact
from coterie.errors import Invalid
from coterie.model.ids import new_id
from coterie.model.subscriptions import (
    BOUND,
    CARD_HELD,
    CONFLICT,
    ERASED,
    REMOTE,
    RemoteCard,
    in_step,
    name_of_card,
    path_of,
)
from coterie.remote import merge, own_cards
from coterie.remote.client import Reply
from coterie.remote.context import Context
from coterie.remote.listing import Fetched, get, quoted
from coterie.remote.own_cards import OwnCard
from coterie.remote.pulling import rejected, take_cards
from coterie.remote.removing import lose_to_change
from coterie.store import remote_cards as store
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.merges import find_survivor
from coterie.vcard.raw import decode_card, join_lines, split_card, uid_of

VCARD = "text/vcard; charset=utf-8"
# statuses of a write for which the server has another card than expected
_CHANGED_THERE = (409, 412)
_ATTEMPTS = 2


def push_changes(context: Context, *, up_to: int) -> None:
    """Writes every change since the base, and contacts that the book is to get. up_to: the last change number."""
    with context.write() as tx:
        changed = store.list_changed_here(tx, context.organization_id, context.subscription.id)
        new = _new_contacts(tx, context, up_to)
    for card in changed:
        _stop_if_asked(context)
        _push(context, card.href)
    for contact_id in new:
        _stop_if_asked(context)
        _create(context, contact_id)


class Stopped(Exception):
    """The worker stops; the next run continues."""


def _stop_if_asked(context: Context) -> None:
    if context.should_stop():
        raise Stopped


def _new_contacts(tx: Tx, context: Context, up_to: int) -> list[int]:
    subscription = context.subscription
    return store.list_new_here(
        tx, context.organization_id, subscription.id, folder_id=subscription.folder_id,
        after=subscription.seen_change, up_to=up_to,
    )  # fmt: skip


def follow_merges(tx: Tx, context: Context) -> None:
    """Gives the card of a merged contact to its survivor, unless that has a card: then this one is due for deletion."""
    for card in store.list_deleted_here(tx, context.organization_id, context.subscription.id):
        if card.contact_id is None:
            continue
        survivor = find_survivor(tx, context.organization_id, card.contact_id)
        other = store.find_by_contact(tx, context.organization_id, context.subscription.id, survivor)
        if survivor != card.contact_id and other is None:
            context.save_cards(tx, replace(card, contact_id=survivor, contact_revision=0))


# Changed cards --------------------------------------------------------------------------------------------------------


def _load(context: Context, href: str) -> tuple[RemoteCard, OwnCard, str] | None:
    """(card, ours, the text to write) of a card that differs; None if it does not, or is no longer in sync."""
    with context.write() as tx:
        card = store.find_remote_cards(tx, context.organization_id, context.subscription.id, [href]).get(href)
        if card is None or card.contact_id is None or card.state == CARD_HELD:
            return None
        own = own_cards.render(tx, context, [card.contact_id]).get(card.contact_id)
        if own is None:
            return None
        is_created = card.etag is None and not card.remote_body
        text = own.text if is_created else merge.push(card, own.text, context.caller.country)
        if text is None:
            context.save_cards(tx, replace(card, contact_revision=own.revision))
            return None
    return card, own, text


def _push(context: Context, href: str) -> None:
    for attempt in range(_ATTEMPTS):
        loaded = _load(context, href)
        if loaded is None:
            return
        card, own, text = loaded
        if card.etag is None and card.remote_body:
            _reject(context, card, own, "the server gives its cards no ETag, so it cannot be changed safely")
            return
        # a proxy made the ETag weak, which matches no If-Match
        etag = card.etag.removeprefix("W/") if card.etag and attempt else card.etag
        reply = _put(context, href, text, etag)
        if reply.is_success:
            _written(context, card, own, text, reply)
            return
        if reply.status == 404 and card.etag is not None:
            with context.write() as tx:
                lose_to_change(tx, context, card)
        elif reply.status in _CHANGED_THERE and attempt + 1 < _ATTEMPTS:
            _take_again(context, href)
        elif reply.status == 412:
            with context.write() as tx:
                context.counts.held += 1
                context.save_cards(tx, replace(card, state=CARD_HELD, reason_code=CONFLICT, reason="changed again"))
        else:
            _reject(context, card, own, _why(reply))
            return


def _put(context: Context, href: str, text: str, etag: str | None) -> Reply:
    condition = {"If-Match": etag} if etag is not None else {"If-None-Match": "*"}
    return context.client.request("PUT", href, body=text.encode(), headers={"Content-Type": VCARD, **condition})


def _take_again(context: Context, href: str) -> None:
    """Merges the server's card with the local card."""
    fetched = get(context.client, href)
    with context.write() as tx:
        take_cards(tx, context, [fetched], {fetched.href: None})


def _written(context: Context, card: RemoteCard, own: OwnCard, text: str, reply: Reply) -> None:
    """Stores the new base. A server that names no ETag may have changed the card, so it is read again."""
    href = path_of(urljoin(reply.url, reply.headers.get("location", "")), reply.url) or card.href
    etag, stored = reply.etag, text
    if etag is None or href != card.href:
        fetched = get(context.client, href)
        etag, stored = fetched.etag, _text_of(fetched) or text
    context.counts.written += 1
    after = replace(card, href=href, etag=etag, uid=uid_of(split_card(text)))
    with context.write() as tx:
        if href != card.href:
            store.delete_remote_card(tx, context.organization_id, context.subscription.id, card.href)
        context.save_cards(tx, in_step(after, remote=stored, own=own.text, revision=own.revision))


def _text_of(fetched: Fetched) -> str | None:
    try:
        return join_lines(decode_card(fetched.body)) if fetched.body is not None else None
    except Invalid:
        return None


def _reject(context: Context, card: RemoteCard, own: OwnCard, reason: str) -> None:
    """The server rejects the card. The other cards are still written; this one is retried when the contact changes."""
    context.counts.rejected += 1
    with context.write() as tx:
        context.save_cards(
            tx, replace(rejected(card, card.etag, "refused_there", reason), contact_revision=own.revision)
        )


def _why(reply: Reply) -> str:
    names = sorted(reply.multistatus.error.names) if reply.multistatus else []
    detail = ", ".join(name.rpartition("}")[2] for name in names[:3])
    return f"the server rejects it with status {reply.status}" + (f" ({detail})" if detail else "")


# New cards ------------------------------------------------------------------------------------------------------------


def _create(context: Context, contact_id: int) -> None:
    with context.write() as tx:
        own = own_cards.render(tx, context, [contact_id]).get(contact_id)
    if own is None:
        return
    base = path_of(context.client.url, context.client.url) or "/"
    href = path_of(base + quoted(name_of_card(own.uid, new_id())), context.client.url)
    assert href is not None
    reply = _put(context, href, own.text, None)
    card = RemoteCard(href, None, own.uid, "", contact_id=contact_id)
    if reply.is_success:
        _written(context, card, own, own.text, reply)
    elif reply.status in _CHANGED_THERE:
        _join_existing(context, card, own, reply)
    else:
        _reject(context, card, own, _why(reply))


def _join_existing(context: Context, card: RemoteCard, own: OwnCard, reply: Reply) -> None:
    """The server has a card with this name or UID: it is taken as the contact's."""
    named = reply.multistatus.error.hrefs if reply.multistatus else []
    href = next(filter(None, (path_of(each, reply.url) for each in named)), card.href)
    fetched = get(context.client, href)
    if fetched.body is None:
        _reject(context, card, own, _why(reply))
        return
    with context.write() as tx:
        take_cards(tx, context, [fetched], {fetched.href: None})
    with context.write() as tx:
        found = store.find_by_contact(tx, context.organization_id, context.subscription.id, own.contact_id)
    if found is None:
        _reject(context, card, own, "the server has another card with its name or UID")
    else:
        _push(context, found.href)


# Deletions ------------------------------------------------------------------------------------------------------------


def push_deletions(context: Context, cards: list[RemoteCard]) -> None:
    """Deletes locally deleted cards on the server, unless the server has changed them since."""
    for card in cards:
        _stop_if_asked(context)
        condition = {"If-Match": card.etag} if card.etag is not None else {}
        reply = context.client.request("DELETE", card.href, headers=condition)
        if reply.is_success or reply.status in (404, 410):
            context.counts.deleted_there += 1
            with context.write() as tx:
                store.delete_remote_card(tx, context.organization_id, context.subscription.id, card.href)
        elif reply.status == 412 and card.state != ERASED:
            _keep_changed(context, card)
        elif reply.status == 412:
            _delete_erased(context, card)
        else:
            with context.write() as tx:
                context.counts.rejected += 1
                context.save_cards(tx, rejected(card, card.etag, "refused_there", _why(reply)))


def _keep_changed(context: Context, card: RemoteCard) -> None:
    """The card changed on the server after its local deletion: the change wins, and the contact is restored."""
    fetched = get(context.client, card.href)
    with context.write() as tx:
        contact = find_contact(tx, context.organization_id, card.contact_id) if card.contact_id is not None else None
        if contact is not None and contact.deleted_at is not None and fetched.body is not None:
            restore_contact(tx, context.caller, contact.id)
            context.save_cards(tx, replace(card, state=BOUND, decision=REMOTE))
            take_cards(tx, context, [fetched], {fetched.href: None})


def _delete_erased(context: Context, card: RemoteCard) -> None:
    """Deletes the card of an erased contact, even if the server has changed it since."""
    etag = get(context.client, card.href).etag
    if etag is not None and context.client.request("DELETE", card.href, headers={"If-Match": etag}).is_success:
        context.counts.deleted_there += 1
        with context.write() as tx:
            store.delete_remote_card(tx, context.organization_id, context.subscription.id, card.href)
