"""The results of handlers, their encoding, and headers for several doors."""

import re
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from coterie.http.asgi import HeaderList, Headers, Scope
from coterie.settings import Settings

JSON = "application/json"
# for every response of a contract
BASE_HEADERS: HeaderList = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
_JSON_HEADERS: HeaderList = [(b"content-type", JSON.encode())]
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_encode = msgspec.json.Encoder().encode


class FileBody(Struct, frozen=True):
    """A body that is sent from a file, piece by piece."""

    path: Path
    byte_count: int


Encoded = tuple[int, HeaderList, bytes | FileBody]


class Response(Struct, frozen=True):
    """The result of a handler that is more than a body.

    bytes and a FileBody are sent as they are, any other body as JSON.
    """

    body: Any = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None


def encode_response(result: Any, default_status: int = 200) -> Encoded:
    """(status, headers, body) of a Response, or of the bare body a handler returned. 204 and 304 have no body."""
    if not isinstance(result, Response):
        if result is None and default_status == 204:
            return default_status, [], b""
        return default_status, _JSON_HEADERS.copy(), _encode(result)
    status = result.status or default_status
    headers = [_header(name, value) for name, value in result.headers]
    if status in (204, 304):
        return status, headers, b""
    body = result.body if isinstance(result.body, bytes | FileBody) else _encode(result.body)
    headers.append(_header("content-type", result.media_type or JSON))
    return status, headers, body


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """Every header of a handler passes here. Raises ValueError for control characters, which would start another."""
    if _CONTROL.search(name + value):
        raise ValueError(f"the header {name!r} has control characters")
    return name.lower().encode(), value.encode("latin-1", "replace")


def http_date(seconds: float) -> str:
    """A moment in seconds since 1970 as HTTP writes it: Sun, 29 Nov 2026 10:00:00 GMT."""
    return formatdate(seconds, usegmt=True)


def file_headers(filename: str) -> tuple[tuple[str, str], ...]:
    """The headers of a download: the browser saves the file under its name and runs nothing in it.

    RFC 6266: an ASCII name for old clients, the real one for all others.
    """
    plain = re.sub(r'[^ -~]|["?\\]', "_", filename)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    return (
        ("Content-Disposition", disposition),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )


def base_url(settings: Settings, scope: Scope, headers: Headers) -> str:
    """The address of this instance without a slash at its end: of the settings, else of the request's Host.

    A Host that is not a host name is replaced by localhost, because the address is repeated in responses.
    """
    if settings.base_url:
        return settings.base_url
    host = headers.get(b"host", b"").decode("latin-1")
    return f"{scope['scheme']}://{host if _HOST.fullmatch(host) else 'localhost'}"
