"""Bundles of what devices deleted."""

import msgspec

from coterie.model.deletions import Bundle, DeletedGroup
from coterie.store.database import Row, Tx

_SELECT = (
    "SELECT id, device_id, card_count, deleted_count, started_at, last_at, allowed_at, restored_at"
    " FROM deletion_bundles WHERE organization_id = :organization_id"
)


def _bundle(row: Row) -> Bundle:
    return Bundle(*row)


def list_bundles(tx: Tx, organization_id: int, *, limit: int) -> list[Bundle]:
    """The bundles, newest first."""
    rows = tx.all(
        f"{_SELECT} ORDER BY started_at DESC, id DESC LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [_bundle(row) for row in rows]


def any_held(tx: Tx, organization_id: int, *, limit: int) -> bool:
    """Whether one of the newest bundles waits for a member's decision."""
    return any(bundle.is_held for bundle in list_bundles(tx, organization_id, limit=limit))


def find_bundle(tx: Tx, organization_id: int, bundle_id: str, *, lock: bool = False) -> Bundle | None:
    """A bundle; lock: until the commit."""
    row = tx.one(
        f"{_SELECT} AND id = :id{tx.lock if lock else ''}",
        {"organization_id": organization_id, "id": bundle_id},
    )
    return _bundle(row) if row else None


def find_newest_bundle(tx: Tx, organization_id: int, device_id: str) -> Bundle | None:
    """The newest bundle of a device, locked until the commit."""
    row = tx.one(
        f"{_SELECT} AND device_id = :device_id ORDER BY started_at DESC, id DESC LIMIT 1{tx.lock}",
        {"organization_id": organization_id, "device_id": device_id},
    )
    return _bundle(row) if row else None


def save_bundle(tx: Tx, organization_id: int, bundle: Bundle) -> None:
    """Inserts a bundle, or changes its counts and moments."""
    row = {"organization_id": organization_id, **{name: getattr(bundle, name) for name in bundle.__struct_fields__}}
    tx.run(
        f"INSERT INTO deletion_bundles ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
        " ON CONFLICT (organization_id, id) DO UPDATE SET deleted_count = excluded.deleted_count,"
        " last_at = excluded.last_at, allowed_at = excluded.allowed_at, restored_at = excluded.restored_at",
        row,
    )


def add_contact(tx: Tx, organization_id: int, bundle_id: str, contact_id: int) -> None:
    """Notes a deleted contact; one that was restored and deleted again is noted once."""
    row = {"organization_id": organization_id, "bundle_id": bundle_id, "contact_id": contact_id}
    tx.insert_rows("deletion_contacts", [row], skip_existing=True)


def list_contact_ids(tx: Tx, organization_id: int, bundle_id: str, *, after: int, limit: int) -> list[int]:
    """The contacts of a bundle that were not erased, by id, after an id."""
    rows = tx.all(
        "SELECT contact_id FROM deletion_contacts WHERE organization_id = :organization_id AND bundle_id = :bundle_id"
        " AND contact_id > :after ORDER BY contact_id LIMIT :limit",
        {"organization_id": organization_id, "bundle_id": bundle_id, "after": after, "limit": limit},
    )
    return [contact_id for (contact_id,) in rows]


def list_deleted_groups(tx: Tx, organization_id: int, device_id: str, *, first: str, last: str) -> list[DeletedGroup]:
    """The groups that a device deleted between two moments."""
    rows = tx.all(
        "SELECT undo FROM events WHERE organization_id = :organization_id AND kind = 'device.group_deleted'"
        " AND subject_id = :device_id AND happened_at BETWEEN :first AND :last AND undo IS NOT NULL ORDER BY id",
        {"organization_id": organization_id, "device_id": device_id, "first": first, "last": last},
    )
    return [msgspec.json.decode(undo, type=DeletedGroup) for (undo,) in rows]


def count_cards(tx: Tx, organization_id: int) -> int:
    """The number of contacts that phones see."""
    row = tx.one(
        "SELECT count(*) FROM contacts WHERE organization_id = :organization_id AND card_state = 'on'"
        " AND deleted_at IS NULL",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0
