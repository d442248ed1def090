"""JSON-RPC as MCP uses it: one message in each POST, of one of two eras.

Modern (2026-07-28) requests carry the revision and the client's capabilities in `_meta`, and headers repeat what
proxies route by. Legacy ones (2025-11-25 and before) begin with `initialize`; neither era has a session here.
Source: modelcontextprotocol.io, specification, basic/transports and basic/versioning.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import CoterieError
from coterie.http.asgi import Headers

MODERN = ("2026-07-28",)
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
PARSE_ERROR, INVALID_REQUEST, UNKNOWN_METHOD, INVALID_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
NO_RESOURCE, HEADER_MISMATCH, UNSUPPORTED_VERSION = -32002, -32020, -32022
_META = "io.modelcontextprotocol/"
VERSION_KEY, CAPABILITIES_KEY = f"{_META}protocolVersion", f"{_META}clientCapabilities"
SERVER_KEY = f"{_META}serverInfo"
# method -> the parameter that the header Mcp-Name repeats
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_ID_LENGTH_MAX = 200
# of a message; None: it has none, or it could not be read
Id = str | int | None


class RpcError(CoterieError):
    """An error of the protocol. status: of HTTP."""

    def __init__(self, code: int, message: str, status: int = 200, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.data = code, status, data


class Envelope(Struct, frozen=True):
    """One message. id: None of a notification. capabilities: of the client, {} if it did not name them."""

    id: Id
    method: str
    params: dict[str, Any]
    is_modern: bool = False
    capabilities: dict[str, Any] = {}

    @property
    def is_notification(self) -> bool:
        return self.id is None


def read_message(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises RpcError if it is not JSON or not one object."""
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RpcError(PARSE_ERROR, "The body is not valid JSON", 400) from None
    if not isinstance(message, dict):
        raise RpcError(INVALID_REQUEST, "The body must be one JSON-RPC message; batches are not supported", 400)
    return message


def id_of(message: Mapping[str, Any]) -> Id:
    """The id of a message; None if it has none. Raises RpcError if it is neither a short text nor an integer."""
    if "id" not in message:
        return None
    id_ = message["id"]
    is_text = isinstance(id_, str) and len(id_) <= _ID_LENGTH_MAX
    if not is_text and (not isinstance(id_, int) or isinstance(id_, bool)):
        raise RpcError(INVALID_REQUEST, "id must be a string or an integer", 400)
    return id_  # type: ignore[no-any-return]


def read_envelope(message: dict[str, Any], headers: Headers) -> Envelope:
    """A message as an Envelope. Raises RpcError if a member is missing, or headers and body differ."""
    id_, method, params = id_of(message), message.get("method"), message.get("params")
    if message.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, 'The body must have "jsonrpc": "2.0" and a method', 400)
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "params must be an object", 400)
    version = _text(headers, b"mcp-protocol-version")
    meta = params.get("_meta")
    has_version = isinstance(meta, dict) and VERSION_KEY in meta
    if id_ is not None and method != "initialize" and (has_version or version in MODERN or method == "server/discover"):
        capabilities = _check_modern(headers, method, params)
        return Envelope(id_, method, params, True, capabilities)
    if version is not None and version not in (*LEGACY, *MODERN):
        raise _unsupported(version)
    return Envelope(id_, method, params)


def _check_modern(headers: Headers, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The capabilities of the client. Raises RpcError with HTTP 400."""
    meta = params.get("_meta")
    if not isinstance(meta, dict) or VERSION_KEY not in meta or not isinstance(meta.get(CAPABILITIES_KEY), dict):
        raise RpcError(INVALID_PARAMS, f"params._meta must have {VERSION_KEY} and {CAPABILITIES_KEY}", 400)
    version = meta[VERSION_KEY]
    if _text(headers, b"mcp-protocol-version") != version:
        raise RpcError(HEADER_MISMATCH, "MCP-Protocol-Version differs from the version in params._meta", 400)
    if _text(headers, b"mcp-method") != method:
        raise RpcError(HEADER_MISMATCH, "Mcp-Method differs from the method of the body", 400)
    name = params.get(_NAMED.get(method, ""))
    if name is not None and _decoded(_text(headers, b"mcp-name")) != name:
        raise RpcError(HEADER_MISMATCH, f"Mcp-Name differs from params.{_NAMED[method]}", 400)
    if version not in MODERN:
        raise _unsupported(version)
    return meta[CAPABILITIES_KEY]  # type: ignore[no-any-return]


def _unsupported(version: Any) -> RpcError:
    shown = str(version)[:40]
    data = {"supported": [*MODERN, *LEGACY], "requested": shown}
    return RpcError(UNSUPPORTED_VERSION, f"Protocol version {shown} is not supported", 400, data)


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.strip().decode("latin-1")


def _decoded(value: str | None) -> str | None:
    """The value of a header, which may be `=?base64?…?=` for names that are not ASCII."""
    if value is None or not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    try:
        return base64.b64decode(value[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
