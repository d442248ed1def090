"""Idempotency-Key: a write that is repeated with its key has one effect and the same response.

Guarantees. The key is stored in the unit of work of the change, so it exists if and only if the change does: a request
that failed may be corrected and sent again with its key, and a process that dies leaves no half state. Two requests at
once with one key have one effect. A key belongs to its token; with another request it is an error.
"""

import re
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import Conflict, Invalid, Problem
from coterie.http.asgi import Headers
from coterie.http.multipart import Upload
from coterie.http.responses import Encoded
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store import idempotency_keys as store
from coterie.store.database import Tx

HEADER = "Idempotency-Key"
_HEADER = HEADER.lower().encode()
KEY_REUSED = "key_reused"
REPLAYED = (b"idempotent-replayed", b"true")
# headers of a response that are repeated; all others are of the moment
_STORED_HEADERS = frozenset((b"content-type", b"location", b"etag"))
# quoted, as the draft of the IETF has it, or bare
_KEY = re.compile(r'"([!#-~]{1,255})"|([!#-~]{1,255})')


class Key(Struct, frozen=True):
    """The key of a request. request_hash: of everything that distinguishes the request from others."""

    value: str
    request_hash: str


def has_key(headers: Headers) -> bool:
    """Whether a request has a key, valid or not."""
    return _HEADER in headers


def read_key(headers: Headers) -> str | None:
    """The key of a request, if it has one. Raises Invalid unless it is 1 to 255 visible ASCII characters, in
    quotation marks or without."""
    header = headers.get(_HEADER)
    if header is None:
        return None
    match = _KEY.fullmatch(header.decode("latin-1").strip())
    if match is None:
        raise Invalid(
            Problem((HEADER,), "invalid", "must be 1 to 255 visible ASCII characters without quotation marks")
        )
    return match[1] or match[2]


def hash_request(
    method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any], files: Mapping[str, Upload]
) -> str:
    """The SHA-256 of a request: method, path, query and fields in any order and writing, and the bytes of its files."""
    digests = {}
    for name, upload in files.items():
        with Path(upload.path).open("rb") as file:
            digests[name] = (upload.filename, file_digest(file, "sha256").hexdigest())
    parameters = {name: value for name, value in query.items() if name != "access_token"}
    whole = (method, path, parameters, body, digests)
    return sha256(msgspec.json.encode(whole, order="deterministic")).hexdigest()


def _owner(caller: Caller) -> str:
    """The owner of the keys: the token, or the user if a login acts in another organization."""
    return caller.token_id or caller.user_id or ""


def find_response(tx: Tx, caller: Caller, key: Key) -> Encoded | None:
    """The response to an earlier request with this key; None if there was none.

    Raises Invalid if that was another request; Conflict if it has not finished, or its response was scrubbed.
    """
    stored = store.find_response(tx, caller.organization_id, _owner(caller), key.value)
    if stored is None:
        return None
    if stored.request_hash != key.request_hash:
        raise Invalid(Problem((HEADER,), KEY_REUSED, "was used with another request; use a new one"))
    if stored.status is None:
        raise Conflict(f"The request with this {HEADER} has not finished; look for its result before you use a new key")
    if stored.body is None:
        raise Conflict(f"The request with this {HEADER} was successful; its response is no longer stored")
    headers: list[tuple[str, str]] = msgspec.json.decode(stored.headers or "[]")
    return stored.status, [*((n.encode(), v.encode("latin-1")) for n, v in headers), REPLAYED], stored.body.encode()


def begin(tx: Tx, caller: Caller, key: Key) -> Encoded | None:
    """Takes the key in this unit of work, before anything else; or returns the response to the earlier request.

    Raises as find_response does.
    """
    taken = store.insert_key(
        tx, caller.organization_id, _owner(caller), key.value, request_hash=key.request_hash, now=times.now()
    )
    return None if taken else find_response(tx, caller, key)


def release(tx: Tx, caller: Caller, key: Key) -> None:
    """Gives the key back: the request failed after its unit of work."""
    store.delete_key(tx, caller.organization_id, _owner(caller), key.value)


def end(tx: Tx, caller: Caller, key: Key, response: Encoded) -> None:
    """Stores the response with its key."""
    status, headers, body = response
    repeated = [(name.decode(), value.decode("latin-1")) for name, value in headers if name in _STORED_HEADERS]
    text = body.decode() if isinstance(body, bytes) else ""
    store.save_response(
        tx, caller.organization_id, _owner(caller), key.value,
        status=status, headers=msgspec.json.encode(repeated).decode(), body=text,
    )  # fmt: skip
