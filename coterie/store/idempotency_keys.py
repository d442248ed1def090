"""Idempotency keys of requests, with the responses to repeat. A key belongs to a token, or to the user of a login."""

from msgspec import Struct

from coterie.store.database import Tx

BATCH = 1_000


class StoredResponse(Struct, frozen=True):
    """status: None until the response exists. headers: JSON. body: None once it was scrubbed."""

    request_hash: str
    status: int | None
    headers: str | None
    body: str | None


_KEY = "organization_id = :organization_id AND owner_id = :owner_id AND key = :key"


def insert_key(tx: Tx, organization_id: int, owner_id: str, key: str, *, request_hash: str, now: str) -> bool:
    """Inserts a key without a response; returns False if the token has used it.

    On PostgreSQL this waits for a transaction that is inserting the same key.
    """
    inserted = tx.run(
        "INSERT INTO idempotency_keys (organization_id, owner_id, key, request_hash, created_at)"
        " VALUES (:organization_id, :owner_id, :key, :request_hash, :now) ON CONFLICT DO NOTHING",
        {
            "organization_id": organization_id,
            "owner_id": owner_id,
            "key": key,
            "request_hash": request_hash,
            "now": now,
        },
    )
    return inserted == 1


def find_response(tx: Tx, organization_id: int, owner_id: str, key: str) -> StoredResponse | None:
    row = tx.one(
        f"SELECT request_hash, status, headers, body FROM idempotency_keys WHERE {_KEY}",
        {"organization_id": organization_id, "owner_id": owner_id, "key": key},
    )
    return StoredResponse(*row) if row else None


def save_response(
    tx: Tx, organization_id: int, owner_id: str, key: str, *, status: int, headers: str, body: str
) -> None:
    tx.run(
        f"UPDATE idempotency_keys SET status = :status, headers = :headers, body = :body WHERE {_KEY}",
        {"organization_id": organization_id, "owner_id": owner_id, "key": key, "status": status, "headers": headers,
         "body": body},
    )  # fmt: skip


def delete_key(tx: Tx, organization_id: int, owner_id: str, key: str) -> None:
    tx.run(
        f"DELETE FROM idempotency_keys WHERE {_KEY}",
        {"organization_id": organization_id, "owner_id": owner_id, "key": key},
    )


def scrub_responses(tx: Tx, organization_id: int) -> None:
    """Removes the bodies of an organization's stored responses: a contact was erased, which they may show."""
    tx.run(
        "UPDATE idempotency_keys SET body = NULL WHERE organization_id = :organization_id AND body IS NOT NULL",
        {"organization_id": organization_id},
    )


def delete_old_keys(tx: Tx, before: str) -> int:
    """Deletes up to 1,000 keys that were created before a moment; returns how many."""
    return tx.run(
        "DELETE FROM idempotency_keys WHERE (organization_id, owner_id, key) IN (SELECT organization_id, owner_id, key"
        " FROM idempotency_keys WHERE created_at < :before ORDER BY created_at LIMIT :batch)",
        {"before": before, "batch": BATCH},
    )
