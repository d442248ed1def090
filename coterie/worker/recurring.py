"""Runs recurring work when it is due. A piece that fails does not stop the others, and is retried soon."""

import logging
import time

from coterie.errors import Unavailable
from coterie.model import times
from coterie.settings import Settings
from coterie.store import schedules
from coterie.store.clock import is_clock_steady
from coterie.store.database import Database
from coterie.worker.problems import WorkFailed
from coterie.worker.schedule import Recurring

CHECK_SECONDS = 5.0
log = logging.getLogger(__name__)


class Calendar:
    """Some recurring work, and when this process looks at each piece next (time.monotonic)."""

    def __init__(self, database: Database, settings: Settings, work: tuple[Recurring, ...]) -> None:
        self._database = database
        self._settings = settings
        self._next_look = dict.fromkeys(work, 0.0)

    def run_due(self) -> bool:
        """Runs due work; returns False, because no more work is due now."""
        for recurring, next_look in self._next_look.items():
            if time.monotonic() < next_look:
                continue
            self._next_look[recurring] = time.monotonic() + min(CHECK_SECONDS, recurring.every_seconds)
            try:
                self._run_if_due(recurring)
            except Unavailable:
                raise
            except WorkFailed as error:
                log.error("recurring work failed", extra={"name_of_work": recurring.name, "error": str(error)})
            except Exception:
                log.exception("recurring work failed", extra={"name_of_work": recurring.name})
        return False

    def _run_if_due(self, recurring: Recurring) -> None:
        if not recurring.is_shared:
            recurring.run(self._database, self._settings)
            return
        started_at = times.now()
        with self._database.write() as tx:
            is_allowed = not recurring.deletes_by_age or is_clock_steady(tx)
            is_due = is_allowed and schedules.claim_schedule(tx, recurring.name, recurring.every_seconds)
        if is_due:
            recurring.run(self._database, self._settings)
            with self._database.write() as tx:
                schedules.finish_schedule(tx, recurring.name, started_at)
