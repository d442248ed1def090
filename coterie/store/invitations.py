"""Invitations: only the hashes of their links are stored."""

from msgspec.structs import asdict

from coterie.model.invitations import Invitation
from coterie.store.database import Tx

_COLUMNS = "organization_id, id, email, role, invited_by, created_at, expires_at"


def insert_invitation(tx: Tx, organization_id: int, invitation: Invitation, token_hash: str) -> None:
    row = {**asdict(invitation), "organization_id": organization_id, "token_hash": token_hash}
    tx.insert_rows("invitations", [row])


def find_invitation(tx: Tx, token_hash: str, now: str) -> Invitation | None:
    """The invitation of a link, unless it has expired."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM invitations WHERE token_hash = :token_hash AND expires_at > :now",
        {"token_hash": token_hash, "now": now},
    )
    return Invitation(*row) if row else None


def list_invitations(tx: Tx, organization_id: int, now: str, *, limit: int) -> list[Invitation]:
    """The open invitations of an organization, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM invitations WHERE organization_id = :organization_id AND expires_at > :now"
        " ORDER BY id DESC LIMIT :limit",
        {"organization_id": organization_id, "now": now, "limit": limit},
    )
    return [Invitation(*row) for row in rows]


def delete_invitation(tx: Tx, organization_id: int, invitation_id: str) -> bool:
    """Returns whether there was one: of two callers at once only one gets True."""
    deleted = tx.run(
        "DELETE FROM invitations WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": invitation_id},
    )
    return deleted == 1


def delete_expired_invitations(tx: Tx, organization_id: int, now: str) -> None:
    tx.run(
        "DELETE FROM invitations WHERE organization_id = :organization_id AND expires_at <= :now",
        {"organization_id": organization_id, "now": now},
    )


def delete_invitations_by(tx: Tx, organization_id: int, user_id: str) -> None:
    """Ends the open invitations that a user has made."""
    tx.run(
        "DELETE FROM invitations WHERE organization_id = :organization_id AND invited_by = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )
