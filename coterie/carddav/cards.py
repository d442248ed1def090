"""GET, PUT and DELETE of a card (RFC 6352, section 6.3)."""

import re
from collections.abc import Iterable

from msgspec import Struct

from coterie.actions.books import remove_book, take_out_of_book
from coterie.actions.cards import delete_card
from coterie.actions.deletions import check_deletions, note_deletion
from coterie.carddav.books import card_of_conflict, put_book_card, refresh_stale
from coterie.carddav.conditions import check_conditions
from coterie.carddav.context import Context, Request
from coterie.carddav.errors import DavError, UidConflict
from coterie.carddav.properties import CONTENT_TYPE
from coterie.carddav.urls import Resource
from coterie.carddav.writing import CardWriter, Outcome, Put
from coterie.cards.groups import delete_group
from coterie.cards.rendering import Renderer
from coterie.errors import Invalid, NotFound
from coterie.http.conditions import matches
from coterie.http.responses import http_date
from coterie.model import times
from coterie.model.books import Book
from coterie.model.cards import CardRef, etag_of
from coterie.vcard.cards import PROPERTY_BYTES_MAX
from coterie.vcard.raw import RawLine, decode_card, join_lines, version_of
from coterie.vcard.versions import as_version_3

LISTED_MAX = 1000
_TYPES = ("text/vcard", "text/x-vcard", "text/directory", "application/vcard", "")
_VERSION_3 = re.compile(r"text/vcard\s*;\s*version\s*=\s*\"?3\.0")


