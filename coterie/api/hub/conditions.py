"""Conditional requests (RFC 9110, section 13): the ETag of a contact is its revision in quotes."""

from coterie.api.hub.errors import ChangedSince, IfMatchRequired
from coterie.api.route import Request
from coterie.model.contacts import Contact

# of proxies that compress
_SUFFIX = "-gzip"


def etag_of(contact: Contact) -> str:
    return f'"{contact.revision}"'


def is_unchanged(request: Request, contact: Contact) -> bool:
    """Whether If-None-Match has the ETag of the contact, so that the response is 304. Compared weakly."""
    header = request.header("If-None-Match")
    return header is not None and etag_of(contact) in [tag.removeprefix("W/") for tag in _tags(header)]


def check_if_match(request: Request, contact: Contact, *, is_required: bool = False) -> None:
    """Raises ChangedSince if If-Match does not have the contact's ETag, IfMatchRequired if there is none but must be.

    Compared strongly: a weak ETag never matches. `*` matches every contact that exists.
    """
    header = request.header("If-Match")
    if header is None:
        if is_required:
            raise IfMatchRequired("If-Match is missing: this request cannot be undone")
        return
    check_tags(header, contact)


def check_tags(header: str | None, contact: Contact) -> None:
    """Raises ChangedSince unless the entity tags of a header have the contact's; None has all."""
    tags = _tags(header or "*")
    if "*" not in tags and etag_of(contact) not in tags:
        raise ChangedSince(etag_of(contact))


def _tags(header: str) -> list[str]:
    """The entity tags of a header, without the suffix that a proxy may have added."""
    return [tag.strip().replace(f'{_SUFFIX}"', '"') for tag in header.split(",")]
