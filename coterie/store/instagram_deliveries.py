"""Deliveries from Meta that are not processed yet."""

from coterie.store.database import Tx


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


def find_delivery(tx: Tx, organization_id: int, delivery_id: str) -> tuple[str, str, str] | None:
    """(account id, body, moment of reception), or None if it has been processed."""
    row = tx.one(
        "SELECT account_id, body, received_at FROM instagram_deliveries"
        " WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": delivery_id},
    )
    return (row[0], row[1], row[2]) if row else None


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
