"""The context of a request of the door: the transaction, the device, the resource it may see."""

from collections.abc import Collection
from pathlib import Path
from typing import NoReturn

from msgspec import Struct, field

from coterie.carddav.errors import DavError
from coterie.carddav.urls import Resource
from coterie.errors import NotFound
from coterie.http.asgi import Headers
from coterie.model.books import Book
from coterie.model.cards import ALL_CONTACTS, CardRef, make_token, membership_uuid, parse_token
from coterie.store import book_cards
from coterie.store import cards as store
from coterie.store.books import find_book, list_books
from coterie.store.contact_changes import find_expired_revision
from coterie.store.database import Tx
from coterie.store.devices import Login

# a preference may have spaces around its sign, and its value in quotation marks
_NOT_OF_NAMES = str.maketrans("", "", ' \t"')


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

    def prefers(self, name: str) -> bool:
        """Whether the Prefer header has a preference (RFC 8144), such as return=minimal, whatever its parameters are
        (RFC 7240, section 2)."""
        given = self.header(b"prefer").lower().translate(_NOT_OF_NAMES).split(",")
        return name in [each.partition(";")[0] for each in given]

    @property
    def is_minimal(self) -> bool:
        """Whether the client wants no 404 propstats (RFC 8144; Apple's Brief)."""
        return self.prefers("return=minimal") or self.header(b"brief").lower() == "t"

    @property
    def is_without_root(self) -> bool:
        """Whether a listing is to leave the collection itself out."""
        return self.prefers("depth-noroot") or "noroot" in self.header(b"depth")


