"""Cards with another ETag and the same text: a server that was moved or repaired gives all of its cards new ETags."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from coterie.errors import Invalid
from coterie.model.subscriptions import BOUND
from coterie.remote.context import Context
from coterie.remote.listing import Fetched, Listing, fetch
from coterie.store import remote_cards as store
from coterie.store.database import Tx
from coterie.vcard.raw import decode_card, join_lines


def drop_unchanged(context: Context, listing: Listing, bound: Collection[str]) -> None:
    """Reads the changed cards that are in sync, and takes those with their old text out of the listing."""
    for part in fetch(context.client, [href for href in listing.changed if href in bound]):
        with context.write() as tx:
            for href in _same(tx, context, part, listing):
                del listing.changed[href]


def _same(tx: Tx, context: Context, fetched: Iterable[Fetched], listing: Listing) -> list[str]:
    """The names of cards with their old text, whose new ETag is stored."""
    parts = list(fetched)
    known = store.find_remote_cards(tx, context.organization_id, context.subscription.id, [part.href for part in parts])
    same = []
    for part in parts:
        card = known.get(part.href)
        if card is not None and card.state == BOUND and _text_of(part) == card.remote_body:
            context.save_cards(tx, replace(card, etag=part.etag or listing.changed[part.href]))
            same.append(part.href)
    return same


def _text_of(fetched: Fetched) -> str | None:
    try:
        return join_lines(decode_card(fetched.body)) if fetched.body is not None else None
    except Invalid:
        return None
