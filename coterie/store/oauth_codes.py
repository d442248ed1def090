"""Codes and refresh tokens of OAuth: only their hashes are stored."""

from typing import Any

from msgspec import Struct

from coterie.model.oauth import Client, Grant
from coterie.store.database import Tx


class StoredCode(Struct, frozen=True):
    """token_id: what the code was exchanged for, None if it was not."""

    grant: Grant
    expires_at: str
    token_id: str | None


class StoredRefresh(Struct, frozen=True):
    """A refresh token, and the access token that it renews."""

    organization_id: int
    token_id: str
    client_id: str
    scopes: tuple[str, ...]
    expires_at: str
    used_at: str | None
    is_revoked: bool


def insert_code(tx: Tx, organization_id: int, code_hash: str, grant: Grant, expires_at: str) -> None:
    tx.run(
        "INSERT INTO oauth_codes (code_hash, organization_id, user_id, client_id, client_name, redirect_uri, challenge,"
        " scopes, expires_at) VALUES (:code_hash, :organization_id, :user_id, :client_id, :client_name, :redirect_uri,"
        " :challenge, :scopes, :expires_at)",
        {
            "code_hash": code_hash, "organization_id": organization_id, "user_id": grant.user_id,
            "client_id": grant.client.id, "client_name": grant.client.name, "redirect_uri": grant.redirect_uri,
            "challenge": grant.challenge, "scopes": " ".join(grant.scopes), "expires_at": expires_at,
        },
    )  # fmt: skip


def find_code(tx: Tx, code_hash: str) -> StoredCode | None:
    """A code, used or not, locked until the commit."""
    row = tx.one(
        "SELECT organization_id, user_id, client_id, client_name, redirect_uri, challenge, scopes, expires_at, token_id"
        f" FROM oauth_codes WHERE code_hash = :code_hash{tx.lock}",
        {"code_hash": code_hash},
    )
    if row is None:
        return None
    client = Client(row[2], row[3], (row[4],))
    return StoredCode(Grant(row[0], row[1], client, row[4], row[5], tuple(row[6].split())), row[7], row[8])


def mark_exchanged(tx: Tx, organization_id: int, code_hash: str, token_id: str) -> None:
    tx.run(
        "UPDATE oauth_codes SET token_id = :token_id"
        " WHERE organization_id = :organization_id AND code_hash = :code_hash",
        {"organization_id": organization_id, "code_hash": code_hash, "token_id": token_id},
    )


def insert_refresh(tx: Tx, organization_id: int, token_hash: str, token_id: str, expires_at: str) -> None:
    tx.run(
        "INSERT INTO oauth_refresh_tokens (token_hash, organization_id, token_id, expires_at)"
        " VALUES (:token_hash, :organization_id, :token_id, :expires_at)",
        {
            "token_hash": token_hash, "organization_id": organization_id, "token_id": token_id,
            "expires_at": expires_at,
        },
    )  # fmt: skip


def find_refresh(tx: Tx, token_hash: str) -> StoredRefresh | None:
    """A refresh token, used or not, with its access token; both locked until the commit."""
    row = tx.one(
        "SELECT r.organization_id, r.token_id, t.client_id, t.scopes, r.expires_at, r.used_at, t.revoked_at IS NOT NULL"
        " FROM oauth_refresh_tokens r JOIN access_tokens t"
        " ON t.organization_id = r.organization_id AND t.id = r.token_id"
        f" WHERE r.token_hash = :token_hash{tx.lock}",
        {"token_hash": token_hash},
    )
    if row is None:
        return None
    return StoredRefresh(
        organization_id=row[0],
        token_id=row[1],
        client_id=row[2] or "",
        scopes=tuple(row[3].split()),
        expires_at=row[4],
        used_at=row[5],
        is_revoked=bool(row[6]),
    )


def mark_refreshed(tx: Tx, organization_id: int, token_hash: str, now: str) -> None:
    tx.run(
        "UPDATE oauth_refresh_tokens SET used_at = :now"
        " WHERE organization_id = :organization_id AND token_hash = :token_hash",
        {"organization_id": organization_id, "token_hash": token_hash, "now": now},
    )


def set_secret(tx: Tx, organization_id: int, token_id: str, values: dict[str, Any]) -> None:
    """Gives an access token its client, or another secret. values: token_hash, expires_at, client_id,
    refreshable_until."""
    tx.run(
        "UPDATE access_tokens SET token_hash = :token_hash, expires_at = :expires_at, client_id = :client_id,"
        " refreshable_until = :refreshable_until WHERE organization_id = :organization_id AND id = :token_id",
        {"organization_id": organization_id, "token_id": token_id, **values},
    )


def delete_old(tx: Tx, before: str) -> None:
    """Deletes codes and refresh tokens that ended before a moment."""
    tx.run("DELETE FROM oauth_codes WHERE expires_at < :before", {"before": before})
    tx.run("DELETE FROM oauth_refresh_tokens WHERE expires_at < :before", {"before": before})
