"""The feed of changes of contacts, by revision, and the expiry of tombstones.

Guarantee: revisions are in the order of commits (store/revisions.py), so a reader that goes on from the last revision
it has seen misses nothing. A contact that changes while it reads comes again, with a higher revision.
"""

from msgspec import Struct

from coterie.store.database import Tx

BATCH = 1_000


class Change(Struct, frozen=True):
    """The last change of a contact. contact_id: None if it was erased. merged_into: the contact its id means now."""

    revision: int
    uuid: str
    contact_id: int | None
    is_deleted: bool
    merged_into: int | None = None


def list_changes(tx: Tx, organization_id: int, *, after: int, gone_after: int, limit: int) -> list[Change]:
    """The changes above a revision, in their order.

    gone_after: deletions and erasures up to this revision are left out, for a reader that never saw these contacts.
    """
    rows = tx.all(
        "SELECT revision, uuid, id, is_deleted, merged_into FROM (SELECT revision, uuid, id, deleted_at IS NOT NULL"
        " AS is_deleted, merged_into FROM contacts WHERE organization_id = :organization_id AND revision > :after"
        " AND (deleted_at IS NULL OR revision > :gone_after) ORDER BY revision LIMIT :limit) AS present"
        " UNION ALL SELECT revision, uuid, id, is_deleted, id FROM (SELECT revision, uuid, CAST(NULL AS BIGINT) AS id,"
        " TRUE AS is_deleted FROM contact_tombstones WHERE organization_id = :organization_id AND revision > :after"
        " AND revision > :gone_after ORDER BY revision LIMIT :limit) AS gone ORDER BY revision LIMIT :limit",
        {"organization_id": organization_id, "after": after, "gone_after": gone_after, "limit": limit},
    )
    return [
        Change(revision, uuid, contact_id, bool(is_deleted), merged_into)
        for revision, uuid, contact_id, is_deleted, merged_into in rows
    ]


def find_last_change(tx: Tx, organization_id: int) -> int:
    """The last change number of the organization; no contact has a higher revision."""
    row = tx.one(
        "SELECT value FROM counters WHERE organization_id = :organization_id AND name = 'event_id'",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def find_expired_revision(tx: Tx, organization_id: int) -> int:
    """The newest revision of a tombstone that has expired; 0 if none has."""
    row = tx.one(
        "SELECT expired_revision FROM organizations WHERE id = :organization_id", {"organization_id": organization_id}
    )
    return int(row[0]) if row else 0


def expire_tombstones(tx: Tx, before: str) -> int:
    """Deletes up to 1,000 tombstones that were created before a moment; returns how many."""
    rows = tx.all(
        "SELECT organization_id, uuid, revision FROM contact_tombstones WHERE created_at < :before AND created_at <> ''"
        " ORDER BY created_at LIMIT :batch",
        {"before": before, "batch": BATCH},
    )
    for organization_id, uuid, revision in rows:
        bound = {"organization_id": organization_id, "uuid": uuid, "revision": revision}
        tx.run(
            "UPDATE organizations SET expired_revision = :revision WHERE id = :organization_id"
            " AND expired_revision < :revision",
            {"organization_id": organization_id, "revision": revision},
        )
        tx.run(
            "DELETE FROM contact_tombstones WHERE organization_id = :organization_id AND uuid = :uuid"
            " AND revision = :revision",
            bound,
        )
    return len(rows)
