"""The job queue: a table, because no library offers "enqueued in my transaction, at least once" on both engines.

Guarantees. A job enqueued in a transaction exists if and only if that transaction commits. Each job runs at least
once: a worker owns it by a lease (store/job_claims.py), and when the lease of a crashed worker ends, another worker
claims the job; so handlers are idempotent. A failed job is retried with growing pauses, and is dead after attempts_max
attempts. While a job with a dedupe key waits or runs, another with the same key is not enqueued.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.jobs import DEAD, DONE, WAITING, Job, lane_of
from coterie.store.database import Tx

SELECT = (
    "organization_id, id, name, arguments, state, run_at, attempt_count, attempts_max, progress, last_error,"
    " created_at, updated_at, finished_at, claim"
)
LEASE_SECONDS = 60
BACKOFF_SECONDS_MAX = 6 * 3600
KEEP_DONE_SECONDS = 30 * 86_400


def enqueue(
    tx: Tx,
    organization_id: int,
    name: str,
    arguments: dict[str, Any],
    *,
    run_at: str | None = None,
    dedupe_key: str | None = None,
    attempts_max: int = 10,
    job_id: str | None = None,
) -> str | None:
    """Enqueues a job; returns its id, or None if a job with this dedupe key waits or runs. job_id: by default new."""
    job_id, now = job_id or new_id(), times.now()
    inserted = tx.run(
        "INSERT INTO jobs (organization_id, id, name, lane, arguments, state, run_at, attempts_max, dedupe_key,"
        " created_at, updated_at) VALUES (:organization_id, :id, :name, :lane, :arguments, :state, :run_at,"
        " :attempts_max, :dedupe_key, :now, :now) ON CONFLICT DO NOTHING",
        {
            "organization_id": organization_id,
            "id": job_id,
            "name": name,
            "lane": lane_of(name),
            "arguments": msgspec.json.encode(arguments).decode(),
            "state": WAITING,
            "run_at": run_at or now,
            "attempts_max": attempts_max,
            "dedupe_key": dedupe_key,
            "now": now,
        },
    )
    return job_id if inserted else None


def enqueue_many(
    tx: Tx, organization_id: int, name: str, entries: Iterable[tuple[dict[str, Any], str | None, str]]
) -> None:
    """Enqueues many jobs of one name by the rules of enqueue(); entries are (arguments, dedupe key, run_at)."""
    now = times.now()
    rows = [
        {
            "organization_id": organization_id,
            "id": new_id(),
            "name": name,
            "lane": lane_of(name),
            "arguments": msgspec.json.encode(arguments).decode(),
            "state": WAITING,
            "run_at": run_at,
            "dedupe_key": dedupe_key,
            "created_at": now,
            "updated_at": now,
        }
        for arguments, dedupe_key, run_at in entries
    ]
    tx.insert_rows("jobs", rows, skip_existing=True)


def find_open_keys(tx: Tx, organization_id: int, dedupe_keys: Iterable[str]) -> set[str]:
    """Those of the dedupe keys that a job which waits or runs has."""
    rows = tx.all(
        "SELECT dedupe_key FROM jobs WHERE organization_id = :organization_id AND state IN ('waiting', 'running')"
        f" AND dedupe_key {tx.in_list('keys')}",
        {"organization_id": organization_id, "keys": tx.list_param(dedupe_keys)},
    )
    return {key for (key,) in rows}


def count_open_jobs(tx: Tx, organization_id: int, name: str) -> int:
    """The number of jobs of a name that wait or run."""
    row = tx.one(
        "SELECT count(*) FROM jobs WHERE organization_id = :organization_id AND name = :name"
        " AND state IN ('waiting', 'running')",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0


def delete_waiting_job(tx: Tx, organization_id: int, dedupe_key: str) -> None:
    """Deletes the job with this dedupe key, if it waits."""
    tx.run(
        "DELETE FROM jobs WHERE organization_id = :organization_id AND dedupe_key = :dedupe_key AND state = :state",
        {"organization_id": organization_id, "dedupe_key": dedupe_key, "state": WAITING},
    )


def renew(tx: Tx, job: Job, *, progress: dict[str, Any] | None = None, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Renews the lease of a claimed job and saves its progress; False if another worker has claimed it."""
    return _update(
        tx,
        job,
        "run_at = :run_at, progress = coalesce(:progress, progress), updated_at = :now",
        {
            "run_at": times.after(times.now(), lease_seconds),
            "progress": msgspec.json.encode(progress).decode() if progress is not None else None,
        },
    )


