"""The methods of each kind of resource, and what the door announces."""

from collections.abc import Mapping, Sequence

_COLLECTION = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
ALLOWED: Mapping[str, Sequence[str]] = {
    "root": _COLLECTION,
    "principals": _COLLECTION,
    "principal": _COLLECTION,
    "homes": _COLLECTION,
    "home": _COLLECTION,
    # EDS takes PUT here as "the book is writable"
    "book": (*_COLLECTION, "PUT", "DELETE"),
    "card": (*_COLLECTION, "PUT", "DELETE"),
}
METHODS = frozenset(method for methods in ALLOWED.values() for method in methods)
# RFC 4918, 3744, 6352, 5689. No 2: there are no locks.
DAV_HEADER = b"1, 3, access-control, addressbook, extended-mkcol"
