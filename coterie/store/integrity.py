"""Checks of the database by the engine itself, for `coterie check --deep`."""

from coterie.store.database import Tx

LISTED_MAX = 100


def list_damage(tx: Tx) -> list[str]:
    """Messages of SQLite's integrity_check and foreign_key_check; nothing on PostgreSQL, which has neither."""
    if tx.engine != "sqlite":
        return []
    rows = tx.all(f"PRAGMA integrity_check({LISTED_MAX})")
    messages = [str(text) for (text,) in rows if text != "ok"]
    for table, row_id, parent, _ in tx.all("PRAGMA foreign_key_check")[:LISTED_MAX]:
        messages.append(f"row {row_id} of {table} refers to a row of {parent} that does not exist")
    return messages
