"""Subscriptions to address books on other servers."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.subscriptions import ACTIVE, PAUSED, PREVIEW, TWO_WAY, Approval, HeldRun, Subscription
from coterie.store.database import Row, Tx

_COLUMNS = Subscription.__struct_fields__
_SELECT = ", ".join(_COLUMNS)
_JSON: Mapping[str, Any] = {"held": HeldRun, "approved": Approval}


def _subscription(row: Row) -> Subscription:
    values = dict(zip(_COLUMNS, row, strict=True))
    for name, kind in _JSON.items():
        values[name] = msgspec.json.decode(values[name], type=kind) if values[name] else None
    return Subscription(**values)


def _row(columns: Mapping[str, Any]) -> dict[str, Any]:
    encoded = {name: msgspec.json.encode(columns[name]).decode() for name in _JSON if columns.get(name) is not None}
    return {**columns, **encoded}


def insert_subscription(tx: Tx, organization_id: int, subscription: Subscription) -> None:
    row = _row(msgspec.structs.asdict(subscription))
    tx.insert_rows("subscriptions", [{"organization_id": organization_id, **row}])


def update_subscription(tx: Tx, organization_id: int, subscription_id: str, columns: Mapping[str, Any]) -> None:
    assert columns.keys() <= set(_COLUMNS)
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(
        f"UPDATE subscriptions SET {assignments} WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": subscription_id, **_row(columns)},
    )


def delete_subscription(tx: Tx, organization_id: int, subscription_id: str) -> bool:
    """Deletes a subscription with its stored cards; False if it does not exist."""
    bound = {"organization_id": organization_id, "id": subscription_id}
    return bool(tx.run("DELETE FROM subscriptions WHERE organization_id = :organization_id AND id = :id", bound))


def find_subscription(tx: Tx, organization_id: int, subscription_id: str, *, lock: bool = False) -> Subscription | None:
    """lock: until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM subscriptions WHERE organization_id = :organization_id AND id = :id"
        f"{tx.lock if lock else ''}",
        {"organization_id": organization_id, "id": subscription_id},
    )
    return _subscription(row) if row else None


def list_subscriptions(tx: Tx, organization_id: int) -> list[Subscription]:
    """All subscriptions of an organization, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM subscriptions WHERE organization_id = :organization_id ORDER BY created_at, id",
        {"organization_id": organization_id},
    )
    return [_subscription(row) for row in rows]


def list_due(tx: Tx, now: str, quiet_since: str, limit: int = 1000) -> list[tuple[int, str]]:
    """(organization id, id) of the subscriptions that are to run: their time has come, their import was applied, or a
    contact changed here and nothing has since quiet_since."""
    rows = tx.all(
        "SELECT s.organization_id, s.id FROM subscriptions s WHERE s.state <> :paused AND (s.next_run_at <= :now"
        " OR s.state = :preview AND EXISTS (SELECT 1 FROM imports i WHERE i.organization_id = s.organization_id"
        " AND i.id = s.import_id AND i.state IN ('applied', 'undone'))"
        " OR s.state = :active AND s.direction = :two_way AND s.failure_count = 0 AND EXISTS (SELECT 1 FROM contacts c"
        " WHERE c.organization_id = s.organization_id AND c.card_state IS NOT NULL AND c.revision > s.seen_change)"
        " AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = s.organization_id"
        " AND c.card_state IS NOT NULL AND c.revision > s.seen_change AND c.updated_at > :quiet_since)) LIMIT :limit",
        {
            "paused": PAUSED, "now": now, "preview": PREVIEW, "active": ACTIVE, "two_way": TWO_WAY,
            "quiet_since": quiet_since, "limit": limit,
        },
    )  # fmt: skip
    return [(organization_id, subscription_id) for organization_id, subscription_id in rows]
