"""Enqueues background work by name: actions do not know the handlers."""

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
    run_at: str | None = None,
    job_id: str | None = None,
) -> str | None:
    """Enqueues a job in this transaction; returns its id, or None if one with the dedupe key waits already.

    job_id: by default a new one.
    """
    return jobs.enqueue(
        tx,
        caller.organization_id,
        name,
        arguments,
        dedupe_key=dedupe_key,
        attempts_max=attempts_max,
        run_at=run_at,
        job_id=job_id,
    )
