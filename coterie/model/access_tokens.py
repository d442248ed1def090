"""Access tokens: the secrets that programs send."""

import hashlib

from msgspec import Struct


def hash_token(token: str) -> str:
    """The stored form of a token. It is long and random, so a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


class AccessToken(Struct, frozen=True):
    """A token without its secret. all_organizations: a login, which grants access to every organization of the user."""

    id: str
    user_id: str
    email: str
    name: str
    scopes: tuple[str, ...]
    all_organizations: bool
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None

    def state(self, now: str) -> str:
        """active, expired or revoked at a moment."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"
