"""Responses of the door: results and errors of JSON-RPC with their HTTP statuses and headers."""

from typing import Any

from msgspec import Struct

from coterie.errors import CoterieError, Forbidden, Invalid, TooOften, Unauthorized
from coterie.http.asgi import HeaderList
from coterie.http.errors import Unexpected, error_headers, known_error, status_of
from coterie.mcp.envelope import INTERNAL, INVALID_REQUEST, Id, RpcError
from coterie.mcp.tool import READ


class Response(Struct):
    """The HTTP response to a message. body: JSON data, or None."""

    status: int
    body: Any = None
    headers: HeaderList = []


class InsufficientScope(Forbidden):
    """The token lacks a scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"Token lacks the scope {scope}")
        self.scope = scope


def present_result(id_: Id, result: dict[str, Any]) -> Response:
    return Response(200, {"jsonrpc": "2.0", "id": id_, "result": result})


def present_rpc_error(error: RpcError, id_: Id) -> Response:
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return Response(error.status, {"jsonrpc": "2.0", "id": id_, "error": body})


def present_error(error: Exception, request_id: str, metadata_url: str, *, has_token: bool, id_: Id = None) -> Response:
    """Any error. metadata_url: where clients learn how to get a token. id_: of the message, if it was read."""
    if isinstance(error, RpcError):
        return present_rpc_error(error, id_)
    known = known_error(error, request_id)
    status = 400 if isinstance(known, Invalid) else status_of(known)
    response = present_rpc_error(_rpc_error(known, status), id_)
    if isinstance(known, Unauthorized | InsufficientScope):
        response.headers = [_challenge(known, metadata_url, has_token=has_token)]
    else:
        response.headers = [(name.lower().encode(), value.encode()) for name, value in error_headers(known)]
    return response


def _rpc_error(error: CoterieError, status: int) -> RpcError:
    if isinstance(error, Unexpected):
        return RpcError(INTERNAL, f"Internal error {error.message}", status)
    data = {"retryAfterSeconds": error.seconds} if isinstance(error, TooOften) else None
    return RpcError(INVALID_REQUEST, error.message, status, data)


def _challenge(error: CoterieError, metadata_url: str, *, has_token: bool) -> tuple[bytes, bytes]:
    """WWW-Authenticate (RFC 6750, RFC 9728)."""
    parts = [f'resource_metadata="{metadata_url}"']
    if isinstance(error, InsufficientScope):
        scopes = " ".join(dict.fromkeys((READ, error.scope)))
        parts = ['error="insufficient_scope"', f'scope="{scopes}"', *parts]
    else:
        parts += [f'scope="{READ}"', *(['error="invalid_token"'] if has_token else [])]
    return b"www-authenticate", ("Bearer " + ", ".join(parts)).encode("latin-1", "replace")
