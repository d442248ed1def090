"""What a request of the door works with: the transaction, the device, the resource it may see."""

from pathlib import Path

from msgspec import Struct

from coterie.carddav.errors import DavError
from coterie.carddav.urls import Resource
from coterie.errors import NotFound
from coterie.http.asgi import Headers
from coterie.model.cards import BOOK, CardRef, make_token, membership_uuid, parse_token
from coterie.store import cards as store
from coterie.store.contact_changes import find_expired_revision
from coterie.store.database import Tx
from coterie.store.devices import Login


class Request(Struct, frozen=True):
    """resource: of the path. folder: the data folder."""

    method: str
    resource: Resource
    headers: Headers
    body: bytes
    folder: Path

    def header(self, name: bytes) -> str:
        """A header as text, or ''."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    @property
    def is_minimal(self) -> bool:
        """Whether the client wants no 404 propstats (RFC 8144; Apple's Brief)."""
        return "return=minimal" in self.header(b"prefer").lower() or self.header(b"brief").lower() == "t"


class Context(Struct):
    """tx: of the request. cards: cards that a listing has read already, by their name."""

    tx: Tx
    login: Login
    request: Request

    @property
    def organization_id(self) -> int:
        return self.login.caller.organization_id

    @property
    def member(self) -> str:
        """The name of the device's membership in URLs."""
        return membership_uuid(self.login.caller.organization_uuid, self.login.device.user_id)

    @property
    def principal(self) -> Resource:
        return Resource("principal", self.member)

    @property
    def home(self) -> Resource:
        return Resource("home", self.member)

    @property
    def book(self) -> Resource:
        return Resource("book", self.member, BOOK)

    def card(self, ref: CardRef) -> Resource:
        """The resource of a card."""
        return Resource("card", self.member, BOOK, ref.href)

    def check(self, resource: Resource) -> None:
        """Raises NotFound if the resource is not the member's own, so that no one learns what others have."""
        if resource.member and resource.member != self.member:
            raise NotFound("There is no such resource")
        if resource.book and resource.book != BOOK:
            raise NotFound("There is no such address book")

    def find_card(self, resource: Resource) -> CardRef | None:
        """The card of this name."""
        return store.find_cards(self.tx, self.organization_id, [resource.href]).get(resource.href)

    def check_write(self, resource: Resource, privilege: str) -> None:
        """Raises DavError (403, need-privileges) for a read-only device: any other 403 stops some clients for good."""
        if self.login.device.is_read_only:
            content = (
                f"<D:resource><D:href>{resource.url}</D:href><D:privilege><D:{privilege}/></D:privilege></D:resource>"
            )
            raise DavError(403, "D:need-privileges", "The device may only read", content)

    @property
    def token_revision(self) -> int:
        """The change number that the present sync token stands for: that of an event, whose moment the token has."""
        return store.next_event(self.tx, self.organization_id, store.last_change(self.tx, self.organization_id))

    def token(self, revision: int) -> str:
        """The sync token of everything up to a change number."""
        history = store.history_at(self.tx, self.organization_id, revision)
        return make_token(self.login.caller.organization_uuid, revision, history)

    def read_token(self, token: str) -> int:
        """The change number of a sync token. Raises DavError (valid-sync-token) unless it is one of this history.

        Thunderbird recovers from 400 only.
        """
        parsed = parse_token(token, self.login.caller.organization_uuid)
        if parsed is not None:
            revision, _ = parsed
            has_expired = revision < find_expired_revision(self.tx, self.organization_id)
            if 0 < revision <= self.token_revision and not has_expired and self.token(revision) == token:
                return revision
        is_thunderbird = "thunderbird" in self.request.header(b"user-agent").lower()
        raise DavError(400 if is_thunderbird else 403, "D:valid-sync-token", "The sync token is not valid any more")
