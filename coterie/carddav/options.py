"""The methods of each kind of resource, and the capabilities that the door announces."""

from collections.abc import Mapping, Sequence

_COLLECTION = ("OPTIONS", "GET", "HEAD", "PROPFIND", "PROPPATCH", "REPORT")
# answered with a condition instead of 405: some clients take 405 for a server without CardDAV
REFUSED = ("PUT", "DELETE", "MKCOL", "MOVE", "COPY")
ALLOWED: Mapping[str, Sequence[str]] = {
    "root": _COLLECTION,
    "principals": _COLLECTION,
    "principal": _COLLECTION,
    "homes": _COLLECTION,
    "home": _COLLECTION,
    # EDS takes PUT here as "the book is writable"
    "book": (*_COLLECTION, "PUT", "DELETE"),
    "card": ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT", "PUT", "DELETE", "MOVE", "COPY"),
}
METHODS = frozenset(method for methods in ALLOWED.values() for method in methods) | frozenset(REFUSED)
# RFC 4918, 3744, 6352, 5689. No 2: there are no locks.
DAV_HEADER = b"1, 3, access-control, addressbook, extended-mkcol"
