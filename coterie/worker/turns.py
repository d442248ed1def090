"""How long a job may run while another organization waits for the same lane."""

import threading
import time

from coterie.model.jobs import Job, lane_of
from coterie.store import job_claims
from coterie.store.database import Database

SECONDS = 5.0


class Turn(threading.Event):
    """A handler checks this between two batches: set when the worker stops, or when another organization has its turn.

    A turn lasts SECONDS, and after that until a job of another organization is due in its lane.
    """

    def __init__(self, database: Database, job: Job, stopping: threading.Event) -> None:
        super().__init__()
        self._database = database
        self._job = job
        self._stopping = stopping
        self._ends = time.monotonic() + SECONDS

    def is_set(self) -> bool:
        if self._stopping.is_set() or super().is_set():
            return True
        if time.monotonic() < self._ends:
            return False
        self._ends = time.monotonic() + 1
        with self._database.read() as tx:
            is_over = job_claims.is_due(tx, lane_of(self._job.name), except_organization=self._job.organization_id)
        if is_over:
            self.set()
        return is_over

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the worker stops."""
        return self._stopping.wait(timeout)
