"""Clients of OAuth that registered themselves. They belong to no organization: nobody has signed in yet."""

import msgspec

from coterie.model.oauth import Client
from coterie.store.database import Tx


def insert_client(tx: Tx, client: Client, now: str) -> None:
    tx.run(
        "INSERT INTO oauth_clients (id, name, redirect_uris, created_at) VALUES (:id, :name, :redirect_uris, :now)",
        {
            "id": client.id, "name": client.name, "now": now,
            "redirect_uris": msgspec.json.encode(client.redirect_uris).decode(),
        },
    )  # fmt: skip


def find_client(tx: Tx, client_id: str) -> Client | None:
    row = tx.one("SELECT id, name, redirect_uris FROM oauth_clients WHERE id = :id", {"id": client_id})
    return Client(row[0], row[1], msgspec.json.decode(row[2], type=tuple[str, ...])) if row else None


def count_clients(tx: Tx) -> int:
    row = tx.one("SELECT count(*) FROM oauth_clients")
    return int(row[0]) if row else 0


def mark_used(tx: Tx, client_id: str, now: str) -> None:
    """Stores that a user agreed: the client is no longer swept."""
    tx.run("UPDATE oauth_clients SET used_at = :now WHERE id = :id AND used_at IS NULL", {"id": client_id, "now": now})


def delete_unused(tx: Tx, before: str) -> None:
    """Deletes the clients that registered before a moment and that nobody agreed to."""
    tx.run("DELETE FROM oauth_clients WHERE used_at IS NULL AND created_at < :before", {"before": before})
