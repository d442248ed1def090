"""Endpoints of webhooks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.webhooks import Webhook
from coterie.store.database import Tx

_COLUMNS = tuple(name for name in Webhook.__struct_fields__ if name != "kinds")
_SELECT = ", ".join(_COLUMNS) + ", event_kinds"


def _webhook(row: tuple[Any, ...]) -> Webhook:
    values = dict(zip(_COLUMNS, row[:-1], strict=True))
    for name in ("is_active", "include_bulk", "is_ordered"):
        values[name] = bool(values[name])
    return Webhook(**values, kinds=msgspec.json.decode(row[-1], type=tuple[str, ...]))


def _row(webhook: Webhook) -> dict[str, Any]:
    values = msgspec.structs.asdict(webhook)
    return {"event_kinds": msgspec.json.encode(values.pop("kinds")).decode(), **values}


def insert_webhook(tx: Tx, organization_id: int, webhook: Webhook) -> None:
    tx.insert_rows("webhooks", [{"organization_id": organization_id, **_row(webhook)}])


def save_webhook(tx: Tx, organization_id: int, webhook: Webhook) -> None:
    """Replaces the row of a webhook."""
    columns = _row(webhook)
    assignments = ", ".join(f"{name} = :{name}" for name in columns if name != "id")
    tx.run(
        f"UPDATE webhooks SET {assignments} WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, **columns},
    )


def delete_webhook(tx: Tx, organization_id: int, webhook_id: str) -> bool:
    """Deletes a webhook with its deliveries; False if it does not exist."""
    bound = {"organization_id": organization_id, "id": webhook_id}
    return bool(tx.run("DELETE FROM webhooks WHERE organization_id = :organization_id AND id = :id", bound))


def find_webhook(tx: Tx, organization_id: int, webhook_id: str, *, lock: bool = False) -> Webhook | None:
    """lock: until the commit."""
    locked = tx.lock if lock else ""
    row = tx.one(
        f"SELECT {_SELECT} FROM webhooks WHERE organization_id = :organization_id AND id = :id{locked}",
        {"organization_id": organization_id, "id": webhook_id},
    )
    return _webhook(row) if row else None


def list_webhooks(tx: Tx, organization_id: int) -> list[Webhook]:
    """All webhooks of an organization, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM webhooks WHERE organization_id = :organization_id ORDER BY created_at, id",
        {"organization_id": organization_id},
    )
    return [_webhook(row) for row in rows]


def list_behind(tx: Tx, limit: int = 1000) -> list[tuple[int, str]]:
    """(organization id, id) of active webhooks that have not seen the last event of their organization."""
    # CROSS JOIN: SQLite reads webhooks first, which few organizations have
    rows = tx.all(
        "SELECT w.organization_id, w.id FROM webhooks w CROSS JOIN counters c WHERE c.organization_id ="
        " w.organization_id AND c.name = 'event_id' AND w.is_active AND w.last_event_id < c.value LIMIT :limit",
        {"limit": limit},
    )
    return [(organization_id, webhook_id) for organization_id, webhook_id in rows]


def save_cursor(tx: Tx, organization_id: int, webhook_id: str, event_id: int) -> None:
    """Moves the cursor of a webhook."""
    _set(tx, organization_id, webhook_id, {"last_event_id": event_id})


def save_health(tx: Tx, organization_id: int, webhook: Webhook) -> None:
    """Saves the columns that attempts to deliver change."""
    names = ("failure_count", "failing_since", "retry_at", "is_active", "disabled_reason")
    _set(tx, organization_id, webhook.id, {name: getattr(webhook, name) for name in names})


def _set(tx: Tx, organization_id: int, webhook_id: str, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(
        f"UPDATE webhooks SET {assignments} WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": webhook_id, **columns},
    )
