"""Enqueues, reads and makes due the jobs of Alice's organization."""

from typing import Any

from world import World

from coterie.model import times
from coterie.model.jobs import DEAD, Job
from coterie.store import job_claims, jobs
from coterie.store.database import Tx


def put(world: World, name: str = "work", arguments: dict[str, Any] | None = None, **options: Any) -> str:
    """Enqueues a job. Returns its id."""
    with world.database.write() as tx:
        job_id = jobs.enqueue(tx, world.alice.organization_id, name, arguments or {}, **options)
    assert job_id
    return job_id


def claim_all(tx: Tx, limit: int = 100, **options: Any) -> list[Job]:
    """Claims the next jobs, without those that are dead."""
    claimed: list[Job] = []
    while len(claimed) < limit and (job := job_claims.claim(tx, **options)):
        claimed += [job] if job.state != DEAD else []
    return claimed


def job_of(world: World, job_id: str) -> Job:
    with world.database.read() as tx:
        job = jobs.find_job(tx, world.alice.organization_id, job_id)
    assert job
    return job


def make_due(world: World) -> None:
    """Ends every pause and lease."""
    with world.database.write() as tx:
        tx.run(
            "UPDATE jobs SET run_at = :before WHERE state IN ('waiting', 'running')",
            {"before": times.after(times.now(), -1)},
        )
