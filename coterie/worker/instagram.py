"""Processes deliveries from Meta: a batch per transaction, which also saves the progress."""

import logging
import threading
import time

import msgspec

from coterie.actions.callers import caller_for
from coterie.actions.instagram import VIA, enqueue_snapshots
from coterie.actions.instagram_updates import BATCH, apply_updates
from coterie.model import times
from coterie.model.instagram_deliveries import decode_body, read_delivery
from coterie.model.jobs import Job, Reschedule
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.instagram_deliveries import delete_delivery, find_delivery
from coterie.store.statistics import look_again
from coterie.worker.lease import PAUSE_SECONDS, renew_lease

# the tables deliveries fill
TABLES = ("contacts", "contact_words", "handles", "instagram_people", "interactions", "external_ids")
log = logging.getLogger(__name__)


def instagram_delivery(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Applies the updates of one delivery. The transaction of the last batch deletes the delivery."""
    delivery_id = msgspec.json.decode(job.arguments)["delivery_id"]
    with database.read() as tx:
        stored = find_delivery(tx, job.organization_id, delivery_id)
    if stored is None:
        return
    account_id, body, received_at = stored
    delivery = read_delivery(decode_body(body), received_at)
    done = msgspec.json.decode(job.progress)["done"] if job.progress else 0
    while done is not None:
        if stopping.is_set():
            raise Reschedule(times.now())
        batch = delivery.updates[done : done + BATCH]
        done = done + BATCH if done + BATCH < len(delivery.updates) else None
        with database.write() as tx:
            caller = caller_for(tx, job.organization_id, via=VIA)
            lost = apply_updates(tx, caller, account_id, batch) if batch else []
            if done is None:
                delete_delivery(tx, job.organization_id, delivery_id)
            renew_lease(tx, job, {"done": done or len(delivery.updates)})
        for external_id, reason in lost:
            log.error(
                "instagram update lost", extra={"account": account_id, "id": external_id[:80], "reason": reason[:200]}
            )
        if database.engine == "postgresql":
            with database.write() as tx:
                look_again(tx, TABLES)
        time.sleep(PAUSE_SECONDS)
    if delivery.ignored:
        log.info("instagram updates ignored", extra={"account": account_id, "names": dict(delivery.ignored)})


def request_snapshots(database: Database, settings: Settings) -> None:
    """Requests profiles for the daily follower snapshots, a limited number per round."""
    with database.write() as tx:
        enqueue_snapshots(tx)
