"""Asking for background work, by name: actions need not know who does it."""

from typing import Any

from coterie.model.organizations import Caller
from coterie.store import jobs
from coterie.store.database import Tx


def enqueue(
    tx: Tx,
    caller: Caller,
    name: str,
    arguments: dict[str, Any],
    *,
    dedupe_key: str | None = None,
    attempts_max: int = 10,
) -> str | None:
    """Put a job into the queue in this transaction; its id, or None when one like it waits already."""
    return jobs.enqueue(tx, caller.organization_id, name, arguments, dedupe_key=dedupe_key, attempts_max=attempts_max)
