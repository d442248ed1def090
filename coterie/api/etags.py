"""ETags of the published contracts: a hash of the body of a GET of one thing, for clients that ask again whether it has
changed (If-None-Match), or change it only if it has not (If-Match; RFC 9110). Lists have none.

The body is made all the same: a 304 saves its way, not its queries.
"""

import hashlib

from msgspec import structs

from coterie.api.call import Call
from coterie.api.route import Request
from coterie.api.routing import CompiledRoute
from coterie.http.authentication import require_scope
from coterie.http.conditions import IF_MATCH, check_etags, matches
from coterie.http.errors import PreconditionFailed
from coterie.http.responses import Encoded, encode_response
from coterie.model.organizations import Caller
from coterie.store.database import Tx

# of a client that stores bodies; all others get no-store
_CACHE = (b"cache-control", b"private, no-cache")
_SIZE = 16


def with_etag(call: Call, response: Encoded) -> Encoded:
    """The response with an ETag, or 304 if the request has it in If-None-Match; other responses as they are."""
    status, sent, body = response
    if not _has_etag(call.compiled) or status != 200 or not isinstance(body, bytes):
        return response
    etag = _etag_of(body)
    condition = call.headers.get(b"if-none-match")
    if condition is None:
        return status, [*sent, (b"etag", etag.encode())], body
    extra = [(b"etag", etag.encode()), _CACHE]
    if matches(condition.decode("latin-1"), etag):
        return 304, [*(header for header in sent if header[0] != b"content-type"), *extra], b""
    return status, [*sent, *extra], body


def check_if_match(tx: Tx, caller: Caller, call: Call, request: Request) -> None:
    """Raises PreconditionFailed unless If-Match has the ETag of what the GET of the path shows now; Invalid if it has
    none at all; Forbidden if the caller may not read it, because the ETag would show it when it changes.

    A write without If-Match passes, and one of a path whose GET has no ETag. The GET gets the query of the request, or
    its body if that locates the thing; this raises as it does.
    Nobody else changes it until the commit: every change of a contact locks its row. The counter of changes stays free,
    because the handler may have to wait for other contacts (docs/decisions/0028).
    """
    get = call.found.routes.get("GET") if b"if-match" in call.headers else None
    if get is None or not _has_etag(get):
        return
    check_etags(request.header(IF_MATCH) or "")
    if get.route.scope is not None:
        require_scope(caller, get.route.scope)
    _, query = get.read({**(call.body if call.route.is_located_by_body else call.query)}, {})
    request_of_get = structs.replace(request, query=query, body=None)
    if tx.lock and get.contract.lock is not None:
        get.contract.lock(tx, caller, request_of_get)
    shown = get.route.handler(tx, caller, request_of_get)
    _, _, body = encode_response(shown, get.route.status)
    etag = _etag_of(body if isinstance(body, bytes) else b"")
    if not matches(request.header(IF_MATCH) or "", etag):
        raise PreconditionFailed(etag)


def _has_etag(compiled: CompiledRoute) -> bool:
    """Whether a route is the GET of one thing in a contract with ETags."""
    return compiled.contract.has_etags and compiled.route.method == "GET" and not compiled.route.paged


def _etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=_SIZE).hexdigest()}"'
