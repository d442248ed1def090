"""Invitations to an organization: links that work once, for seven days."""

from msgspec import Struct

VALID_SECONDS = 7 * 86_400
# open at once, of an organization
INVITATIONS_MAX = 100
CODE_LENGTH_MAX = 100


class Invitation(Struct, frozen=True):
    """email: where the link was mailed to; None if it is handed over in another way."""

    organization_id: int
    id: str
    email: str | None
    role: str
    invited_by: str
    created_at: str
    expires_at: str
