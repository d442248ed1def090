"""OAuth for assistants: a client registers, a user agrees, a code becomes tokens, tokens are renewed.

Guarantees. A code and a refresh token work once; a second use ends the grant, because one of the two users has stolen
it. A grant is an access token of the user: it is listed, and revoked, with the others, and works at the MCP door only.
"""

import secrets
from typing import Any

from coterie.actions.access_tokens import insert_token
from coterie.actions.callers import caller_for
from coterie.actions.events import record
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.ids import new_id
from coterie.model.oauth import (
    ACCESS_SECONDS,
    CLIENTS_MAX,
    CODE_SECONDS,
    REDIRECTS_MAX,
    REFRESH_SECONDS,
    UNUSED_SECONDS,
    Client,
    Grant,
    OAuthError,
    Tokens,
    check_redirect,
    clean_name,
    fits_challenge,
)
from coterie.store import access_tokens as token_store
from coterie.store import oauth_clients, oauth_codes
from coterie.store.database import Tx
from coterie.store.organizations import find_membership

VIA = "mcp"
_DAY_SECONDS = 86_400


def register_client(tx: Tx, metadata: dict[str, Any]) -> Client:
    """Registers a client by its own metadata (RFC 7591). Raises OAuthError if they are not valid."""
    now = times.now()
    oauth_clients.delete_unused(tx, times.after(now, -UNUSED_SECONDS))
    if oauth_clients.count_clients(tx) >= CLIENTS_MAX:
        raise OAuthError("temporarily_unavailable", "Too many clients have registered; try again tomorrow")
    client = read_client(new_id(), metadata)
    oauth_clients.insert_client(tx, client, now)
    return client


def read_client(client_id: str, metadata: dict[str, Any]) -> Client:
    """The client of its metadata. Raises OAuthError if a redirect URI is not valid, or it wants a secret."""
    method = metadata.get("token_endpoint_auth_method", "none")
    if client_id.startswith("https://") and method != "none":
        raise OAuthError("invalid_client_metadata", "token_endpoint_auth_method must be none")
    uris = metadata.get("redirect_uris")
    if not isinstance(uris, list) or not 1 <= len(uris) <= REDIRECTS_MAX:
        raise OAuthError("invalid_redirect_uri", f"redirect_uris must be a list of 1 to {REDIRECTS_MAX} URIs")
    if not all(isinstance(uri, str) for uri in uris):
        raise OAuthError("invalid_redirect_uri", "redirect_uris must be a list of texts")
    redirects = tuple(check_redirect(uri) for uri in uris)
    return Client(client_id, clean_name(metadata.get("client_name"), "An assistant"), redirects)


def create_code(tx: Tx, grant: Grant) -> str:
    """A code for the grant a user agreed to, valid for a minute. Raises NotFound if the user is not a member."""
    if find_membership(tx, grant.organization_id, grant.user_id) is None:
        raise NotFound("Organization not found")
    code, now = secrets.token_urlsafe(32), times.now()
    oauth_codes.delete_old(tx, times.after(now, -_DAY_SECONDS))
    expires_at = times.after(now, CODE_SECONDS)
    oauth_codes.insert_code(tx, grant.organization_id, hash_token(code), grant, expires_at)
    if not grant.client.is_by_url:
        oauth_clients.mark_used(tx, grant.client.id, now)
    return code


def exchange_code(tx: Tx, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Tokens | OAuthError:
    """The tokens of a code. An OAuthError is returned, not raised, because a second use ends the grant."""
    stored = oauth_codes.find_code(tx, hash_token(code))
    if stored is None:
        return OAuthError("invalid_grant", "The code is unknown")
    grant = stored.grant
    if grant.client.id != client_id:
        return OAuthError("invalid_grant", "The code was given to another client")
    if stored.token_id is not None:
        _end(tx, grant.organization_id, stored.token_id)
        return OAuthError("invalid_grant", "The code was used before; the access it gave has ended")
    if stored.expires_at <= times.now():
        return OAuthError("invalid_grant", "The code has expired")
    if grant.redirect_uri != redirect_uri:
        return OAuthError("invalid_grant", "redirect_uri differs from that of the request for the code")
    if not fits_challenge(verifier, grant.challenge):
        return OAuthError("invalid_grant", "code_verifier does not fit code_challenge")
    if find_membership(tx, grant.organization_id, grant.user_id) is None:
        return OAuthError("invalid_grant", "The user is no longer a member")
    token_id, _ = insert_token(
        tx, grant.organization_id, user_id=grant.user_id, name=grant.client.name, scopes=grant.scopes
    )
    oauth_codes.mark_exchanged(tx, grant.organization_id, hash_token(code), token_id)
    caller = caller_for(tx, grant.organization_id, user_id=grant.user_id, via=VIA)
    record(tx, caller, "access_token.created", token_id)
    return _issue(tx, grant.organization_id, token_id, client_id, grant.scopes)


def refresh(tx: Tx, refresh_token: str, *, client_id: str) -> Tokens | OAuthError:
    """New tokens for a refresh token, which ends with that; so does the access token before."""
    now, token_hash = times.now(), hash_token(refresh_token)
    stored = oauth_codes.find_refresh(tx, token_hash)
    if stored is None or stored.is_revoked or stored.client_id != client_id:
        return OAuthError("invalid_grant", "The refresh token is unknown, revoked or another client's")
    if stored.used_at is not None:
        _end(tx, stored.organization_id, stored.token_id)
        return OAuthError("invalid_grant", "The refresh token was used before; the access has ended")
    if stored.expires_at <= now:
        return OAuthError("invalid_grant", "The refresh token has expired")
    oauth_codes.mark_refreshed(tx, stored.organization_id, token_hash, now)
    return _issue(tx, stored.organization_id, stored.token_id, client_id, stored.scopes)


def end_grant(tx: Tx, token: str, *, client_id: str) -> None:
    """Ends the grant of a refresh or access token (RFC 7009); one that is unknown changes nothing."""
    stored = oauth_codes.find_refresh(tx, hash_token(token))
    if stored is not None and stored.client_id == client_id:
        _end(tx, stored.organization_id, stored.token_id)
        return
    found = token_store.find_caller(tx, hash_token(token), VIA, times.now(), created_after="", used_after="")
    if found is not None and found[0].token_id is not None:
        _end(tx, found[0].organization_id, found[0].token_id)


def _end(tx: Tx, organization_id: int, token_id: str) -> None:
    if token_store.revoke_access_token(tx, organization_id, token_id, times.now()):
        record(tx, caller_for(tx, organization_id, user_id=None, via=VIA), "access_token.revoked", token_id)


def _issue(tx: Tx, organization_id: int, token_id: str, client_id: str, scopes: tuple[str, ...]) -> Tokens:
    """New secrets of a grant."""
    access, refresh_token, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), times.now()
    until = times.after(now, REFRESH_SECONDS)
    values = {
        "token_hash": hash_token(access), "client_id": client_id, "refreshable_until": until,
        "expires_at": times.after(now, ACCESS_SECONDS),
    }  # fmt: skip
    oauth_codes.set_secret(tx, organization_id, token_id, values)
    oauth_codes.insert_refresh(tx, organization_id, hash_token(refresh_token), token_id, until)
    return Tokens(access, refresh_token, scopes)
