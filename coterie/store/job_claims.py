"""How workers get jobs: lane by lane, fair between organizations, with a lease.

Guarantees. Of the jobs of a lane that are due, a claim takes one of the next organization after the last one served, so
that no organization waits for more than one job of each other. Of one organization it takes the job that is due
longest. A job of model.jobs.IN_ORDER waits until all earlier ones of its name and organization are done or dead.
"""

from collections.abc import Iterable

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.jobs import DEAD, IN_ORDER, RUNNING, Job
from coterie.store.database import Tx
from coterie.store.jobs import LEASE_SECONDS, SELECT

_UNFINISHED = "state IN ('waiting', 'running')"
_IN_ORDER = ", ".join(f"'{name}'" for name in IN_ORDER)
_READY = (
    f" AND run_at <= :now AND {_UNFINISHED} AND NOT (name IN ({_IN_ORDER}) AND EXISTS"
    " (SELECT 1 FROM jobs e WHERE e.organization_id = jobs.organization_id AND e.name = jobs.name"
    f" AND e.id < jobs.id AND e.{_UNFINISHED}))"
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
    limit: int = 1,
    worker: str | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> list[Job]:
    """Claims jobs that may start now or whose lease has ended.

    lane: by default any. after: the id of the organization served last. worker: its id (end_leases).
    """
    of_lane = f" AND lane = '{lane}'" if lane else ""
    claimed: list[Job] = []
    for side in (">", "<="):
        rows = tx.all(
            f"SELECT organization_id, id FROM jobs WHERE organization_id {side} :after{of_lane}{_READY}"
            " ORDER BY organization_id, run_at LIMIT :limit"
            + (" FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""),
            {"after": after, "now": times.now(), "limit": limit - len(claimed)},
        )
        claimed += _take(tx, rows, worker, lease_seconds)
        if len(claimed) == limit:
            break
    return claimed


def _take(tx: Tx, rows: Iterable[tuple[int, str]], worker: str | None, lease_seconds: float) -> list[Job]:
    now, taken = times.now(), []
    for organization_id, job_id in rows:
        row = tx.one(
            "UPDATE jobs SET state = :running, run_at = :lease, claim = :claim, worker = :worker,"
            " attempt_count = attempt_count + 1, updated_at = :now"
            f" WHERE organization_id = :organization_id AND id = :id RETURNING {SELECT}",
            {
                "running": RUNNING,
                "lease": times.after(now, lease_seconds),
                "claim": new_id(),
                "worker": worker,
                "now": now,
                "organization_id": organization_id,
                "id": job_id,
            },
        )
        if row:
            taken.append(Job(*row))
    return taken


def bury(tx: Tx) -> list[Job]:
    """Marks jobs dead whose worker crashed at their last attempt: they would crash this one too. Returns them."""
    rows = tx.all(
        "UPDATE jobs SET state = :dead, finished_at = :now, updated_at = :now, last_error = :error"
        f" WHERE state = 'running' AND run_at <= :now AND attempt_count >= attempts_max RETURNING {SELECT}",
        {"dead": DEAD, "now": times.now(), "error": "worker crashed"},
    )
    return [Job(*row) for row in rows]


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
