"""The worker: claims jobs one at a time, runs the schedule, stops cleanly.

A job is claimed in one transaction and finished in another; in between, its handler uses transactions of its own. If a
handler raises, the job is retried later (store/jobs.py), and what the handler has committed stays.
"""

import logging
import threading
import time

from coterie.errors import Unavailable
from coterie.model import times
from coterie.model.jobs import Job, Reschedule
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.clock import is_clock_steady
from coterie.store.database import Database
from coterie.worker.handlers import HANDLERS, Handler
from coterie.worker.schedule import SCHEDULE, Recurring

SCHEDULE_CHECK_SECONDS = 5.0
UNAVAILABLE_SECONDS = 2.0
log = logging.getLogger(__name__)


class Worker:
    """A worker on an open database. stop(), called from a signal handler or another thread, makes run() return."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        handlers: dict[str, Handler] = HANDLERS,
        schedule: tuple[Recurring, ...] = SCHEDULE,
    ) -> None:
        self._database = database
        self._settings = settings
        self._handlers = handlers
        self._schedule = schedule
        self._stopping = threading.Event()
        self._next_check = 0.0
        self._problem: str | None = None

    def stop(self) -> None:
        """Finishes the current batch, releases the job and makes run() return."""
        self._stopping.set()

    def run(self) -> None:
        log.info("worker started")
        while not self._stopping.is_set():
            try:
                is_idle = not self.run_one()
                self.run_schedule()
            except Unavailable as error:  # such as a full disk: no fault of ours, and it may last for hours
                self._report(str(error))
                self._stopping.wait(UNAVAILABLE_SECONDS)
                continue
            except Exception:
                log.exception("worker error")
                is_idle = True
            self._report(None)
            if is_idle:
                self._stopping.wait(self._settings.jobs_poll_seconds)
        log.info("worker stopped")

    def _report(self, problem: str | None) -> None:
        """Logs once why the worker cannot work, and once that it can again."""
        if problem and problem != self._problem:
            log.error("the worker waits", extra={"problem": problem})
        elif self._problem and not problem:
            log.info("the worker continues")
        self._problem = problem

    def run_one(self) -> bool:
        """Runs the next job that is due. Returns whether there was one."""
        with self._database.read() as tx:
            next_run_at = jobs.next_run_at(tx)
        if next_run_at is None or next_run_at > times.now():
            return False
        with self._database.write() as tx:
            claimed = jobs.claim(tx, limit=1)
        for job in claimed:
            self._run(job)
        return bool(claimed)

    def _run(self, job: Job) -> None:
        started = time.perf_counter()
        handler = self._handlers.get(job.name)
        try:
            if handler is None:
                raise LookupError(f"no handler for {job.name}")
            handler(self._database, self._settings, job, self._stopping)
        except Reschedule as reschedule:
            with self._database.write() as tx:
                jobs.release(tx, job, run_at=reschedule.run_at)
            return
        except Exception as error:
            log.exception("job failed", extra={"job": job.name, "id": job.id, "attempt": job.attempt_count})
            with self._database.write() as tx:
                jobs.fail(tx, job, f"{type(error).__name__}: {error}")
            return
        with self._database.write() as tx:
            jobs.finish(tx, job)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        log.info("job done", extra={"job": job.name, "id": job.id, "milliseconds": milliseconds})

    def run_schedule(self) -> None:
        """Runs the recurring work that is due. With several workers, one of them runs it."""
        if time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + SCHEDULE_CHECK_SECONDS
        for recurring in self._schedule:
            with self._database.write() as tx:
                is_allowed = not recurring.deletes_by_age or is_clock_steady(tx)
                is_due = is_allowed and jobs.claim_schedule(tx, recurring.name, recurring.every_seconds)
            if is_due:
                recurring.run(self._database, self._settings)
