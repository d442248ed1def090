"""Runs subscriptions in a lane of their own: each when it is due, and soon after contacts change."""

import threading

import msgspec

from coterie.actions.subscriptions import request_run
from coterie.errors import NotFound
from coterie.model import times
from coterie.model.jobs import Job, Reschedule
from coterie.model.subscriptions import QUIET_SECONDS
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database, Tx
from coterie.store.subscriptions import list_due

REQUEST_SECONDS = 10.0
# longer than a response of a server may take
LEASE_SECONDS = 300.0


def request_runs(database: Database, settings: Settings) -> None:
    """Enqueues a run for each subscription that is due."""
    now = times.now()
    with database.read() as tx:
        due = list_due(tx, now, times.after(now, -QUIET_SECONDS))
    for organization_id, subscription_id in due:
        with database.write() as tx:
            request_run(tx, organization_id, subscription_id)


def sync_subscription(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Runs a subscription once. If the worker stops, the next run continues it."""
    from coterie.remote.open import open_run  # lazy: httpx is loaded when a subscription runs
    from coterie.remote.pushing import Stopped  # lazy: as above
    from coterie.remote.run import synchronize  # lazy: as above

    with database.write() as tx:
        jobs.renew(tx, job, lease_seconds=LEASE_SECONDS)
    subscription_id = msgspec.json.decode(job.arguments)["subscription_id"]
    try:
        with open_run(database, job.organization_id, subscription_id) as context:
            context.should_stop = stopping.is_set
            context.save = lambda tx, counts: _renew(tx, job, msgspec.structs.asdict(counts))
            synchronize(context)
    except NotFound:
        return
    except Stopped:
        raise Reschedule(times.now()) from None


def _renew(tx: Tx, job: Job, progress: dict[str, int]) -> None:
    """Raises LookupError if another worker owns the job; the transaction is rolled back with it."""
    if not jobs.renew(tx, job, progress=progress, lease_seconds=LEASE_SECONDS):
        raise LookupError("another worker owns this job")