class DavResponse(Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def get_card(context: Context) -> DavResponse:
    """The card as a device wrote it; 3.0 if the client asks for that version."""
    request, resource = context.request, context.request.resource
    context.check(resource)
    ref = context.find_card(resource)
    if ref is None:
        raise NotFound("There is no such card")
    etag = etag_of(ref)
    if matches(request.header(b"if-none-match"), etag):
        return DavResponse(304, (("ETag", etag),))
    rendered = Renderer(context.tx, context.login.caller, request.folder).render([ref])[ref.href]
    accept = request.header(b"accept").lower()
    lines = as_version_3(rendered.lines) if _VERSION_3.search(accept) else rendered.lines
    is_vcard_4_asked = "version=4.0" in accept.replace(" ", "").replace('"', "") and "," not in accept
    if is_vcard_4_asked and version_of(lines) != "4.0":
        raise DavError(406, message="The card is of version 3.0")
    return _served(200, ref, lines)


def _served(status: int, ref: CardRef, lines: Iterable[RawLine], *headers: tuple[str, str]) -> DavResponse:
    modified = http_date(times.parse(ref.changed_at).timestamp())
    given = (("Content-Type", CONTENT_TYPE), ("ETag", etag_of(ref)), ("Last-Modified", modified), *headers)
    return DavResponse(status, given, join_lines(lines).encode())


def _present_card(context: Context, status: int) -> DavResponse:
    """The card of the request as it is now, for a client that prefers it to a GET of its own (RFC 8144)."""
    resource = context.request.resource
    ref = context.find_card(resource)
    if ref is None:
        return DavResponse(status)
    rendered = Renderer(context.tx, context.login.caller, context.request.folder).render([ref])[ref.href]
    applied = (("Content-Location", resource.url), ("Preference-Applied", "return=representation"))
    return _served(status, ref, rendered.lines, *applied)


def read_card(request: Request) -> list[RawLine]:
    """The body of a PUT as the lines of a card. Raises DavError with the condition that fails."""
    if request.header(b"content-range"):
        raise DavError(400, message="A part of a card cannot be written")
    media_type = request.header(b"content-type").split(";")[0].strip().lower()
    if media_type not in _TYPES:
        raise DavError(403, "C:supported-address-data", "A card is text/vcard")
    if len(request.body) > PROPERTY_BYTES_MAX:
        raise DavError(403, "C:max-resource-size", f"A card has at most {PROPERTY_BYTES_MAX} bytes")
    try:
        lines = decode_card(request.body)
    except Invalid as error:
        raise DavError(403, "C:valid-address-data", error.message) from None
    if version_of(lines) not in ("3.0", "4.0"):
        raise DavError(403, "C:supported-address-data", "A card is of version 3.0 or 4.0")
    return lines


def put_card(context: Context, lines: list[RawLine]) -> DavResponse:
    """Takes a card. 201 if it is new, otherwise 204; with the card as it is then if the client prefers that."""
    request, resource = context.request, context.request.resource
    context.check(resource)
    refresh_stale(context)
    ref = context.find_to_replace(resource)
    context.check_write(resource, "write-content" if ref else "bind")
    has_preference = request.prefers("return=representation")
    try:
        check_conditions(request, ref)
    except DavError:
        if has_preference:
            return _present_card(context, 412)
        raise
    put = Put(
        resource.href, lines, request.header(b"user-agent"), request.folder,
        has_seen=bool(request.header(b"if-match")), is_exact=request.body == join_lines(lines).encode(),
    )  # fmt: skip
    outcome = _write(context, put, ref)
    if has_preference:
        return _present_card(context, 201 if outcome.is_new else 200)
    headers = (("ETag", outcome.etag),) if outcome.etag else ()
    return DavResponse(201 if outcome.is_new else 204, headers)


def _write(context: Context, put: Put, ref: CardRef | None) -> Outcome:
    try:
        book = context.request_book
        if book is not None:
            return put_book_card(context, book, put, ref)
        return CardWriter(context.tx, context.login, put).write(ref)
    except UidConflict as conflict:
        content = f"<D:href>{card_of_conflict(context, conflict).url}</D:href>"
        raise DavError(409, "C:no-uid-conflict", "Another card has this UID", content) from None


def delete(context: Context) -> DavResponse:
    """Deletes a card, or takes it out of a book. Deleting a book takes it off phones and deletes no contact.

    The book of all contacts reappears at once with all its cards: no client deletes everyone with one request.
    """
    request, resource = context.request, context.request.resource
    context.check(resource)
    refresh_stale(context)
    context.check_write(context.book, "unbind")
    book = context.request_book
    if resource.kind == "book":
        if book is not None:
            remove_book(context.tx, context.login.caller, book)
        return DavResponse(204)
    ref = context.find_card(resource)
    if ref is None:
        raise NotFound("There is no such card")
    check_conditions(request, ref)
    remove_card(context, book, ref)
    return DavResponse(204)


def remove_card(context: Context, book: Book | None, ref: CardRef) -> None:
    """Deletes a card, or takes its contact out of a book other than that of all contacts."""
    tx, caller = context.tx, context.login.caller
    if ref.contact_id is None:
        check_deletions(tx, caller)
        delete_group(tx, caller, ref)
    elif book is None:
        note_deletion(tx, caller, ref.contact_id)
        delete_card(tx, caller, ref.contact_id)
    else:
        take_out_of_book(tx, caller, book, ref.contact_id, ref.href)


def refuse(context: Context) -> DavResponse:
    """A change of the collections, which are given. Raises DavError (403, need-privileges)."""
    resource = context.request.resource
    context.check(Resource(resource.kind, resource.member))
    privilege = "write-content" if context.request.method == "PUT" else "bind"
    context.refuse(resource, privilege, "Collections cannot be created or replaced here")


def get_collection(context: Context) -> DavResponse:
    """The page for people who open an address in a browser: where it leads, or the names of the first cards."""
    resource = context.request.resource
    context.check(resource)
    lines = ["An address book for CardDAV programs.", f"addressbook: {context.book.url}"]
    if resource.kind == "book":
        refs = context.list_cards()
        lines += [context.card(ref).url for ref in refs[:LISTED_MAX]]
    return DavResponse(200, (("Content-Type", "text/plain; charset=utf-8"),), "\n".join([*lines, ""]).encode())
