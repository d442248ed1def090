"""Access tokens: only their hash is stored."""

from typing import Any

from coterie.model.access_tokens import AccessToken
from coterie.model.organizations import Caller
from coterie.store.database import Row, Tx


def insert_access_token(
    tx: Tx,
    organization_id: int,
    token_id: str,
    *,
    user_id: str,
    token_hash: str,
    name: str,
    scopes: str,
    all_organizations: bool,
    expires_at: str | None,
    now: str,
) -> None:
    tx.run(
        "INSERT INTO access_tokens (organization_id, id, user_id, token_hash, name, scopes, all_organizations,"
        " created_at, expires_at) VALUES (:organization_id, :id, :user_id, :token_hash, :name, :scopes, :all, :now,"
        " :expires_at)",
        {
            "organization_id": organization_id,
            "id": token_id,
            "user_id": user_id,
            "token_hash": token_hash,
            "name": name,
            "scopes": scopes,
            "all": all_organizations,
            "expires_at": expires_at,
            "now": now,
        },
    )


_CALLER = (
    "SELECT t.organization_id, o.uuid, o.country, t.user_id, t.scopes, t.id, t.all_organizations, t.last_used_at,"
    " o.contacts_max, o.file_bytes_max, t.client_id, o.require_if_match FROM access_tokens t"
    " JOIN organizations o ON o.id = t.organization_id"
    " JOIN memberships m ON m.organization_id = t.organization_id AND m.user_id = t.user_id"
    " WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL AND m.created_at <= t.created_at"
    " AND (t.expires_at IS NULL OR t.expires_at > :now)"
    " AND (NOT t.all_organizations"
    " OR (t.created_at > :created_after AND coalesce(t.last_used_at, t.created_at) > :used_after))"
)


def find_caller(
    tx: Tx, token_hash: str, via: str, now: str, *, created_after: str, used_after: str
) -> tuple[Caller, bool, str | None] | None:
    """(the caller of a token, whether it is valid for all organizations of its user, when it was last used).

    None if the token is unknown, revoked, expired or older than the user's membership, a login that was not created and
    used after these moments, or an assistant's (OAuth) at another door than MCP (RFC 8707).
    """
    moments = {"now": now, "created_after": created_after, "used_after": used_after}
    row = tx.one(_CALLER, {"token_hash": token_hash} | moments)
    if row is None or (row[10] is not None and via != "mcp"):
        return None
    # not for_organization: every request would pay for the columns of an Organization
    caller = Caller(
        organization_id=row[0],
        organization_uuid=row[1],
        country=row[2],
        user_id=row[3],
        scopes=tuple(row[4].split()),
        via=via,
        token_id=row[5],
        contacts_max=row[8],
        file_bytes_max=row[9],
        require_if_match=bool(row[11]),
    )
    return caller, bool(row[6]), row[7]


def touch_access_token(tx: Tx, organization_id: int, token_id: str, now: str) -> None:
    """Stores when a token was last used."""
    tx.run(
        "UPDATE access_tokens SET last_used_at = :now WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": token_id, "now": now},
    )


def delete_oldest_access_tokens(tx: Tx, organization_id: int, user_id: str, name: str, *, keep: int) -> None:
    """Deletes a user's tokens of one name, including revoked ones, except the newest `keep`."""
    tx.run(
        "DELETE FROM access_tokens WHERE organization_id = :organization_id AND user_id = :user_id AND name = :name"
        " AND id NOT IN (SELECT id FROM access_tokens WHERE organization_id = :organization_id"
        " AND user_id = :user_id AND name = :name ORDER BY id DESC LIMIT :keep)",
        {"organization_id": organization_id, "user_id": user_id, "name": name, "keep": keep},
    )


def revoke_access_token(tx: Tx, organization_id: int, token_id: str, now: str) -> bool:
    """Revokes a token. Returns whether it existed and was not revoked."""
    changed = tx.run(
        "UPDATE access_tokens SET revoked_at = :now"
        " WHERE organization_id = :organization_id AND id = :id AND revoked_at IS NULL",
        {"organization_id": organization_id, "id": token_id, "now": now},
    )
    return changed == 1


def revoke_access_tokens_of_user(tx: Tx, organization_id: int, user_id: str, now: str) -> int:
    """Revokes all tokens of a user in one organization. Returns their number."""
    return tx.run(
        "UPDATE access_tokens SET revoked_at = :now"
        " WHERE organization_id = :organization_id AND user_id = :user_id AND revoked_at IS NULL",
        {"organization_id": organization_id, "user_id": user_id, "now": now},
    )


def has_access_token(tx: Tx, organization_id: int, token_id: str) -> bool:
    row = tx.one(
        "SELECT 1 FROM access_tokens WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": token_id},
    )
    return row is not None


_TOKENS = (
    "SELECT t.id, t.user_id, u.email, t.name, t.scopes, t.all_organizations, t.created_at, t.expires_at,"
    " t.last_used_at, t.revoked_at, t.client_id, t.refreshable_until"
    " FROM access_tokens t JOIN users u ON u.id = t.user_id"
    " WHERE t.organization_id = :organization_id"
)


def find_access_token(tx: Tx, organization_id: int, token_id: str) -> AccessToken | None:
    """A token, valid or not."""
    row = tx.one(f"{_TOKENS} AND t.id = :id", {"organization_id": organization_id, "id": token_id})
    return _token(row) if row else None


def list_access_tokens(
    tx: Tx, organization_id: int, *, user_id: str | None = None, after: str = "", limit: int
) -> list[AccessToken]:
    """The tokens of an organization or of one member, oldest first, including revoked and expired ones.

    after: a token's id.
    """
    of_user = "" if user_id is None else " AND t.user_id = :user_id"
    bound: dict[str, Any] = {"organization_id": organization_id, "after": after, "limit": limit}
    rows = tx.all(
        f"{_TOKENS} AND t.id > :after{of_user} ORDER BY t.id LIMIT :limit",
        bound if user_id is None else bound | {"user_id": user_id},
    )
    return [_token(row) for row in rows]


def _token(row: Row) -> AccessToken:
    return AccessToken(
        id=row[0],
        user_id=row[1],
        email=row[2],
        name=row[3],
        scopes=tuple(row[4].split()),
        all_organizations=bool(row[5]),
        created_at=row[6],
        expires_at=row[7],
        last_used_at=row[8],
        revoked_at=row[9],
        client_id=row[10],
        refreshable_until=row[11],
    )
