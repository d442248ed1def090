"""MOVE and COPY (RFC 4918, sections 9.8 and 9.9): a card has another name, or its contact is in another book."""

from urllib.parse import urlsplit

from coterie.actions.books import is_stale, put_in_book
from coterie.actions.cards import move_card
from coterie.carddav.books import refresh
from coterie.carddav.cards import DavResponse, remove_card
from coterie.carddav.conditions import check_conditions
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.urls import Resource, resource_of
from coterie.errors import NotFound
from coterie.model.books import Book
from coterie.model.cards import CardRef
from coterie.store import cards as store
from coterie.store.book_cards import find_href
from coterie.store.contacts import find_contact


def move(context: Context) -> DavResponse:
    """Gives a card another name, or moves it to another book: 201, or 204 if a card of that name was replaced.

    Raises DavError (403, need-privileges) for a move out of the book of all contacts: a contact stays in it.
    """
    return _transfer(context, is_move=True)


def copy(context: Context) -> DavResponse:
    """Puts a contact into another book. Raises DavError (409, no-uid-conflict) if it is in it already."""
    return _transfer(context, is_move=False)


def _transfer(context: Context, *, is_move: bool) -> DavResponse:
    request, resource = context.request, context.request.resource
    context.check(resource)
    target = _destination(context)
    _refresh(context, target)
    source_book, target_book = context.request_book, context.find_book(target.book)
    for place in (target, *((resource,) if is_move else ())):
        context.check_write(Resource("book", context.member, place.book), "bind")
    ref = context.find_card(resource)
    if ref is None:
        raise NotFound("There is no such card")
    check_conditions(request, ref)
    is_within = resource.book == target.book
    if not is_move or not is_within:
        _check_contact_is_new(context, ref, target)
    if is_move and not is_within and source_book is None:
        context.refuse(resource, "unbind", "A contact stays in the book of all contacts: copy it")
    present = context.find_to_replace(target)
    if present is not None:
        _check_overwrite(context, ref, present, is_within=is_within)
        remove_card(context, target_book, present)
    if is_within and target_book is None:
        move_card(context.tx, context.login.caller, ref, target.href)
        return DavResponse(204 if present else 201, (("Location", target.url),))
    assert ref.contact_id is not None
    if is_move:
        remove_card(context, source_book, ref)
    if target_book is not None:
        put_in_book(context.tx, context.login.caller, target_book, ref.contact_id, target.href)
    return DavResponse(204 if present else 201, (("Location", target.url),))


def _refresh(context: Context, target: Resource) -> None:
    caller = context.login.caller
    books = {book.id: book for book in (context.request_book, context.find_book(target.book)) if book is not None}
    refresh(context, [book for book in books.values() if is_stale(context.tx, caller, book)])


def _check_contact_is_new(context: Context, ref: CardRef, target: Resource) -> None:
    """Raises DavError (409, no-uid-conflict) if the contact of a card is in a book already; 403 for a group."""
    if ref.contact_id is None and target.book != context.book.book:
        raise DavError(403, "C:valid-address-data", "Groups are stored in the book of all contacts")
    book = context.find_book(target.book)
    other: str | None = ref.href
    if ref.contact_id is not None:
        other = _name_in(context, book, ref.contact_id)
    if other is not None:
        content = f"<D:href>{Resource('card', context.member, target.book, other).url}</D:href>"
        raise DavError(409, "C:no-uid-conflict", "The book already has a card with this UID", content)


def _name_in(context: Context, book: Book | None, contact_id: int) -> str | None:
    if book is None:
        card = store.find_card_of_contact(context.tx, context.organization_id, contact_id)
        return card.href if card else None
    contact = find_contact(context.tx, context.organization_id, contact_id)
    return find_href(context.tx, context.organization_id, book.id, contact.uuid) if contact else None


def _check_overwrite(context: Context, ref: CardRef, present: CardRef, *, is_within: bool) -> None:
    if context.request.header(b"overwrite").upper() == "F":
        raise DavError(412, message="The destination exists")
    if is_within and present.href == ref.href:
        raise DavError(403, message="Source and destination are the same")


def _destination(context: Context) -> Resource:
    """The resource of the Destination header. Raises DavError (403, 502) unless it is a card of one of the books."""
    header = context.request.headers.get(b"destination", b"").decode("utf-8", "replace").strip()
    try:
        parts = urlsplit(header)
    except ValueError:
        raise DavError(400, message="The destination is not a URL") from None
    host = context.request.header(b"host")
    if parts.netloc and host and parts.netloc != host:
        raise DavError(502, message="The destination is on another server")
    target = resource_of(parts.path) if parts.path else None
    if target is None or target.kind != "card":
        raise DavError(403, message="The destination is not a card")
    try:
        context.check(target)
    except NotFound:
        raise DavError(403, message="The destination is not in your address books") from None
    return target
