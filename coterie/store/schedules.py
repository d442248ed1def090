"""When recurring work last ran, so that of several workers one runs it.

Guarantee. Work that fails, or whose worker dies, runs again after RETRY_SECONDS, or its interval if that is shorter.
"""

from coterie.model import times
from coterie.store.clock import TOLERANCE_SECONDS
from coterie.store.database import Tx

RETRY_SECONDS = 900.0


def claim_schedule(tx: Tx, name: str, every_seconds: float) -> bool:
    """Whether recurring work is due. It counts as due again after RETRY_SECONDS until finish_schedule is called.

    Work that ran in the future is due.
    """
    now = times.now()
    retry_seconds = min(every_seconds, RETRY_SECONDS)
    changed = tx.run(
        "INSERT INTO schedules (name, last_run_at) VALUES (:name, :claimed)"
        " ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at"
        " WHERE schedules.last_run_at <= :before OR schedules.last_run_at > :future",
        {
            "name": name,
            "claimed": times.after(now, retry_seconds - every_seconds),
            "before": times.after(now, -every_seconds),
            "future": times.after(now, TOLERANCE_SECONDS),
        },
    )
    return changed == 1


def finish_schedule(tx: Tx, name: str, started_at: str) -> None:
    """Records that recurring work that began at a moment is done: its next interval begins there."""
    tx.run("UPDATE schedules SET last_run_at = :at WHERE name = :name", {"name": name, "at": started_at})
