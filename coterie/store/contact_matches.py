"""Which contacts have an identifier."""

from collections.abc import Iterable

from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx


def lock_identifiers(tx: Tx, organization_id: int, identifiers: Iterable[str]) -> None:
    """Locks identifiers, such as "email:a@b.c", until the commit: two who look for one and create it wait for each
    other. SQLite has one writer."""
    if tx.engine == "postgresql":
        tx.all(
            "SELECT pg_advisory_xact_lock(CAST(:organization_id AS INT), hashtext(identifier))"
            " FROM (SELECT unnest(CAST(:identifiers AS TEXT[])) AS identifier ORDER BY 1) sorted",
            {"organization_id": organization_id, "identifiers": sorted(set(identifiers))},
        )


def list_with_handle(
    tx: Tx, organization_id: int, channel: str, normalized: str, *, deleted: bool = False, limit: int
) -> list[Contact]:
    """The contacts that have a handle now, oldest first; of deleted contacts with deleted."""
    rows = tx.all(
        "SELECT DISTINCT h.contact_id FROM handles h JOIN contacts c"
        " ON c.organization_id = h.organization_id AND c.id = h.contact_id"
        " WHERE h.organization_id = :organization_id AND h.channel = :channel AND h.normalized = :normalized"
        " AND NOT h.is_former AND h.deleted_at IS NULL AND c.merged_into IS NULL"
        f" AND c.deleted_at IS {'NOT ' if deleted else ''}NULL ORDER BY h.contact_id LIMIT :limit",
        {"organization_id": organization_id, "channel": channel, "normalized": normalized, "limit": limit},
    )
    ids = [contact_id for (contact_id,) in rows]
    return list_contacts_by_id(tx, organization_id, ids, include_deleted=True) if ids else []
