"""ETags of the published contracts: a hash of the body, for clients that ask again whether it has changed (RFC 9110).

Their GETs of one thing have it; lists do not. The body is made all the same: a 304 saves its way, not its queries.
"""

import hashlib

from coterie.api.route import Contract, Route
from coterie.http.asgi import Headers
from coterie.http.conditions import matches
from coterie.http.responses import Encoded

# of a client that keeps bodies; all others are told no-store
_CACHE = (b"cache-control", b"private, no-cache")
_SIZE = 16


def with_etag(contract: Contract, route: Route, headers: Headers, response: Encoded) -> Encoded:
    """The response with an ETag, or 304 if the request has it in If-None-Match; other responses as they are."""
    status, sent, body = response
    if not contract.has_etags or route.method != "GET" or route.paged or status != 200 or not isinstance(body, bytes):
        return response
    etag = f'"{hashlib.blake2b(body, digest_size=_SIZE).hexdigest()}"'
    condition = headers.get(b"if-none-match")
    if condition is None:
        return status, [*sent, (b"etag", etag.encode())], body
    extra = [(b"etag", etag.encode()), _CACHE]
    if matches(condition.decode("latin-1"), etag, is_strong=False):
        return 304, [*(header for header in sent if header[0] != b"content-type"), *extra], b""
    return status, [*sent, *extra], body
