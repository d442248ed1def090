"""Undoes the effects of a clock that was ahead, and watches the clock for jumps."""

import logging

from coterie.actions.reminders import rewind_reminders
from coterie.settings import Settings
from coterie.store import clock
from coterie.store.database import Database

log = logging.getLogger(__name__)


def check_clock(database: Database, settings: Settings) -> None:
    """Runs once a minute, before all other recurring work."""
    with database.write() as tx:
        observation = clock.observe_clock(tx)
        counts = {
            "jobs": clock.release_future_jobs(tx),
            "waits": clock.end_future_waits(tx) if observation.has_gone_back else 0,
            "reminders": rewind_reminders(tx),
        }
    if observation.is_jump:
        log.warning("the clock has jumped", extra={"seconds": round(observation.seconds)})
    if any(counts.values()):
        log.warning("work stored by a clock that was ahead is due now", extra=counts)
