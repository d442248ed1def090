"""Books other than that of all contacts: refreshed before each request; their cards are those of contacts."""

from collections.abc import Iterable

from msgspec.structs import replace

from coterie.actions.books import is_stale as is_book_stale
from coterie.actions.books import put_in_book, refresh_book
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError, UidConflict
from coterie.carddav.known_contacts import find_by_uid
from coterie.carddav.urls import Resource
from coterie.carddav.writing import CardWriter, Outcome, Put
from coterie.cards.groups import are_groups_stale, refresh_groups
from coterie.cards.rendering import Renderer
from coterie.errors import NotFound
from coterie.model.books import Book
from coterie.model.cards import ALL_CONTACTS, CardRef, etag_of
from coterie.model.ids import new_id
from coterie.store import book_cards
from coterie.store import cards as store
from coterie.vcard.raw import is_group, uid_of


def stale_books(context: Context) -> list[Book]:
    """The books that a request reads whose members may have changed: that of its URL, or all books of the home."""
    resource = context.request.resource
    if resource.member != context.member or resource.book == ALL_CONTACTS:
        return []
    try:
        books = [context.request_book] if resource.book else context.list_books() if resource.kind == "home" else []
    except NotFound:
        return []
    caller = context.login.caller
    return [book for book in books if book is not None and is_book_stale(context.tx, caller, book)]


def has_stale_groups(context: Context) -> bool:
    """Whether a request of a device that sees groups is about the book of all contacts, whose groups may be stale."""
    resource = context.request.resource
    is_own = resource.book == ALL_CONTACTS and resource.member == context.member
    return is_own and context.shows_groups and are_groups_stale(context.tx, context.login.caller)


def is_stale(context: Context) -> bool:
    """Whether a request reads books or groups whose members may have changed."""
    return bool(stale_books(context)) or has_stale_groups(context)


def refresh_stale(context: Context) -> None:
    """Computes the members of the books and groups that a request uses, in a write."""
    if has_stale_groups(context):
        refresh_groups(context.tx, context.login.caller)
    refresh(context, stale_books(context))


def refresh(context: Context, books: Iterable[Book]) -> None:
    """Computes the members of these books in a write."""
    for book in books:
        refresh_book(context.tx, context.login.caller, book)
    context.known_books.clear()


def put_book_card(context: Context, book: Book, put: Put, ref: CardRef | None) -> Outcome:
    """Takes a card that was written into a book; puts its contact into this book and that of all contacts.

    ref: the present card of this name. Raises UidConflict if the UID is that of another card of the book; DavError
    (403, valid-address-data) for a group, which has no place in a folder.
    """
    if is_group(put.lines):
        raise DavError(403, "C:valid-address-data", "Groups are stored in the book of all contacts")
    tx, caller = context.tx, context.login.caller
    present = _present_card(context, book, put, ref)
    name = present.href if present else _free_name(context, put.href)
    CardWriter(tx, context.login, replace(put, href=name)).write(present)
    written = store.find_cards(tx, context.organization_id, [name])[name]
    if ref is None and written.contact_id is not None:
        put_in_book(tx, caller, book, written.contact_id, put.href)
    card = context.find_cards([put.href], book)[put.href]
    text = Renderer(tx, caller, put.folder).render([card])[put.href].text
    return Outcome(ref is None, etag_of(card) if put.is_exact and text == put.text else None)


def _present_card(context: Context, book: Book, put: Put, ref: CardRef | None) -> CardRef | None:
    """The card in the book of all contacts that a PUT into another book changes; None if it creates one."""
    tx, organization_id = context.tx, context.organization_id
    if ref is not None and ref.contact_id is not None:
        return store.find_card_of_contact(tx, organization_id, ref.contact_id)
    uid = uid_of(put.lines)
    contact = find_by_uid(tx, organization_id, uid) if uid else None
    if contact is None:
        return None
    if (other := book_cards.find_href(tx, organization_id, book.id, contact.uuid)) is not None:
        raise UidConflict(other, book.name)
    return store.find_card_of_contact(tx, organization_id, contact.id)


def _free_name(context: Context, href: str) -> str:
    """The name of a new card in the book of all contacts: the same, if it is free."""
    is_taken = bool(store.find_cards(context.tx, context.organization_id, [href]))
    return f"{new_id()}.vcf" if is_taken else href


def card_of_conflict(context: Context, conflict: UidConflict) -> Resource:
    """The resource of the card that has a UID already."""
    return Resource("card", context.member, conflict.book or ALL_CONTACTS, conflict.message)
