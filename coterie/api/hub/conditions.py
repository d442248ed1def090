"""Conditional requests (RFC 9110, section 13): the ETag of a contact is its revision in quotes."""

from coterie.api.hub.errors import ChangedSince, IfMatchRequired
from coterie.api.hub.missed_changes import find_missed
from coterie.api.route import Request
from coterie.http.conditions import IF_MATCH, check_etags, matches, read_etags
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store.database import Tx


def etag_of(contact: Contact) -> str:
    return f'"{contact.revision}"'


def is_unchanged(request: Request, contact: Contact) -> bool:
    """Whether If-None-Match has the ETag of the contact, so that the response is 304."""
    header = request.header("If-None-Match")
    return header is not None and matches(header, etag_of(contact))


def check_if_match(
    tx: Tx, caller: Caller, contact: Contact, header: str | None, *, is_final: bool = False, field: str = IF_MATCH
) -> None:
    """Raises ChangedSince if If-Match does not have the contact's ETag, IfMatchRequired if there is none but must be,
    Invalid if it has no ETag at all; field: its name in the request.

    It must be there if the change is final, and for every change if the organization requires it. `*` matches every
    contact that exists.
    """
    if header is None:
        if is_final:
            raise IfMatchRequired("If-Match is missing: this request cannot be undone")
        if caller.require_if_match:
            raise IfMatchRequired("If-Match is missing: this organization requires it for every change of a contact")
        return
    check_etags(header, field)
    if not matches(header, etag_of(contact)):
        raise ChangedSince(etag_of(contact), find_missed(tx, caller, contact, read_etags(header)))
