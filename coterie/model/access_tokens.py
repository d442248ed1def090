"""Access tokens: the secrets that programs send."""

import hashlib

from msgspec import Struct


def hash_token(token: str) -> str:
    """The stored form of a token. It is long and random, so a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


class AccessToken(Struct, frozen=True):
    """A token without its secret. all_organizations: a login, which grants access to every organization of the user.

    client_id, refreshable_until: of an assistant that was connected by OAuth; it renews its secret until then.
    """

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
    client_id: str | None = None
    refreshable_until: str | None = None

    def state(self, now: str, *, created_after: str = "", used_after: str = "") -> str:
        """active, expired, idle or revoked at a moment. A login must be created and used after these moments."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and max(self.expires_at, self.refreshable_until or "") <= now:
            return "expired"
        if self.all_organizations and self.created_at <= created_after:
            return "expired"
        is_idle = self.all_organizations and (self.last_used_at or self.created_at) <= used_after
        return "idle" if is_idle else "active"
