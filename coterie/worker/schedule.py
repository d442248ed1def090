"""Recurring work: name, interval, function. The database stores when each last started."""

import time
from collections.abc import Callable

from msgspec import Struct

from coterie.model import times
from coterie.settings import Settings
from coterie.store import contact_changes, idempotency_keys, jobs
from coterie.store.clock import OBSERVE_SECONDS
from coterie.store.database import Database
from coterie.worker import daily_counts, digests, duplicates, reminders
from coterie.worker.backups import back_up
from coterie.worker.clock import check_clock
from coterie.worker.files import sweep_files
from coterie.worker.import_retention import expire_old_imports
from coterie.worker.instagram import request_snapshots
from coterie.worker.search_index import merge_search_index
from coterie.worker.subscriptions import REQUEST_SECONDS, request_runs
from coterie.worker.webhooks import delete_old_deliveries

HOUR = 3600.0
DAY = 86_400.0
LOG_ATTEMPTS, LOG_PAUSE_SECONDS = 120, 0.5


class Recurring(Struct, frozen=True):
    """deletes_by_age: runs only while the clock can be trusted (store/clock.py). is_long: other recurring work does
    not wait for it. is_shared: of several workers one runs it; otherwise each does, and nothing is written first."""

    name: str
    every_seconds: float
    run: Callable[[Database, Settings], None]
    deletes_by_age: bool = False
    is_long: bool = False
    is_shared: bool = True


def delete_old_jobs(database: Database, settings: Settings) -> None:
    """Deletes jobs that finished a month ago."""
    with database.write() as tx:
        jobs.delete_old_jobs(tx)


def empty_log(database: Database, settings: Settings) -> None:
    """Cuts the database's log, which holds deleted values. Tries for a minute: readers may be at work."""
    for _ in range(LOG_ATTEMPTS):
        if database.empty_log():
            return
        time.sleep(LOG_PAUSE_SECONDS)


def delete_old_idempotency_keys(database: Database, settings: Settings) -> None:
    """Deletes keys older than COTERIE_IDEMPOTENCY_HOURS, 1,000 in each transaction."""
    before = times.after(times.now(), -settings.idempotency_hours * HOUR)
    deleted = idempotency_keys.BATCH
    while deleted == idempotency_keys.BATCH:
        with database.write() as tx:
            deleted = idempotency_keys.delete_old_keys(tx, before)


def expire_tombstones(database: Database, settings: Settings) -> None:
    """Deletes tombstones older than COTERIE_TOMBSTONE_DAYS, 1,000 in each transaction."""
    before = times.after(times.now(), -settings.tombstone_days * DAY)
    deleted = contact_changes.BATCH
    while deleted == contact_changes.BATCH:
        with database.write() as tx:
            deleted = contact_changes.expire_tombstones(tx, before)


SCHEDULE = (
    Recurring("check_clock", OBSERVE_SECONDS, check_clock),
    Recurring("delete_old_idempotency_keys", HOUR, delete_old_idempotency_keys, deletes_by_age=True, is_long=True),
    Recurring("delete_old_jobs", DAY, delete_old_jobs, deletes_by_age=True, is_long=True),
    Recurring("expire_tombstones", DAY, expire_tombstones, deletes_by_age=True, is_long=True),
    Recurring("find_due_reminders", reminders.FIND_SECONDS, reminders.find_due, is_shared=False),
    Recurring("find_due_digests", digests.FIND_SECONDS, digests.find_due, is_shared=False),
    Recurring("refresh_reminders", reminders.REFRESH_SECONDS, reminders.refresh, is_long=True),
    Recurring("expire_old_imports", DAY, expire_old_imports, deletes_by_age=True, is_long=True),
    Recurring("sweep_files", DAY, sweep_files, deletes_by_age=True, is_long=True),
    Recurring("merge_search_index", DAY, merge_search_index, is_long=True),
    Recurring("empty_log", DAY, empty_log, is_long=True),
    Recurring("delete_old_deliveries", DAY, delete_old_deliveries, deletes_by_age=True, is_long=True),
    Recurring("request_snapshots", HOUR, request_snapshots),
    Recurring("back_up", HOUR / 4, back_up, is_long=True),
    Recurring("request_runs", REQUEST_SECONDS, request_runs, is_shared=False),
    Recurring("count_audience", daily_counts.SECONDS, daily_counts.count_audience, is_long=True),
    Recurring("request_scans", duplicates.REQUEST_SECONDS, duplicates.request_scans),
)
