"""The worker: a thread for each lane of jobs, recurring work, a clean stop.

Each lane (model/jobs.py) runs one job at a time, so that a mail does not wait for an import, nor an import for a server
that does not respond. A job is claimed in one transaction and finished in another; in between, its handler uses
further transactions. If a handler raises, the job is retried later (store/jobs.py), and the commits of the handler
stay.
"""

import logging
import threading
import time
from collections.abc import Callable

from coterie.errors import Unavailable
from coterie.model.jobs import DEAD, LANES, Job, Reschedule
from coterie.settings import Settings
from coterie.store import job_claims, jobs
from coterie.store.database import Database, Tx
from coterie.worker.dead_jobs import log_dead, mark_dead
from coterie.worker.handlers import HANDLERS, Handler
from coterie.worker.presence import Presence, release_jobs_of_dead_workers
from coterie.worker.problems import Problems
from coterie.worker.recurring import Calendar
from coterie.worker.schedule import SCHEDULE, Recurring
from coterie.worker.turns import Turn
from coterie.worker.webhooks import WebhookSender

UNAVAILABLE_SECONDS = 2.0
# less than the parent process waits before it kills the worker
STOP_SECONDS = 8.0
PRESENCE_SECONDS = 5.0
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
        self._stopping = threading.Event()
        self._problems = Problems()
        # lane -> the organization it served last
        self._served = dict.fromkeys(LANES, 0)
        self._id: str | None = None
        self._calendars = [
            Calendar(database, settings, tuple(entry for entry in schedule if entry.is_long == is_long))
            for is_long in (False, True)
        ]

    def stop(self) -> None:
        """Finishes the current batches, releases the jobs and makes run() return."""
        self._stopping.set()

    def run(self) -> None:
        """Works until stop(). A job that does not end in time, as one that waits for a server, is released."""
        presence = Presence(self._settings.data_folder)
        self._id = presence.id
        log.info("worker started")
        steps: dict[str, Callable[[], bool]] = {f"lane {lane}": self._step_of(lane) for lane in LANES}
        for name, calendar in zip(("schedule", "upkeep"), self._calendars, strict=True):
            steps[name] = calendar.run_due
        webhooks = WebhookSender(self._database, self._settings)
        steps["webhooks"] = webhooks.step
        steps["presence"] = self._look_for_dead_workers()
        threads = [
            threading.Thread(target=self._repeat, args=step, name=step[0], daemon=True) for step in steps.items()
        ]
        for thread in threads:
            thread.start()
        self._stopping.wait()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0))
        if any(thread.is_alive() for thread in threads):
            with self._database.write() as tx:
                job_claims.end_leases(tx, [presence.id])
        webhooks.close()
        presence.end()
        log.info("worker stopped")

    def _repeat(self, name: str, step: Callable[[], bool]) -> None:
        """Runs a step until the worker stops; pauses whenever it returns that there was nothing to do."""
        while not self._stopping.is_set():
            try:
                is_idle = not step()
            except Unavailable as error:  # such as a full disk: no fault of ours, and it may last for hours
                self._problems.report(name, str(error))
                self._stopping.wait(UNAVAILABLE_SECONDS)
                continue
            except Exception:
                log.exception("worker error")
                is_idle = True
            self._problems.report(name, None)
            if is_idle:
                self._stopping.wait(self._settings.jobs_poll_seconds)

    def _step_of(self, lane: str) -> Callable[[], bool]:
        return lambda: self._run_next(lane)

    def _look_for_dead_workers(self) -> Callable[[], bool]:
        next_at = 0.0

        def look() -> bool:
            nonlocal next_at
            if time.monotonic() >= next_at:
                release_jobs_of_dead_workers(self._database, self._settings.data_folder)
                next_at = time.monotonic() + PRESENCE_SECONDS
            return False

        return look

    def run_one(self) -> bool:
        """Runs the next job that is due, of any lane. Returns whether there was one."""
        return any(self._run_next(lane) for lane in LANES)

    def run_schedule(self) -> None:
        """Runs the recurring work that is due. With several workers, one of them runs it."""
        for calendar in self._calendars:
            calendar.run_due()

    def _run_next(self, lane: str) -> bool:
        with self._database.read() as tx:
            if not job_claims.is_due(tx, lane):
                return False
        crashed: list[Job] = []
        with self._database.write() as tx:
            job = self._claim(tx, lane)
            while job and job.state == DEAD:
                mark_dead(tx, job)
                crashed.append(job)
                job = self._claim(tx, lane)
        log_dead(crashed, job_claims.WORKER_CRASHED)
        if job:
            self._served[lane] = job.organization_id
            self._run(job)
        return job is not None

    def _claim(self, tx: Tx, lane: str) -> Job | None:
        return job_claims.claim(tx, lane=lane, after=self._served[lane], worker=self._id)

    def _run(self, job: Job) -> None:
        started = time.perf_counter()
        handler = self._handlers.get(job.name)
        try:
            if handler is None:
                raise LookupError(f"no handler for {job.name}")
            is_finished = handler(self._database, self._settings, job, Turn(self._database, job, self._stopping))
        except Reschedule as reschedule:
            with self._database.write() as tx:
                jobs.release(tx, job, run_at=reschedule.run_at)
            return
        except Exception as error:
            log.exception("job failed", extra={"job": job.name, "id": job.id, "attempt": job.attempt_count})
            self._fail(job, f"{type(error).__name__}: {error}")
            return
        if not is_finished:
            with self._database.write() as tx:
                jobs.finish(tx, job)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        log.info("job done", extra={"job": job.name, "id": job.id, "milliseconds": milliseconds})

    def _fail(self, job: Job, reason: str) -> None:
        is_dead = job.attempt_count >= job.attempts_max
        with self._database.write() as tx:
            if jobs.fail(tx, job, reason) and is_dead:
                mark_dead(tx, job)
        if is_dead:
            log_dead([job], reason)
