"""What the worker does for each name of a job: load, call, stop. Handlers may run twice and must not mind."""

import threading
import time
from collections.abc import Callable

import msgspec

from coterie.actions import bulk_updates, consequences
from coterie.actions.attachments import REMOVE_JOB
from coterie.actions.callers import caller_for
from coterie.actions.import_retention import FORGET_JOB
from coterie.actions.instagram import DELIVERY_JOB
from coterie.model import times
from coterie.model.jobs import Job, Reschedule
from coterie.model.reminders import SEND_JOB
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.worker import reminders
from coterie.worker.files import remove_files
from coterie.worker.import_retention import scrub_erased_contacts
from coterie.worker.imports import STEPS, run_import
from coterie.worker.instagram import instagram_delivery
from coterie.worker.lease import PAUSE_SECONDS, renew_lease

Handler = Callable[[Database, Settings, Job, threading.Event], None]


def bulk_update(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """The updates of one bulk request, a batch in each transaction, its progress saved with it."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments["user_id"], via=arguments["via"])
    progress = bulk_updates.progress_of(job)
    progress.total = len(arguments["updates"])
    while progress.done < progress.total:
        if stopping.is_set():
            raise Reschedule(times.now())
        with database.write() as tx:
            bulk_updates.apply_batch(tx, caller, arguments["updates"], progress)
            renew_lease(tx, job, msgspec.structs.asdict(progress))
        time.sleep(PAUSE_SECONDS)


def record_consequence(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Contacts that changed with a tag, folder, expertise, property or contact, 500 in each transaction."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_for(tx, job.organization_id, user_id=arguments["user_id"], via=arguments["via"])
    done = msgspec.json.decode(job.progress)["done"] if job.progress else 0
    while done < len(arguments["contact_ids"]):
        if stopping.is_set():
            raise Reschedule(times.now())
        with database.write() as tx:
            done = consequences.record_batch(tx, caller, arguments, done)
            renew_lease(tx, job, {"done": done})
        time.sleep(PAUSE_SECONDS)


HANDLERS: dict[str, Handler] = {
    consequences.JOB: record_consequence,
    bulk_updates.JOB: bulk_update,
    SEND_JOB: reminders.send,
    REMOVE_JOB: remove_files,
    DELIVERY_JOB: instagram_delivery,
    FORGET_JOB: scrub_erased_contacts,
    **dict.fromkeys(STEPS, run_import),
}
