"""Organizations, the users in them, the tokens they act with."""

from msgspec import Struct

OWNER = "owner"
MEMBER = "member"

# What a token may do. A route names the one it needs; "*" is every one of them.
SCOPES = (
    "contacts:read",
    "contacts:write",
    "organization:read",
    "organization:write",
    "imports:read",
    "imports:write",
)
ALL_SCOPES = "*"


class Organization(Struct, frozen=True):
    id: int
    uuid: str
    name: str
    username: str | None
    profile_picture_url: str | None
    country: str | None
    created_at: str
    updated_at: str


class User(Struct, frozen=True):
    id: str
    email: str
    first_name: str | None
    last_name: str | None
    time_zone: str
    created_at: str
    updated_at: str


class Caller(Struct, frozen=True):
    """Who is acting now, for which organization, with which permissions, through which door."""

    organization_id: int
    organization_uuid: str
    country: str | None
    user_id: str | None
    scopes: tuple[str, ...]
    via: str
    token_id: str | None = None
    import_id: str | None = None

    def may(self, scope: str) -> bool:
        """Whether the caller holds this scope."""
        return ALL_SCOPES in self.scopes or scope in self.scopes
