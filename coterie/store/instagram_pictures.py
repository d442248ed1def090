"""Profile pictures fetched from Instagram, stored as attachments."""

from coterie.model import times
from coterie.model.ids import new_id
from coterie.store.database import Tx

PICTURE = "picture"


def list_pictures(tx: Tx, organization_id: int, contact_id: int) -> list[tuple[str | None, str, str]]:
    """(source_key, digest, attachment id) of the pictures fetched from Instagram for a contact."""
    rows = tx.all(
        "SELECT source_key, digest, id FROM attachments WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND kind = :kind AND source = 'instagram' ORDER BY id",
        {"organization_id": organization_id, "contact_id": contact_id, "kind": PICTURE},
    )
    return [(source_key, digest, attachment_id) for source_key, digest, attachment_id in rows]


def find_picture(tx: Tx, organization_id: int, contact_id: int, attachment_id: str) -> tuple[str, str] | None:
    """(digest, media type) of a picture of a contact that is not deleted. Never another kind of file."""
    row = tx.one(
        "SELECT a.digest, a.media_type FROM attachments a JOIN contacts c ON c.organization_id = a.organization_id"
        " AND c.id = a.contact_id WHERE a.organization_id = :organization_id AND a.contact_id = :contact_id"
        " AND a.id = :attachment_id AND a.kind = :kind AND c.deleted_at IS NULL",
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "attachment_id": attachment_id,
            "kind": PICTURE,
        },
    )
    return (row[0], row[1]) if row else None


def replace_pictures(
    tx: Tx,
    organization_id: int,
    contact_id: int,
    *,
    filename: str,
    media_type: str,
    byte_count: int,
    digest: str,
    source_key: str,
) -> str | None:
    """Replaces the pictures fetched from Instagram; source_key identifies the picture's address there.

    Returns the new attachment id, or None if the contact is erased.
    """
    bound = {"organization_id": organization_id, "contact_id": contact_id, "kind": PICTURE}
    attachment_id = new_id()
    tx.run(
        "DELETE FROM attachments WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND kind = :kind AND source = 'instagram'",
        bound,
    )
    inserted = tx.run(
        "INSERT INTO attachments (organization_id, contact_id, id, kind, filename, media_type, byte_count, digest,"
        " created_at, source, source_key) SELECT organization_id, id, :attachment_id, :kind, :filename, :media_type,"
        " CAST(:byte_count AS BIGINT), :digest, :now, 'instagram', :source_key FROM contacts"
        " WHERE organization_id = :organization_id AND id = :contact_id",
        {
            **bound,
            "attachment_id": attachment_id,
            "filename": filename,
            "media_type": media_type,
            "byte_count": byte_count,
            "digest": digest,
            "source_key": source_key,
            "now": times.now(),
        },
    )
    return attachment_id if inserted else None
