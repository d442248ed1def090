"""Reading the body of a request: JSON, urlencoded with brackets, or multipart, within its limit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from coterie.errors import CoterieError, Invalid, Problem, TooLarge
from coterie.http.forms import Limits, Upload, nest, parse_form, read_multipart, remove_uploads
from coterie.settings import Settings

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
# A body that is too large is read on and thrown away up to here, so that its sender hears why
DRAIN_BYTES_MAX = 67_108_864
SECONDS_BETWEEN_PIECES_MAX = 30
_decode = msgspec.json.Decoder().decode


class UnsupportedMediaType(CoterieError):
    """The body is of a kind that is not read."""


class Disconnected(CoterieError):
    """The client went away before its body was whole."""


async def chunks(headers: Mapping[bytes, bytes], receive: Receive, bytes_max: int) -> AsyncIterator[bytes]:
    """The body in pieces. Refused: more than bytes_max, announced or sent; half a minute without a piece."""
    announced = headers.get(b"content-length", b"0")
    is_too_large = announced.isdigit() and int(announced) > bytes_max
    if is_too_large and headers.get(b"expect", b"").lower() == b"100-continue":
        raise TooLarge(f"The body is larger than {bytes_max} bytes")  # its sender waits for a word before sending it
    size, more = 0, True
    while more:
        message = await _next_piece(receive)
        if message["type"] == "http.disconnect":
            raise Disconnected("the connection ended before the body did")
        piece: bytes = message.get("body", b"")
        size += len(piece)
        more = message.get("more_body", False)
        is_too_large = is_too_large or size > bytes_max
        if is_too_large and (not more or size > DRAIN_BYTES_MAX):
            raise TooLarge(f"The body is larger than {bytes_max} bytes")
        if not is_too_large:
            yield piece


async def _next_piece(receive: Receive) -> MutableMapping[str, Any]:
    try:
        async with asyncio.timeout(SECONDS_BETWEEN_PIECES_MAX):
            return await receive()
    except TimeoutError:
        raise Disconnected("the body did not come") from None


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, bytes_max: int) -> dict[str, Any]:
    """The body as plain values. No body is an empty one.

    Refused: another media type, malformed JSON or form, JSON that is no object, files where none are wanted.
    """
    media_type = _media_type(headers)
    if media_type == b"multipart/form-data":
        pairs, files = await read_multipart(
            chunks(headers, receive, bytes_max), headers[b"content-type"], None, Limits()
        )
        remove_uploads(files)
        return nest(pairs)
    body = b"".join([piece async for piece in chunks(headers, receive, bytes_max)])
    if not body.strip():
        return {}
    if media_type == b"application/x-www-form-urlencoded":
        return parse_form(body)
    if media_type and media_type != b"application/json" and not media_type.endswith(b"+json"):
        shown = media_type.decode("latin-1")[:80]
        raise UnsupportedMediaType(f"The provided content-type '{shown}' is not supported.")
    return _read_json(body)


async def read_upload(
    headers: Mapping[bytes, bytes], receive: Receive, settings: Settings
) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The fields and files of a multipart body; files lie in the data folder until they are taken or removed."""
    if _media_type(headers) != b"multipart/form-data":
        return await read_body(headers, receive, 1_048_576), {}
    folder = settings.data_folder / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    limits = Limits(file_bytes=settings.body_bytes_max, total_bytes=settings.body_bytes_max)
    pairs, files = await read_multipart(
        chunks(headers, receive, settings.body_bytes_max), headers[b"content-type"], folder, limits
    )
    try:
        return nest(pairs), files
    except CoterieError:
        remove_uploads(files)
        raise


def _media_type(headers: Mapping[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").split(b";")[0].strip().lower()


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(Problem((), "malformed", "is not valid JSON")) from None
    if not isinstance(value, dict):
        raise Invalid(Problem((), "malformed", "is not a JSON object"))
    return value
