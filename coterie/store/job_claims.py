"""How workers get jobs: lane by lane, fair between organizations, with a lease.

Guarantees. Of the jobs of a lane that are due, a claim takes one of the next organization after the last one served, so
that no organization waits for more than one job of each other. Of one organization it takes the job that is due
longest. A job of model.jobs.IN_ORDER waits until all earlier ones of its name and organization are done or dead.
"""

from collections.abc import Iterable

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.jobs import IN_ORDER, Job
from coterie.store.database import Tx
from coterie.store.jobs import LEASE_SECONDS, SELECT

WORKER_CRASHED = "worker crashed"
_UNFINISHED = "state IN ('waiting', 'running')"
_IN_ORDER = ", ".join(f"'{name}'" for name in IN_ORDER)
_READY = (
    f" AND run_at <= :now AND {_UNFINISHED} AND NOT (name IN ({_IN_ORDER}) AND EXISTS"
    " (SELECT 1 FROM jobs e WHERE e.organization_id = jobs.organization_id AND e.name = jobs.name"
    f" AND e.id < jobs.id AND e.{_UNFINISHED}))"
)

_CRASHED = "state = 'running' AND attempt_count >= attempts_max"
_CLAIM = (
    "UPDATE jobs SET worker = :worker, claim = :claim, updated_at = :now,"
    f" state = CASE WHEN {_CRASHED} THEN 'dead' ELSE 'running' END,"
    f" run_at = CASE WHEN {_CRASHED} THEN run_at ELSE :lease END,"
    f" attempt_count = CASE WHEN {_CRASHED} THEN attempt_count ELSE attempt_count + 1 END,"
    f" last_error = CASE WHEN {_CRASHED} THEN :error ELSE last_error END,"
    f" finished_at = CASE WHEN {_CRASHED} THEN :now ELSE finished_at END"
    f" WHERE (organization_id, id) IN (SELECT organization_id, id FROM due) RETURNING {SELECT}"
)


def is_due(tx: Tx, lane: str, *, except_organization: int | None = None) -> bool:
    """Whether a job of a lane may start now; except_organization: an organization whose jobs do not count."""
    other = " AND organization_id <> :excluded" if except_organization is not None else ""
    row = tx.one(
        f"SELECT 1 FROM jobs WHERE lane = :lane{other}{_READY} LIMIT 1",
        {"lane": lane, "excluded": except_organization, "now": times.now()},
    )
    return row is not None


def claim(
    tx: Tx,
    *,
    lane: str | None = None,
    after: int = 0,
    worker: str | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> Job | None:
    """Claims the next job that may start now or whose lease has ended; None if there is none.

    A job whose worker crashed at its last attempt would crash this one too: it is returned dead. lane: by default any.
    after: the id of the organization served last. worker: its id (end_leases).
    """
    of_lane = f" AND lane = '{lane}'" if lane else ""
    now = times.now()
    bound = {
        "after": after, "now": now, "lease": times.after(now, lease_seconds), "claim": new_id(), "worker": worker,
        "error": WORKER_CRASHED,
    }  # fmt: skip
    for side in (">", "<="):
        row = tx.one(
            "WITH due AS MATERIALIZED (SELECT organization_id, id FROM jobs"
            f" WHERE organization_id {side} :after{of_lane}{_READY} ORDER BY organization_id, run_at LIMIT 1"
            f"{' FOR UPDATE SKIP LOCKED' if tx.engine == 'postgresql' else ''}) {_CLAIM}",
            bound,
        )
        if row:
            return Job(*row)
    return None


def end_leases(tx: Tx, workers: Iterable[str]) -> int:
    """Makes the jobs of dead workers due at once; returns their number."""
    return tx.run(
        f"UPDATE jobs SET run_at = :now, updated_at = :now WHERE state = 'running' AND worker {tx.in_list('workers')}",
        {"now": times.now(), "workers": tx.list_param(workers)},
    )


def postpone(tx: Tx, lane: str, until: str) -> None:
    """Makes all waiting jobs of a lane wait at least until a moment."""
    tx.run(
        "UPDATE jobs SET run_at = :until WHERE lane = :lane AND state = 'waiting' AND run_at < :until",
        {"lane": lane, "until": until},
    )
