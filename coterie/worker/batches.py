"""A job in batches: each renews the job's lease and saves its progress in its own transaction."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from coterie.model import times
from coterie.model.jobs import Job, Reschedule
from coterie.store import jobs
from coterie.store.batches import Batches, Control, Result, Stopped, Value, run_batches
from coterie.store.database import Database, Tx

LOST = "another worker owns this job"


def renew_lease(tx: Tx, job: Job, progress: dict[str, Any]) -> None:
    """Renews the lease of a job and saves its progress.

    Raises LookupError if another worker owns the job; the transaction is rolled back with it.
    """
    if not jobs.renew(tx, job, progress=progress):
        raise LookupError(LOST)


def last_progress(job: Job, name: str) -> Any:
    """A value of the progress that an earlier run saved with its last batch; 0 before the first batch."""
    return msgspec.json.decode(job.progress)[name] if job.progress else 0


def control_of(
    job: Job,
    stopping: threading.Event,
    progress_of: Callable[[Any], dict[str, Any]],
    is_last: Callable[[Any], bool] = lambda result: False,
) -> Control:
    """Stops when the worker does, and renews the lease of the job with each batch.

    progress_of turns the result of a batch into the job's progress. is_last: whether it is that of the last batch,
    which then finishes the job; its handler returns True.
    """

    def save(tx: Tx, result: Any) -> None:
        save_job = jobs.finish if is_last(result) else jobs.renew
        if not save_job(tx, job, progress=progress_of(result)):
            raise LookupError(LOST)

    return Control(stopping.is_set, save)


@contextmanager
def reschedule_if_stopped() -> Iterator[None]:
    """Raises Reschedule if the batches inside stop before the last one."""
    try:
        yield
    except Stopped:
        raise Reschedule(times.now()) from None


def run_job(
    database: Database,
    job: Job,
    stopping: threading.Event,
    batches: Batches[Result, Value],
    progress_of: Callable[[Result], dict[str, Any]],
    *,
    is_last: Callable[[Result], bool] = lambda result: False,
) -> Value:
    """Runs the batches of a job, as control_of describes. Raises Reschedule if the worker stops before the last."""
    if stopping.is_set():  # run_batches always runs a first one
        raise Reschedule(times.now())
    with reschedule_if_stopped():
        return run_batches(database.write, batches, control_of(job, stopping, progress_of, is_last))
