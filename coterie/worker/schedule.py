"""Recurring work: a table of name, interval, function. The last start of each is kept in the database."""

from collections.abc import Callable

from msgspec import Struct

from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.worker import reminders
from coterie.worker.files import sweep_files
from coterie.worker.import_retention import expire_old_imports
from coterie.worker.instagram import ask_for_snapshots

HOUR = 3600.0
DAY = 86_400.0


class Recurring(Struct, frozen=True):
    name: str
    every_seconds: float
    run: Callable[[Database, Settings], None]


def forget_old_jobs(database: Database, settings: Settings) -> None:
    """Jobs done a month ago are of no interest any more."""
    with database.write() as tx:
        jobs.delete_old_jobs(tx)


SCHEDULE = (
    Recurring("forget_old_jobs", DAY, forget_old_jobs),
    Recurring("find_due_reminders", reminders.FIND_SECONDS, reminders.find_due),
    Recurring("refresh_reminders", reminders.REFRESH_SECONDS, reminders.refresh),
    Recurring("expire_old_imports", DAY, expire_old_imports),
    Recurring("sweep_files", DAY, sweep_files),
    Recurring("ask_for_snapshots", HOUR, ask_for_snapshots),
)
