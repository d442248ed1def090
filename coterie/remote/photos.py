"""Photos that cards of a remote book only link to: fetched once, so that phones and pages show them.

The link is untrusted: the guard of outgoing requests checks it, the password is not sent, size, time and number are
limited, and the content must be an image by its first bytes. Our side of the card has the bytes in place of the link,
the other side keeps the link, and neither counts as a change. A photo that cannot be fetched stays a link.
"""

import base64
import time
from collections.abc import Sequence

from msgspec.structs import replace

from coterie import outgoing
from coterie.errors import Invalid
from coterie.model.imports import PictureDraft
from coterie.model.subscriptions import BOUND, RemoteCard
from coterie.remote import merge, own_cards
from coterie.remote.context import Context
from coterie.store import remote_cards as store
from coterie.store.database import Tx
from coterie.vcard.raw import RawLine, join_lines, make_line, split_card
from coterie.vcard.read_pictures import read_picture, type_of

PHOTOS_MAX = 200
PHOTO_BYTES_MAX = 5 * 1024 * 1024
PHOTO_SECONDS_MAX, SECONDS_MAX = 10.0, 120.0
_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def fetch_photos(context: Context) -> None:
    """Fetches the photos of the cards that this run took, 200 at most within two minutes."""
    ends = time.monotonic() + SECONDS_MAX
    with context.write() as tx:
        hrefs = sorted(context.with_photo)[:PHOTOS_MAX]
        cards = store.find_remote_cards(tx, context.organization_id, context.subscription.id, hrefs)
    for card in cards.values():
        if context.should_stop() or time.monotonic() > ends:
            return
        line = _link(split_card(card.remote_body))
        data = _fetch(context, line) if line is not None else None
        if data is not None:
            with context.write() as tx:
                _embed(tx, context, card, data)


def _link(lines: Sequence[RawLine]) -> str | None:
    """The address of the photo, if it is a link."""
    for line in lines:
        picture = read_picture(line.entry) if line.entry and line.name == "PHOTO" else None
        if isinstance(picture, PictureDraft):
            return picture.url
    return None


def _fetch(context: Context, url: str) -> bytes | None:
    try:
        data = outgoing.fetch(
            url, context.client.rules, bytes_max=PHOTO_BYTES_MAX, seconds=PHOTO_SECONDS_MAX, accept="image/*"
        )
    except outgoing.NotAllowed:
        return None
    return data if type_of(data) in _TYPES else None


def _embed(tx: Tx, context: Context, card: RemoteCard, data: bytes) -> None:
    """Adds the bytes to our side of the card and of its base, so that the photo is not written to the server."""
    present = store.find_remote_cards(tx, context.organization_id, context.subscription.id, [card.href]).get(card.href)
    if present is None or present.state != BOUND or present.contact_id is None:
        return
    own = own_cards.render(tx, context, [present.contact_id]).get(present.contact_id)
    url = _link(split_card(present.remote_body))
    if own is None or url is None or _link(split_card(own.text)) != url:
        return
    is_in_step = merge.push(present, own.text, context.caller.country) is None
    try:
        with tx.savepoint():
            changed = own_cards.change(tx, context, own, _with_photo(own.text, url, data))
    except Invalid:
        return  # the quota has no room for it
    revision = changed.revision if is_in_step else present.contact_revision
    base = _with_photo(present.own_text, url, data)
    context.save_cards(tx, replace(present, own_body=base, contact_revision=revision))


def _with_photo(text: str, url: str, data: bytes) -> str:
    """The card with the bytes in place of the link."""
    kind = (type_of(data) or "").removeprefix("image/").upper()
    photo = make_line(f"PHOTO;ENCODING=b;TYPE={kind}:{base64.b64encode(data).decode()}")
    lines = split_card(text)
    return join_lines([photo if line.name == "PHOTO" and _link([line]) == url else line for line in lines])
