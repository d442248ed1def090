"""The queue for operators: counts by name, lists of unfinished jobs, retrying and dropping."""

from msgspec import Struct

from coterie.model import times
from coterie.model.jobs import WAITING, Job
from coterie.store.database import Tx
from coterie.store.jobs import SELECT

_OPEN = "state IN ('waiting', 'running', 'dead')"


class Figures(Struct, frozen=True):
    """Counts of the jobs of one name. oldest_seconds: the longest wait of a job that may start now."""

    name: str
    waiting: int
    running: int
    dead: int
    oldest_seconds: float


def count_by_name(tx: Tx) -> list[Figures]:
    """Counts of unfinished jobs of all organizations."""
    now = times.now()
    rows = tx.all(
        "SELECT name, sum(CASE state WHEN 'waiting' THEN 1 ELSE 0 END),"
        " sum(CASE state WHEN 'running' THEN 1 ELSE 0 END), sum(CASE state WHEN 'dead' THEN 1 ELSE 0 END),"
        " min(CASE state WHEN 'waiting' THEN run_at END)"
        f" FROM jobs WHERE {_OPEN} GROUP BY name ORDER BY name"
    )
    return [Figures(row[0], int(row[1]), int(row[2]), int(row[3]), _seconds_since(row[4], now)) for row in rows]


def _seconds_since(moment: str | None, now: str) -> float:
    if moment is None or moment >= now:
        return 0.0
    return (times.parse(now) - times.parse(moment)).total_seconds()


def count_dead(tx: Tx) -> int:
    """The number of dead jobs of every organization."""
    row = tx.one("SELECT count(*) FROM jobs WHERE state = 'dead'")
    return int(row[0]) if row else 0


def list_open_jobs(tx: Tx, *, limit: int) -> list[Job]:
    """Unfinished jobs of all organizations, oldest first."""
    rows = tx.all(f"SELECT {SELECT} FROM jobs WHERE {_OPEN} ORDER BY id LIMIT :limit", {"limit": limit})
    return [Job(*row) for row in rows]


def list_dead_jobs(tx: Tx, *, limit: int) -> list[Job]:
    """Dead jobs of all organizations, oldest first."""
    rows = tx.all(f"SELECT {SELECT} FROM jobs WHERE state = 'dead' ORDER BY id LIMIT :limit", {"limit": limit})
    return [Job(*row) for row in rows]


def retry_job(tx: Tx, job_id: str) -> bool:
    """Makes a dead or waiting job due now, with all its attempts; False if no such job has this id.

    Raises Conflict if another job with its dedupe key waits or runs.
    """
    changed = tx.run(
        "UPDATE jobs SET state = :waiting, run_at = :now, updated_at = :now, attempt_count = 0, finished_at = NULL"
        " WHERE id = :id AND state IN ('waiting', 'dead')",
        {"waiting": WAITING, "now": times.now(), "id": job_id},
    )
    return changed == 1


def drop_job(tx: Tx, job_id: str) -> bool:
    """Deletes a dead or waiting job; False if no such job has this id."""
    return tx.run("DELETE FROM jobs WHERE id = :id AND state IN ('waiting', 'dead')", {"id": job_id}) == 1
