"""The conditions of a request: If-Match and its kin (RFC 9110, section 13), and If (RFC 4918, section 10.4)."""

import re
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from coterie.carddav.context import Context, Request
from coterie.carddav.errors import DavError
from coterie.carddav.urls import Resource, resource_of
from coterie.errors import NotFound
from coterie.http.conditions import matches
from coterie.model import times
from coterie.model.cards import CardRef, etag_of

_PART = re.compile(r'\s*(?:(Not\b)|<([^<>]*)>|\[((?:W/)?"[^"]*")\]|([()]))', re.IGNORECASE)


class _Term(NamedTuple):
    """A state token, or an ETag, which the resource has or (is_negated) has not."""

    is_negated: bool
    token: str | None
    etag: str | None


# a resource, None for that of the request, and terms that all hold
_List = tuple[str | None, list[_Term]]


def check_conditions(request: Request, ref: CardRef | None) -> None:
    """If-Match or If-Unmodified-Since, then If-None-Match (RFC 9110, section 13.2.2).

    Raises DavError (412, with the ETag of the card) if one fails.
    """
    etag = etag_of(ref) if ref else None
    match, none_match = _header(request, b"if-match"), _header(request, b"if-none-match")
    if match and not matches(match, etag):
        raise DavError(412, message="The card was changed or deleted", etag=etag)
    if not match and ref is not None and _is_modified(ref, request.header(b"if-unmodified-since")):
        raise DavError(412, message="The card has changed", etag=etag)
    if none_match and matches(none_match, etag):
        raise DavError(412, message="The card exists", etag=etag)


def _header(request: Request, name: bytes) -> str:
    """A header of ETags. Outlook's plug-in puts the star for any card in quotes, which is the ETag of none."""
    value = request.header(name)
    return "*" if value == '"*"' else value


def _is_modified(ref: CardRef, header: str) -> bool:
    """Whether a card changed after a date, in whole seconds as Last-Modified is. An invalid date is ignored."""
    try:
        return int(times.parse(ref.changed_at).timestamp()) > parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError):
        return False


def check_if(context: Context) -> None:
    """Raises DavError: 412 if a request has an If header and none of its lists holds, 400 if it cannot be read.

    There are no locks: the only state token is the sync token of a book (RFC 6578, section 5).
    """
    header = context.request.header(b"if")
    if header and not any(all(_holds(context, tag, term) for term in terms) for tag, terms in _parse(header)):
        raise DavError(412, message="No list of the If header holds")


def _parse(header: str) -> list[_List]:
    """The lists of an If header. Raises DavError (400)."""
    lists, tag, place, is_negated = list[_List](), None, 0, False
    terms: list[_Term] | None = None
    while place < len(header):
        part = _PART.match(header, place)
        if part is None:
            raise DavError(400, message="The If header cannot be read")
        place = part.end()
        negation, token, etag, mark = part.groups()
        if terms is None and token is not None:
            tag = token
        elif terms is None and mark == "(":
            terms = []
        elif terms and mark == ")" and not is_negated:
            lists.append((tag, terms))
            terms = None
        elif terms is not None and negation and not is_negated:
            is_negated = True
        elif terms is not None and (token is not None or etag is not None):
            terms.append(_Term(is_negated, token, etag))
            is_negated = False
        else:
            raise DavError(400, message="The If header cannot be read")
    if terms is not None or not lists:
        raise DavError(400, message="The If header cannot be read")
    return lists


def _holds(context: Context, tag: str | None, term: _Term) -> bool:
    resource = context.request.resource if tag is None else _resource(tag)
    return (resource is not None and _has(context, resource, term)) is not term.is_negated


def _resource(tag: str) -> Resource | None:
    try:
        return resource_of(tag)
    except DavError:
        return None


def _has(context: Context, resource: Resource, term: _Term) -> bool:
    try:
        context.check(resource)
        if resource.kind == "card" and term.etag is not None:
            ref = context.find_card(resource)
            return ref is not None and matches(term.etag, etag_of(ref))
        if resource.kind == "book" and term.token is not None:
            return term.token == context.token(resource, context.token_revision(resource))
    except NotFound:
        pass
    return False
