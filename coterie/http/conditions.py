"""ETags of conditional requests: If-Match and If-None-Match (RFC 9110, section 13.1).

A proxy that compresses a body changes its ETag: nginx makes it weak, Apache and Caddy add the name of the compression.
Ours are strong and name the state of a thing, not its bytes, so both still name the state that the client has read: in
If-Match too, where the RFC lets a weak one match nothing, and no client that sits behind nginx could change anything.
"""

import re

from coterie.errors import invalid

IF_MATCH = "If-Match"
_ANY = "*"
# a whole element of the list: a comma inside the quotes belongs to the tag
_ELEMENT = re.compile(r'(?:^|,)[ \t]*((?:W/)?"[^"]*"|\*)[ \t]*(?=,|$)')
_PROXY_SUFFIX = re.compile('-(?:gzip|br|zstd|deflate)"$')


def read_etags(header: str) -> list[str]:
    """The ETags of a header with their quotes, without what a proxy does to them; "*" as it is.

    Anything else in the header is left out, so that it matches nothing.
    """
    return [_PROXY_SUFFIX.sub('"', etag.removeprefix("W/")) for etag in _ELEMENT.findall(header)]


def matches(header: str, etag: str | None) -> bool:
    """Whether a list of ETags contains this one; "*" contains every one.

    etag: in quotes, None for a resource that does not exist.
    """
    if etag is None:
        return False
    etags = read_etags(header)
    return _ANY in etags or etag in etags


def check_etags(header: str, field: str = IF_MATCH) -> None:
    """Raises Invalid if a header has no ETag at all: it would match nothing, as if the thing had changed."""
    if not read_etags(header):
        raise invalid(field, 'has no ETag: send it as it was read, with its quotation marks ("7")')
