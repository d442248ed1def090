"""Deliveries from Meta that are not processed yet."""

from coterie.model.organizations import Organization
from coterie.store.database import Tx
from coterie.store.organizations import COLUMNS, organization_of


def insert_delivery(
    tx: Tx, organization_id: int, delivery_id: str, *, account_id: str, body: str, received_at: str
) -> None:
    tx.run(
        "INSERT INTO instagram_deliveries (organization_id, id, account_id, body, received_at)"
        " VALUES (:organization_id, :id, :account_id, :body, :received_at)",
        {
            "organization_id": organization_id,
            "id": delivery_id,
            "account_id": account_id,
            "body": body,
            "received_at": received_at,
        },
    )


def find_delivery(tx: Tx, organization_id: int, delivery_id: str) -> tuple[str, str, str, Organization] | None:
    """(account id, body, moment of reception, organization), or None if it has been processed."""
    row = tx.one(
        f"SELECT d.account_id, d.body, d.received_at, {', '.join(f'o.{name}' for name in COLUMNS.split(', '))}"
        " FROM instagram_deliveries d JOIN organizations o ON o.id = d.organization_id"
        " WHERE d.organization_id = :organization_id AND d.id = :id",
        {"organization_id": organization_id, "id": delivery_id},
    )
    return (row[0], row[1], row[2], organization_of(row[3:])) if row else None


def delete_delivery(tx: Tx, organization_id: int, delivery_id: str) -> None:
    tx.run(
        "DELETE FROM instagram_deliveries WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": delivery_id},
    )


def mark_failed(tx: Tx, organization_id: int, delivery_id: str, error_code: str) -> None:
    """Records why a delivery is not processed."""
    tx.run(
        "UPDATE instagram_deliveries SET error_code = :code WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": delivery_id, "code": error_code},
    )
