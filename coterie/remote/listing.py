"""Changes of a remote book: by sync-collection (RFC 6578) if the server has it, otherwise by comparing ETags."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from msgspec import Struct, field

from coterie.model.subscriptions import NOT_READ, path_of
from coterie.remote.client import CARD_BYTES_MAX, Client, Reply
from coterie.remote.discovery import FoundBook
from coterie.remote.errors import BUSY, RemoteError, TooMuch
from coterie.remote.xml import RESPONSES_MAX, card, dav, multiget, propfind, sync_collection

TOGETHER = 20
PAGES_MAX = 2_000
# statuses by which servers reject a token, with or without the element valid-sync-token
_TOKEN_REJECTED = (400, 403, 409, 410, 412)


class Listing(Struct):
    """changed: name -> ETag of the cards that are new or changed. removed: names of cards that no longer exist.

    present: of a whole listing, how many cards the book has. incomplete: why removed cannot be trusted.
    """

    changed: dict[str, str | None] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    token: str | None = None
    ctag: str | None = None
    present: int | None = None
    incomplete: str | None = None


def list_changes(client: Client, book: FoundBook, known: Mapping[str, str | None], token: str | None) -> Listing:
    """The changes since a token, or against known ETags (name -> ETag). Raises RemoteError."""
    if book.has_sync:
        if token is not None and token == book.sync_token:
            return Listing(token=token)
        if token is not None and (changes := _by_token(client, book, token)) is not None:
            changes.removed = [href for href in changes.removed if href in known]
            changes.changed = {h: e for h, e in changes.changed.items() if e is None or known.get(h) != e}
            return changes
        listing = _by_token(client, book, None)
        if listing is not None:
            return _compared(listing, known)
    listing = _by_propfind(client, book)
    listing.ctag = book.ctag
    return _compared(listing, known)


def _compared(listing: Listing, known: Mapping[str, str | None]) -> Listing:
    """The changes that a whole listing means."""
    listing.present = len(listing.changed)
    if listing.incomplete is None:
        listing.removed = [href for href in known if href not in listing.changed]
    listing.changed = {
        href: etag for href, etag in listing.changed.items() if etag is None or href not in known or known[href] != etag
    }
    return listing


def _by_token(client: Client, book: FoundBook, token: str | None) -> Listing | None:
    """All pages of a sync; None if the server does not accept the token, or no sync at all."""
    listing = Listing()
    asked = token
    removed: set[str] = set()
    for _ in range(PAGES_MAX):
        reply = client.multistatus("REPORT", client.url, sync_collection(asked), "0")
        if reply.status != 207:
            if reply.status in (*_TOKEN_REJECTED, 404, 405, 415, 501):
                return None
            raise RemoteError("bad_response", f"The server answers a sync with status {reply.status}")
        is_truncated = _read_page(reply, listing, removed)
        result = reply.multistatus
        new = result.sync_token if result else None
        if new is None:
            raise RemoteError("bad_response", "The server's sync has no token")
        if not is_truncated:
            listing.token, listing.removed = new, sorted(removed)
            return listing
        if new == asked:
            raise RemoteError("bad_response", "The server truncates its sync and never completes it")
        asked = new
    raise RemoteError("too_many_cards", "The server's sync has too many pages")


def _read_page(reply: Reply, listing: Listing, removed: set[str]) -> bool:
    """Adds a page to a listing; returns whether the server has truncated it."""
    assert reply.multistatus is not None
    own, is_truncated = path_of(reply.url, reply.url) or "/", False
    for response in reply.multistatus.responses:
        path = path_of(response.href, reply.url)
        if path is not None and path.rstrip("/") == own.rstrip("/"):
            is_truncated |= response.status == 507
        elif path is None or not path.startswith(own):
            continue
        elif response.status in (404, 410):
            removed.add(path)
            listing.changed.pop(path, None)
        elif response.status is not None and response.status >= 300:
            listing.incomplete = f"The server reports an error for cards (status {response.status})"
        else:
            removed.discard(path)
            listing.changed[path] = response.text(dav("getetag"))
    if len(listing.changed) > RESPONSES_MAX:
        raise RemoteError("too_many_cards", f"The book has more than {RESPONSES_MAX:,} cards", is_lasting=True)
    return is_truncated


def _by_propfind(client: Client, book: FoundBook) -> Listing:
    """All cards by PROPFIND of depth 1."""
    reply = client.multistatus("PROPFIND", client.url, propfind(("d:getetag", "d:resourcetype")), "1")
    if reply.status != 207 or reply.multistatus is None:
        raise RemoteError("bad_response", f"The server answers a listing with status {reply.status}")
    listing = Listing()
    own, has_own = path_of(reply.url, reply.url) or "/", False
    for response in reply.multistatus.responses:
        path = path_of(response.href, reply.url)
        if path is not None and path.rstrip("/") == own.rstrip("/"):
            has_own = True
            if response.status == 507:
                listing.incomplete = "The server has cut off its listing"
        elif path is None or not path.startswith(own):
            continue
        elif (response.status or 200) >= 300 or not response.properties:
            listing.incomplete = "The server reports an error for some cards"
        elif (kind := response.properties.get(dav("resourcetype"))) is None or dav("collection") not in kind.names:
            listing.changed[path] = response.text(dav("getetag"))
    if not has_own and not listing.changed:
        listing.incomplete = "The server's listing does not name the book itself"
    return listing


class Fetched(Struct, frozen=True):
    """A card as it is on the server. body: None if it does not exist, or if error says why it was not read."""

    href: str
    etag: str | None = None
    body: bytes | None = None
    error: str | None = None
    error_code: str = "not_taken"


def fetch(client: Client, hrefs: Sequence[str]) -> Iterator[list[Fetched]]:
    """The cards with these names, in parts of at most 20. Raises RemoteError."""
    is_able = True
    for start in range(0, len(hrefs), TOGETHER):
        part = list(hrefs[start : start + TOGETHER])
        found: dict[str, Fetched] = {}
        if is_able and len(part) > 1:
            try:
                reply = client.multistatus("REPORT", client.url, multiget(part), "1")
                is_able = reply.status == 207
                found = _of_multiget(reply)
            except TooMuch:
                pass  # one by one
            except RemoteError as error:
                # some servers fail at every multiget; one that fails at a GET too is busy
                if error.code != BUSY or error.seconds is not None:
                    raise
                is_able = False
        yield [found.get(href) or get(client, href) for href in part]


def _of_multiget(reply: Reply) -> dict[str, Fetched]:
    found = {}
    for response in reply.multistatus.responses if reply.status == 207 and reply.multistatus else ():
        path = path_of(response.href, reply.url)
        data = response.properties.get(card("address-data"))
        if path is not None and data is not None and data.text.strip():
            # XML has turned CR into LF
            body = data.text.strip().replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"
            found[path] = Fetched(path, response.text(dav("getetag")), body.encode("utf-8", "replace"))
    return found


def get(client: Client, href: str) -> Fetched:
    """One card by GET. Raises RemoteError if the server fails."""
    try:
        reply = client.request("GET", href, headers={"Accept": "text/vcard"}, bytes_max=CARD_BYTES_MAX)
    except TooMuch as error:
        return Fetched(href, error=error.message)
    if reply.status in (404, 410):
        return Fetched(href)
    if not reply.is_success:
        return Fetched(href, error=f"The server answers with status {reply.status}", error_code=NOT_READ)
    return Fetched(href, reply.etag, reply.body)


def quoted(name: str) -> str:
    """A file name as a part of a path."""
    return quote(name, safe="")
