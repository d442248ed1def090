"""Clients of OAuth: registered by themselves, or with the URL of their metadata as id."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from coterie.actions.oauth import read_client
from coterie.model.ids import parse_id
from coterie.model.oauth import Client, OAuthError
from coterie.outgoing import NotAllowed, check_url, fetch, parse_rules
from coterie.store import oauth_clients as store
from coterie.store.database import Tx

METADATA_BYTES_MAX = 65_536
METADATA_SECONDS = 5.0


def is_url(client_id: str) -> bool:
    """Whether the id of a client is the URL of its metadata, which has to be fetched."""
    return client_id.startswith("https://")


def find_client(tx: Tx, client_id: str) -> Client | None:
    """A client that registered itself; None if there is no such client."""
    uuid = parse_id(client_id)
    return store.find_client(tx, uuid) if uuid else None


def fetch_client(client_id: str, allowed: str, own: str) -> Client:
    """The client of a client-id metadata document. Takes up to five seconds. Raises OAuthError.

    The document is fetched through the guard of outgoing requests, and must name its own URL. allowed, own: as
    outgoing.parse_rules.
    """
    rules = parse_rules(allowed, own)
    try:
        parts = urlsplit(check_url(client_id))
        if parts.path in ("", "/") or parts.fragment or {".", ".."} & set(parts.path.split("/")):
            raise NotAllowed("it must have a path")
        return read_metadata(client_id, fetch(client_id, rules, bytes_max=METADATA_BYTES_MAX, seconds=METADATA_SECONDS))
    except NotAllowed as error:
        raise OAuthError("invalid_client", f"The metadata of the client cannot be read: {error}") from None


def read_metadata(client_id: str, body: bytes) -> Client:
    """The client of a client-id metadata document. Raises OAuthError."""
    try:
        metadata = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise OAuthError("invalid_client", "The metadata of the client are not a JSON object") from None
    if metadata.get("client_id") != client_id:
        raise OAuthError("invalid_client", "The metadata of the client name another client_id than their own URL")
    return read_client(client_id, metadata)
