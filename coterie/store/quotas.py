"""The use of an organization's quotas."""

from coterie.store.contacts import COUNT
from coterie.store.counters import count
from coterie.store.database import Tx
from coterie.store.files import lock_files


def count_contacts_locked(tx: Tx, organization_id: int) -> int:
    """The number of contacts that are not deleted. No other writer changes it until the commit."""
    if tx.lock:
        tx.one(
            f"SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name{tx.lock}",
            {"organization_id": organization_id, "name": COUNT},
        )
    return count(tx, organization_id, COUNT)


def sum_file_bytes(tx: Tx, organization_id: int) -> int:
    """The size of all attachments and of the stored files of imports, in bytes; equal files count each time."""
    row = tx.one(
        "SELECT CAST((SELECT coalesce(sum(byte_count), 0) FROM attachments WHERE organization_id = :organization_id)"
        " + (SELECT coalesce(sum(byte_count), 0) FROM imports"
        " WHERE organization_id = :organization_id AND file_digest IS NOT NULL) AS BIGINT)",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def sum_file_bytes_locked(tx: Tx, organization_id: int) -> int:
    """sum_file_bytes. No other writer adds files until the commit."""
    lock_files(tx)
    return sum_file_bytes(tx, organization_id)
