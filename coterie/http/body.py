"""Reads the body of a request within its limits: raw bytes, JSON, a urlencoded form or a multipart form."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from coterie.errors import CoterieError, TooLarge
from coterie.http.asgi import Headers, Message, Receive
from coterie.http.body_budget import FREE_BYTES, IN_MEMORY, ON_DISK, Budget
from coterie.http.errors import Disconnected, UnsupportedMediaType, malformed
from coterie.http.forms import nest, parse_form
from coterie.http.limits import (
    BODY_BYTES_MAX,
    BODY_BYTES_PER_SECOND_MIN,
    BODY_SECONDS_MIN,
    DISCARDED_BYTES_MAX,
    FORM_LIMITS,
    SECONDS_BETWEEN_CHUNKS_MAX,
    FormLimits,
)
from coterie.http.multipart import Upload, read_multipart, remove_uploads
from coterie.settings import Settings
from coterie.store.files import UPLOADS

_decode = msgspec.json.Decoder().decode
# where msgspec found the first byte that cannot be
_BYTE = re.compile(r"\(byte (\d+)\)$")
_MULTIPART = b"multipart/form-data"
# the digits of a Content-Length that are read; a length with more of them is too large anyway
_LENGTH_DIGITS = 20


async def read_chunks(
    headers: Headers, receive: Receive, bytes_max: int, budget: Budget = IN_MEMORY
) -> AsyncGenerator[bytes, None]:
    """Yields the body in chunks, whose bytes count in the budget until the iterator is closed.

    Raises TooLarge if it has, or its Content-Length announces, more than bytes_max; Disconnected if the client leaves,
    sends nothing for half a minute, or less than 10 KB/s after that; Busy beyond the budget. A body that is too large
    is read to its end, up to 64 MB, before TooLarge.
    """
    announced = headers.get(b"content-length", b"0")
    is_too_large = announced.isdigit() and int(announced[:_LENGTH_DIGITS]) > bytes_max
    if is_too_large and headers.get(b"expect", b"").lower() == b"100-continue":
        raise TooLarge(f"The body is larger than {bytes_max} bytes")  # the client waits before it sends the body
    size, taken, more, begun_at = 0, 0, True, time.monotonic()
    try:
        while more:
            seconds = begun_at + BODY_SECONDS_MIN + size / BODY_BYTES_PER_SECOND_MIN - time.monotonic()
            message = await _next_message(receive, seconds)
            if message["type"] == "http.disconnect":
                raise Disconnected("The connection ended before the body was complete")
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            more = message.get("more_body", False)
            is_too_large = is_too_large or size > bytes_max
            if is_too_large and (not more or size > DISCARDED_BYTES_MAX):
                raise TooLarge(f"The body is larger than {bytes_max} bytes")
            if not is_too_large:
                if size - FREE_BYTES > taken:
                    budget.take(size - FREE_BYTES - taken)
                    taken = size - FREE_BYTES
                yield chunk
    finally:
        budget.give_back(taken)


async def _next_message(receive: Receive, seconds: float) -> Message:
    try:
        async with asyncio.timeout(min(max(seconds, 0), SECONDS_BETWEEN_CHUNKS_MAX)):
            return await receive()
    except TimeoutError:
        raise Disconnected("The body was not sent in time") from None


async def read_bytes(
    headers: Headers, receive: Receive, bytes_max: int, *, seconds_max: float | None = None, budget: Budget = IN_MEMORY
) -> bytes:
    """The raw body. Raises as read_chunks does, and Disconnected if it takes longer than seconds_max."""
    try:
        async with asyncio.timeout(seconds_max), aclosing(read_chunks(headers, receive, bytes_max, budget)) as chunks:
            return b"".join([chunk async for chunk in chunks])
    except TimeoutError:
        raise Disconnected("The body was not sent in time") from None


async def read_body(
    headers: Headers, receive: Receive, bytes_max: int = BODY_BYTES_MAX, *, reads_forms: bool = True
) -> dict[str, Any]:
    """The fields of a JSON object or, with reads_forms, of a form; {} for an empty body. Files of a form are discarded.

    Raises UnsupportedMediaType, Invalid if it is malformed or not an object, and as read_chunks does.
    """
    check_encoding(headers)
    media_type = _media_type(headers)
    if media_type == _MULTIPART and reads_forms:
        async with aclosing(read_chunks(headers, receive, bytes_max)) as chunks:
            pairs, _ = await read_multipart(chunks, headers[b"content-type"], None, FORM_LIMITS)
        return nest(pairs)
    body = await read_bytes(headers, receive, bytes_max)
    if not body.strip():
        return {}
    if media_type == b"application/x-www-form-urlencoded" and reads_forms:
        return parse_form(body)
    if media_type and media_type != b"application/json" and not media_type.endswith(b"+json"):
        shown = media_type.decode("latin-1")[:80]
        raise UnsupportedMediaType(f"The provided content-type '{shown}' is not supported.")
    return _parse_json(body)


async def read_upload(
    headers: Headers, receive: Receive, settings: Settings, file_bytes_max: int, *, has_lists: bool = False
) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The fields and files of a multipart form. The caller must remove the files (remove_uploads).

    A body of another media type has no files. has_lists: as of read_multipart. Raises as read_body does.
    """
    if _media_type(headers) != _MULTIPART:
        return await read_body(headers, receive), {}
    check_encoding(headers)
    folder = settings.data_folder / UPLOADS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    bytes_max = min(settings.body_bytes_max, file_bytes_max + FORM_LIMITS.field_bytes)
    limits = FormLimits(file_bytes=min(file_bytes_max, bytes_max), total_bytes=bytes_max)
    async with aclosing(read_chunks(headers, receive, bytes_max, ON_DISK)) as chunks:
        pairs, files = await read_multipart(chunks, headers[b"content-type"], folder, limits, has_lists=has_lists)
    try:
        return nest(pairs), files
    except CoterieError:
        remove_uploads(files)
        raise


def check_encoding(headers: Headers) -> None:
    """Raises UnsupportedMediaType for a compressed body (RFC 9110, section 8.4)."""
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding not in (b"", b"identity"):
        shown = encoding.decode("latin-1")[:80]
        raise UnsupportedMediaType(f"The content-encoding '{shown}' is not supported: send the body uncompressed.")


def _media_type(headers: Headers) -> bytes:
    return headers.get(b"content-type", b"").split(b";")[0].strip().lower()


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = _BYTE.search(str(error))
        raise malformed(f"is not valid JSON{f' at byte {place[1]}' if place else ''}") from None
    if not isinstance(value, dict):
        raise malformed("is not a JSON object")
    return value