def finish(tx: Tx, job: Job, *, progress: dict[str, Any] | None = None) -> bool:
    """Marks a claimed job as done; False if another worker has claimed it."""
    return _update(
        tx,
        job,
        "state = :state, progress = coalesce(:progress, progress), finished_at = :now, last_error = NULL,"
        " updated_at = :now",
        {
            "state": DONE,
            "progress": msgspec.json.encode(progress).decode() if progress is not None else None,
        },
    )


def fail(tx: Tx, job: Job, error: str) -> bool:
    """Marks a claimed job as failed: it is retried after 2, 4, 8 … seconds (at most six hours), or is dead.

    False if another worker has claimed it.
    """
    is_dead = job.attempt_count >= job.attempts_max
    pause = min(2.0**job.attempt_count, BACKOFF_SECONDS_MAX)
    return _update(
        tx,
        job,
        "state = :state, run_at = :run_at, last_error = :error, updated_at = :now, finished_at = :finished_at",
        {
            "state": DEAD if is_dead else WAITING,
            "run_at": times.after(times.now(), pause),
            "error": error[:2000],
            "finished_at": times.now() if is_dead else None,
        },
    )


def release(tx: Tx, job: Job, *, run_at: str | None = None) -> bool:
    """Returns a claimed job to the queue, not counting the attempt. run_at: when it may start again, by default now."""
    return _update(
        tx,
        job,
        "state = :state, run_at = coalesce(:run_at, :now), attempt_count = attempt_count - 1, updated_at = :now",
        {"state": WAITING, "run_at": run_at},
    )


def _update(tx: Tx, job: Job, assignments: str, values: dict[str, Any]) -> bool:
    changed = tx.run(
        f"UPDATE jobs SET {assignments} WHERE organization_id = :organization_id AND id = :id"
        " AND state = 'running' AND claim = :claim",
        {
            **values,
            "now": times.now(),
            "organization_id": job.organization_id,
            "id": job.id,
            "claim": job.claim,
        },
    )
    return changed == 1


def find_job(tx: Tx, organization_id: int, job_id: str) -> Job | None:
    row = tx.one(
        f"SELECT {SELECT} FROM jobs WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": job_id},
    )
    return Job(*row) if row else None


def list_jobs(tx: Tx, organization_id: int, name: str, *, limit: int, offset: int = 0) -> list[Job]:
    """A page of the jobs of one name, newest first."""
    rows = tx.all(
        f"SELECT {SELECT} FROM jobs WHERE organization_id = :organization_id AND name = :name"
        " ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "name": name, "limit": limit, "offset": offset},
    )
    return [Job(*row) for row in rows]


def count_jobs(tx: Tx, organization_id: int, name: str) -> int:
    """The number of stored jobs of one name."""
    row = tx.one(
        "SELECT count(*) FROM jobs WHERE organization_id = :organization_id AND name = :name",
        {"organization_id": organization_id, "name": name},
    )
    return int(row[0]) if row else 0


def delete_old_jobs(tx: Tx) -> int:
    """Deletes jobs that were done 30 days ago; returns their number."""
    before = times.after(times.now(), -KEEP_DONE_SECONDS)
    return tx.run("DELETE FROM jobs WHERE state = 'done' AND finished_at < :before", {"before": before})