class Context(Struct):
    """tx: of the request. known_books: books by their name, once they were read."""

    tx: Tx
    login: Login
    request: Request
    known_books: dict[str, Book | None] = field(default_factory=dict)

    @property
    def organization_id(self) -> int:
        return self.login.caller.organization_id

    @property
    def member(self) -> str:
        """The name of the device's membership in URLs."""
        return membership_uuid(self.login.caller.organization_uuid, self.login.device.user_id)

    @property
    def shows_groups(self) -> bool:
        """Whether the device sees groups; only the book of all contacts has them."""
        return self.login.device.shows_groups

    @property
    def principal(self) -> Resource:
        return Resource("principal", self.member)

    @property
    def home(self) -> Resource:
        return Resource("home", self.member)

    @property
    def main_book(self) -> Resource:
        """The book of all contacts, the first in the home: macOS shows no other."""
        return Resource("book", self.member, ALL_CONTACTS)

    @property
    def book(self) -> Resource:
        """The book of the request; if the request names none, that of all contacts."""
        return Resource("book", self.member, self.request.resource.book or ALL_CONTACTS)

    def find_book(self, name: str) -> Book | None:
        """A book other than that of all contacts. Raises NotFound if there is none of this name."""
        if name in ("", ALL_CONTACTS):
            return None
        if name not in self.known_books:
            self.known_books[name] = find_book(self.tx, self.organization_id, name, self.login.device.user_id)
        if self.known_books[name] is None:
            raise NotFound("There is no such address book")
        return self.known_books[name]

    @property
    def request_book(self) -> Book | None:
        """The book of the request; None for that of all contacts."""
        return self.find_book(self.request.resource.book)

    def list_books(self) -> list[Book]:
        """The other books of the member."""
        books = list_books(self.tx, self.organization_id, self.login.device.user_id)
        self.known_books |= {book.name: book for book in books}
        return books

    def card(self, ref: CardRef) -> Resource:
        """The resource of a card of the request's book."""
        return Resource("card", self.member, self.book.book, ref.href)

    def check(self, resource: Resource) -> None:
        """Raises NotFound if the resource is not the member's own, so that members do not see the books of others."""
        if resource.member and resource.member != self.member:
            raise NotFound("There is no such resource")
        self.find_book(resource.book)

    def list_cards(self) -> list[CardRef]:
        """The cards of the request's book, in the order of their changes."""
        book = self.request_book
        if book is None:
            return store.list_cards(self.tx, self.organization_id, with_groups=self.shows_groups)
        return book_cards.list_cards(self.tx, self.organization_id, book.id)

    def list_changes(self, after: int) -> list[tuple[int, CardRef | str]]:
        """(change number, card or the name of a deleted one) of everything that changed in the request's book."""
        book = self.request_book
        if book is None:
            return store.list_changes(self.tx, self.organization_id, after, with_groups=self.shows_groups)
        return book_cards.list_changes(self.tx, self.organization_id, book.id, after)

    def find_cards(self, hrefs: Collection[str], book: Book | None) -> dict[str, CardRef]:
        """name -> card, for those of the names that a book has."""
        if book is None:
            return self.without_hidden(store.find_cards(self.tx, self.organization_id, hrefs))
        return book_cards.find_cards(self.tx, self.organization_id, book.id, hrefs)

    def without_hidden(self, refs: dict[str, CardRef]) -> dict[str, CardRef]:
        """The cards that the device sees: it may see no groups."""
        if self.shows_groups:
            return refs
        return {href: ref for href, ref in refs.items() if ref.contact_id is not None}

    def find_card(self, resource: Resource) -> CardRef | None:
        """The card of this name in its book."""
        return self.find_cards([resource.href], self.find_book(resource.book)).get(resource.href)

    def find_to_replace(self, resource: Resource) -> CardRef | None:
        """The card of this name in its book, also a group that the device does not see."""
        if self.find_book(resource.book) is None:
            return store.find_cards(self.tx, self.organization_id, [resource.href]).get(resource.href)
        return self.find_card(resource)

    def is_read_only(self, resource: Resource) -> bool:
        """Whether the device cannot change a resource: it may only read, or a filter decides who is in the book."""
        book = self.find_book(resource.book)
        return self.login.device.is_read_only or (book is not None and book.is_read_only)

    def check_write(self, resource: Resource, privilege: str) -> None:
        """Raises DavError (403, need-privileges) for a read-only device or book.

        Any other 403 stops some clients for good.
        """
        if self.is_read_only(resource):
            self.refuse(resource, privilege, "The device or the address book is read-only")

    def refuse(self, resource: Resource, privilege: str, message: str) -> NoReturn:
        """Raises DavError (403, need-privileges)."""
        inner = f"<D:href>{resource.url}</D:href><D:privilege><D:{privilege}/></D:privilege>"
        raise DavError(403, "D:need-privileges", message, f"<D:resource>{inner}</D:resource>")

    def token_revision(self, resource: Resource) -> int:
        """The change number that the present sync token of a book stands for: that of an event, whose moment it has."""
        book = self.find_book(resource.book)
        last = store.last_change(self.tx, self.organization_id) if book is None else max(book.last_revision, 1)
        return max(store.next_event(self.tx, self.organization_id, last), self.login.device.listed_from)

    def token(self, resource: Resource, revision: int) -> str:
        """The sync token of everything in a book up to a change number."""
        book = self.find_book(resource.book)
        history = store.history_at(self.tx, self.organization_id, revision)
        return make_token(book.id if book else self.login.caller.organization_uuid, revision, history)

    def read_token(self, token: str) -> int:
        """The change number of a sync token of the request's book.

        Raises DavError (valid-sync-token) unless it is one of this history: 400 for Thunderbird, which recovers from
        nothing else.
        """
        book = self.request_book
        parsed = parse_token(token, book.id if book else self.login.caller.organization_uuid)
        if parsed is not None:
            revision, _ = parsed
            oldest = max(find_expired_revision(self.tx, self.organization_id), self.login.device.listed_from)
            has_expired = revision < oldest
            is_past = 0 < revision <= self.token_revision(self.book)
            if is_past and not has_expired and self.token(self.book, revision) == token:
                return revision
        is_thunderbird = "thunderbird" in self.request.header(b"user-agent").lower()
        raise DavError(400 if is_thunderbird else 403, "D:valid-sync-token", "The sync token is no longer valid")
