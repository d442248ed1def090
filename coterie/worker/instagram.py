"""Processes what Meta delivered, in batches."""

import logging
import threading
from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct

from coterie.actions.instagram import VIA, enqueue_snapshots
from coterie.actions.instagram_updates import BATCH, apply_updates
from coterie.model.instagram_deliveries import decode_body, read_delivery
from coterie.model.instagram_updates import Update
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database, Tx
from coterie.store.instagram_deliveries import delete_delivery, find_delivery
from coterie.store.statistics import analyze_grown
from coterie.worker.batches import last_progress, run_job

# the tables that deliveries fill
TABLES = ("contacts", "contact_words", "handles", "instagram_people", "interactions", "external_ids")
log = logging.getLogger(__name__)


def instagram_delivery(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> bool:
    """Processes the updates of one delivery in batches. The last batch deletes the delivery and finishes the job: a
    message takes one commit of the worker, not two."""
    delivery_id = msgspec.json.decode(job.arguments)["delivery_id"]
    with database.read() as tx:
        found = find_delivery(tx, job.organization_id, delivery_id)
    if found is None:
        return False
    account_id, body, received_at, organization = found
    caller = Caller.for_organization(organization, via=VIA)
    delivery = read_delivery(decode_body(body), received_at)
    done = last_progress(job, "done")
    batches = _process(database, Processing(caller, delivery_id, account_id, delivery.updates), done)
    total = len(delivery.updates)
    run_job(
        database,
        job,
        stopping,
        batches,
        lambda result: {"done": result.done},
        is_last=lambda result: result.done >= total,
    )
    if delivery.ignored:
        log.info("instagram updates ignored", extra={"account": account_id, "names": dict(delivery.ignored)})
    return True


class Processing(Struct, frozen=True):
    """A delivery with its updates, and the caller for them."""

    caller: Caller
    delivery_id: str
    account_id: str
    updates: Sequence[Update]


class Processed(Struct, frozen=True):
    """The number of processed updates, and (external id, reason) of those of the last batch that could not be saved."""

    done: int
    lost: Sequence[tuple[str, str]]


def _process(database: Database, processing: Processing, done: int) -> Batches[Processed, None]:
    account_id, total = processing.account_id, len(processing.updates)
    while True:
        processed = yield partial(_process_batch, processing=processing, begin=done)
        for external_id, reason in processed.lost:
            log.error(
                "instagram update lost", extra={"account": account_id, "id": external_id[:80], "reason": reason[:200]}
            )
        done = processed.done
        if done >= total:
            return
        if database.engine == "postgresql":
            with database.write() as tx:
                analyze_grown(tx, TABLES)


def _process_batch(tx: Tx, processing: Processing, begin: int) -> Processed:
    updates = processing.updates[begin : begin + BATCH]
    lost = apply_updates(tx, processing.caller, processing.account_id, updates) if updates else []
    done = min(begin + BATCH, len(processing.updates))
    if done >= len(processing.updates):
        delete_delivery(tx, processing.caller.organization_id, processing.delivery_id)
    return Processed(done, lost)


def request_snapshots(database: Database, settings: Settings) -> None:
    """Requests profiles for the daily follower snapshots, a limited number per round."""
    with database.write() as tx:
        enqueue_snapshots(tx)
