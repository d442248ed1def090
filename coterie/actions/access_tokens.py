"""Access tokens: how programs act for a user in an organization."""

import secrets
from collections.abc import Sequence

from coterie.actions.events import record
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.ids import new_id
from coterie.model.organizations import ALL_SCOPES, NAME_LENGTH_MAX, SCOPES, Caller
from coterie.store import access_tokens as store
from coterie.store.database import Tx
from coterie.store.organizations import find_membership

DAY_SECONDS = 86_400
DAYS_MAX = 3660


def insert_token(
    tx: Tx,
    organization_id: int,
    *,
    user_id: str,
    name: str,
    scopes: Sequence[str] = (ALL_SCOPES,),
    all_organizations: bool = False,
    expires_at: str | None = None,
) -> tuple[str, str]:
    """(id, token) of a new token: 32 random bytes in URL-safe base64 with padding, as in R0's documentation."""
    token_id, token = new_id(), secrets.token_urlsafe(32) + "="
    store.insert_access_token(
        tx,
        organization_id,
        token_id,
        user_id=user_id,
        token_hash=hash_token(token),
        name=name,
        scopes=" ".join(scopes),
        all_organizations=all_organizations,
        expires_at=expires_at,
        now=times.now(),
    )
    return token_id, token


def create_access_token(
    tx: Tx, caller: Caller, *, user_id: str, name: str, scopes: Sequence[str] = (ALL_SCOPES,), days: int | None = None
) -> tuple[str, str]:
    """(id, token) of a new API token of a member. scopes: by default all; days: how long it is valid, None for ever.

    Raises Invalid if the name, a scope or the days are not valid or there is no scope, NotFound if the user is not a
    member.
    """
    if not name.strip() or len(name) > NAME_LENGTH_MAX or "\0" in name:
        raise invalid("name", f"must have 1 to {NAME_LENGTH_MAX} characters")
    if not scopes:
        raise invalid("scope", "is missing: choose at least one", kind="blank")
    for scope in scopes:
        if scope not in (*SCOPES, ALL_SCOPES):
            raise invalid("scope", f"{scope[:100]!r} is not one of {', '.join(SCOPES)}", kind="choice")
    if days is not None and not 1 <= days <= DAYS_MAX:
        raise invalid("days", f"must be 1 to {DAYS_MAX}")
    if find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("The user is not a member of this organization")
    token_id, token = insert_token(
        tx,
        caller.organization_id,
        user_id=user_id,
        name=name.strip(),
        scopes=tuple(dict.fromkeys(scopes)),
        expires_at=times.after(times.now(), days * DAY_SECONDS) if days is not None else None,
    )
    record(tx, caller, "access_token.created", token_id)
    return token_id, token


def revoke_access_token(tx: Tx, caller: Caller, token_id: str) -> None:
    """Revokes a token of the organization.

    Raises NotFound if the id does not exist, Conflict if the token is already revoked.
    """
    if not store.revoke_access_token(tx, caller.organization_id, token_id, times.now()):
        if store.has_access_token(tx, caller.organization_id, token_id):
            raise Conflict("The token is already revoked")
        raise NotFound(f"There is no token {token_id}")
    record(tx, caller, "access_token.revoked", token_id)
