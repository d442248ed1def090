"""Queries of `coterie check` about files that rows refer to, and the files themselves."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from coterie.model.imports import ROW_STAGED
from coterie.store.database import Tx
from coterie.store.files import file_path

_CHUNK = 1024 * 1024


def list_attachments_of_contacts(
    tx: Tx, organization_id: int, contact_ids: Iterable[int]
) -> list[tuple[int, str, str, int]]:
    """(contact id, attachment id, digest, byte count) of the attachments of these contacts."""
    rows = tx.all(
        "SELECT contact_id, id, digest, byte_count FROM attachments WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} ORDER BY contact_id, id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [(contact_id, attachment_id, digest, byte_count) for contact_id, attachment_id, digest, byte_count in rows]


def list_import_files(tx: Tx, organization_id: int) -> list[tuple[str, str]]:
    """(import id, digest) of the files that imports were read from, and of those that staged rows need."""
    rows = tx.all(
        "SELECT id, file_digest FROM imports WHERE organization_id = :organization_id AND file_digest IS NOT NULL"
        " UNION SELECT f.import_id, f.digest FROM import_files f JOIN import_drafts d"
        " ON d.organization_id = f.organization_id AND d.import_id = f.import_id AND d.row_number = f.row_number"
        " JOIN imports i ON i.organization_id = f.organization_id AND i.id = f.import_id AND i.state = 'staged'"
        " WHERE f.organization_id = :organization_id AND d.state = :state ORDER BY 1, 2",
        {"organization_id": organization_id, "state": ROW_STAGED},
    )
    return [(import_id, digest) for import_id, digest in rows]


def describe_damage(folder: Path, digest: str, byte_count: int | None, *, is_deep: bool) -> str | None:
    """The damage of a stored file, or None. is_deep reads it and compares its digest."""
    path = file_path(folder, digest)
    try:
        if byte_count is not None and path.stat().st_size != byte_count:
            return f"has {path.stat().st_size:,} bytes instead of {byte_count:,}"
        if not path.is_file():
            return "is missing"
        if is_deep and _digest_of(path) != digest:
            return "has other bytes than its name says"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
