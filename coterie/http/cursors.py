"""Cursors: where a list goes on. Opaque to clients, signed, and valid for one organization, list and set of parameters.

A cursor is the URL-safe base64 of 16 bytes of HMAC-SHA256 and the JSON of its position. The signature covers the
organization, the list and the parameters too, so nothing of them is in the cursor.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from coterie.errors import CoterieError
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.secrets import sign

T = TypeVar("T")
LENGTH_MAX = 2000
_SIGNATURE_BYTES = 16
_PURPOSE = "cursor"


class InvalidCursor(CoterieError):
    """The cursor was not given by this list, for this organization and these parameters."""


class CursorScope(Struct, frozen=True):
    """The list that a cursor is valid for. parameters: those of the query that select items, as text."""

    settings: Settings
    caller: Caller
    list_name: str
    parameters: tuple[str, ...] = ()


def write_cursor(scope: CursorScope, position: Any) -> str:
    """The cursor of a position."""
    data = msgspec.json.encode(position)
    return urlsafe_b64encode(_signature(scope, data) + data).decode().rstrip("=")


def read_cursor(scope: CursorScope, cursor: str, type_: type[T]) -> T:
    """The position of a cursor. Raises InvalidCursor if it was not written for this scope."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Error, ValueError):
        raise _invalid() from None
    signature, data = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(scope, data)):
        raise _invalid()
    return msgspec.json.decode(data, type=type_)


def _signature(scope: CursorScope, data: bytes) -> bytes:
    place = msgspec.json.encode((scope.caller.organization_uuid, scope.list_name, scope.parameters))
    return sign(scope.settings.data_folder, _PURPOSE, place + b"\n" + data)[:_SIGNATURE_BYTES]


def _invalid() -> InvalidCursor:
    return InvalidCursor("The cursor is not valid for this list and these parameters")
