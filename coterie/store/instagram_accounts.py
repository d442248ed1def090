"""Instagram accounts of organizations, and the organizations' opt-out words."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model import times
from coterie.model.instagram import Account
from coterie.store.database import Tx

_ACCOUNT = "organization_id, account_id, access_token_sealed, graph_url, username, paused_until"


def find_accounts(tx: Tx, account_ids: Iterable[str]) -> dict[str, int]:
    """account id -> organization id, of the connected accounts among these."""
    rows = tx.all(
        f"SELECT account_id, organization_id FROM instagram_accounts WHERE account_id {tx.in_list('ids')}",
        {"ids": tx.list_param(account_ids)},
    )
    return {account_id: organization_id for account_id, organization_id in rows}


def find_account(tx: Tx, organization_id: int, account_id: str) -> Account | None:
    row = tx.one(
        f"SELECT {_ACCOUNT} FROM instagram_accounts"
        " WHERE organization_id = :organization_id AND account_id = :account_id",
        {"organization_id": organization_id, "account_id": account_id},
    )
    return Account(*row) if row else None


def lock_account(tx: Tx, organization_id: int, account_id: str) -> Account | None:
    """The account, locked until the commit: one worker at a time adds people to an account."""
    row = tx.one(
        f"SELECT {_ACCOUNT} FROM instagram_accounts"
        f" WHERE organization_id = :organization_id AND account_id = :account_id{tx.lock}",
        {"organization_id": organization_id, "account_id": account_id},
    )
    return Account(*row) if row else None


def open_account(tx: Tx, organization_id: int, account_id: str) -> tuple[Account, list[str] | None] | None:
    """The same, with the organization's own opt-out words, as of find_opt_out_words."""
    columns = ", ".join(f"a.{name}" for name in _ACCOUNT.split(", "))
    row = tx.one(
        f"SELECT {columns}, o.settings FROM instagram_accounts a JOIN organizations o ON o.id = a.organization_id"
        " WHERE a.organization_id = :organization_id AND a.account_id = :account_id"
        f"{tx.lock and f'{tx.lock} OF a'}",
        {"organization_id": organization_id, "account_id": account_id},
    )
    return (Account(*row[:-1]), _opt_out_words_in(_decode(row[-1]))) if row else None


def list_accounts(tx: Tx, limit: int = 1000) -> list[Account]:
    """The first accounts of all organizations."""
    rows = tx.all(
        f"SELECT {_ACCOUNT} FROM instagram_accounts ORDER BY organization_id, account_id LIMIT :limit",
        {"limit": limit},
    )
    return [Account(*row) for row in rows]


def list_accounts_of(tx: Tx, organization_id: int, limit: int = 100) -> list[Account]:
    """The accounts of an organization."""
    rows = tx.all(
        f"SELECT {_ACCOUNT} FROM instagram_accounts WHERE organization_id = :organization_id"
        " ORDER BY account_id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [Account(*row) for row in rows]


def save_account(tx: Tx, organization_id: int, account: Account, now: str) -> None:
    """Inserts an account, or replaces its token, address and username. Ends a pause."""
    tx.run(
        "INSERT INTO instagram_accounts (organization_id, account_id, access_token_sealed, graph_url, username,"
        " created_at, updated_at) VALUES (:organization_id, :account_id, :sealed, :graph_url, :username, :now, :now)"
        " ON CONFLICT (organization_id, account_id) DO UPDATE SET access_token_sealed = excluded.access_token_sealed,"
        " graph_url = excluded.graph_url, username = coalesce(excluded.username, instagram_accounts.username),"
        " paused_until = NULL, updated_at = excluded.updated_at",
        {
            "organization_id": organization_id,
            "account_id": account.account_id,
            "sealed": account.access_token_sealed,
            "graph_url": account.graph_url,
            "username": account.username,
            "now": now,
        },
    )


def pause_account(tx: Tx, organization_id: int, account_id: str, until: str) -> None:
    """Stops calls to the Graph API for this account until a moment. A longer pause stays."""
    tx.run(
        "UPDATE instagram_accounts SET paused_until = :until WHERE organization_id = :organization_id"
        " AND account_id = :account_id AND (paused_until IS NULL OR paused_until < :until)",
        {"organization_id": organization_id, "account_id": account_id, "until": until},
    )


def plan_profiles(
    tx: Tx, organization_id: int, account_id: str, *, how_many: int, not_before: str, pace_seconds: float
) -> str:
    """Plans so many requests, one each pace_seconds after the last one planned; returns the moment of the last.

    not_before: a moment in the past; the requests that were not needed since then may be made at once.
    """
    bound = {"organization_id": organization_id, "account_id": account_id}
    row = tx.one(
        "SELECT profiles_planned_until FROM instagram_accounts"
        f" WHERE organization_id = :organization_id AND account_id = :account_id{tx.lock}",
        bound,
    )
    until = times.after(max(row[0] or "" if row else "", not_before), how_many * pace_seconds)
    tx.run(
        "UPDATE instagram_accounts SET profiles_planned_until = :until"
        " WHERE organization_id = :organization_id AND account_id = :account_id",
        {**bound, "until": until},
    )
    return until


def fill_organization(tx: Tx, organization_id: int, *, username: str | None, picture_url: str | None, now: str) -> None:
    """Sets the organization's username if it has none, and its picture if one is given."""
    tx.run(
        "UPDATE organizations SET username = coalesce(username, :username), updated_at = :now,"
        " profile_picture_url = coalesce(:picture_url, profile_picture_url) WHERE id = :organization_id",
        {"organization_id": organization_id, "username": username, "picture_url": picture_url, "now": now},
    )


def find_opt_out_words(tx: Tx, organization_id: int) -> list[str] | None:
    """The organization's own opt-out words, or None if it uses the built-in ones."""
    return _opt_out_words_in(_settings(tx, organization_id))


def _opt_out_words_in(settings: dict[str, Any]) -> list[str] | None:
    words = settings.get("opt_out_words")
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else None


def save_opt_out_words(tx: Tx, organization_id: int, words: list[str] | None) -> None:
    """Sets the opt-out words of an organization; None restores the built-in ones."""
    settings = _settings(tx, organization_id)
    settings.pop("opt_out_words", None)
    if words is not None:
        settings["opt_out_words"] = words
    tx.run(
        "UPDATE organizations SET settings = :settings WHERE id = :organization_id",
        {"organization_id": organization_id, "settings": msgspec.json.encode(settings).decode()},
    )


def _settings(tx: Tx, organization_id: int) -> dict[str, Any]:
    row = tx.one("SELECT settings FROM organizations WHERE id = :organization_id", {"organization_id": organization_id})
    return _decode(row[0]) if row else {}


def _decode(settings: str) -> dict[str, Any]:
    decoded = msgspec.json.decode(settings)
    return decoded if isinstance(decoded, dict) else {}
