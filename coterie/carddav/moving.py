"""MOVE and COPY (RFC 4918, sections 9.8 and 9.9): a card can have another name within its book."""

from urllib.parse import urlsplit

from coterie.actions.cards import delete_card, move_card
from coterie.carddav.cards import Answer, check_conditions
from coterie.carddav.context import Context
from coterie.carddav.errors import DavError
from coterie.carddav.urls import Resource, resource_of
from coterie.errors import NotFound


def move(context: Context) -> Answer:
    """Gives a card another name: 201, or 204 if a card of that name was replaced."""
    request, resource = context.request, context.request.resource
    context.check(resource)
    context.check_write(context.book, "bind")
    target = _destination(context)
    ref = context.find_card(resource)
    if ref is None:
        raise NotFound("There is no such card")
    check_conditions(request, ref)
    present = context.find_card(target)
    if present is not None:
        if request.header(b"overwrite").upper() == "F":
            raise DavError(412, message="The destination exists")
        if present.href == ref.href:
            raise DavError(403, message="Source and destination are the same")
        delete_card(context.tx, context.login.caller, present)
    move_card(context.tx, context.login.caller, ref, target.href)
    return Answer(204 if present else 201, (("Location", target.url),))


def copy(context: Context) -> Answer:
    """A copy would be a second card with the same UID. Raises DavError (409, no-uid-conflict)."""
    context.check(context.request.resource)
    if context.find_card(context.request.resource) is None:
        raise NotFound("There is no such card")
    content = f"<D:href>{context.request.resource.url}</D:href>"
    raise DavError(409, "C:no-uid-conflict", "A book has a UID once", content)


def _destination(context: Context) -> Resource:
    """The resource of the Destination header. Raises DavError (403, 502) unless it is a card of the device's book."""
    header = context.request.headers.get(b"destination", b"").decode("utf-8", "replace").strip()
    parts = urlsplit(header)
    host = context.request.header(b"host")
    if parts.netloc and host and parts.netloc != host:
        raise DavError(502, message="The destination is on another server")
    target = resource_of(parts.path) if parts.path else None
    if target is None or target.kind != "card":
        raise DavError(403, message="The destination is not a card")
    try:
        context.check(target)
    except NotFound:
        raise DavError(403, message="The destination is not in your address book") from None
    return target
