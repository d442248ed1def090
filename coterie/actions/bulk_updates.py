"""Updates of many contacts in the background: the request finds the contacts, the worker writes them.

Guarantee. The result is as if all contacts had been written when the request was accepted: a field that was changed
later keeps its newer value, however often the job was interrupted.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.contacts import update_contact
from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.actions.newer_fields import list_newer_fields, older_fields
from coterie.errors import CoterieError, Invalid, Problem, TooLarge, TooSlow, Unavailable
from coterie.model.handles import EMAIL, INSTAGRAM
from coterie.model.ids import new_id
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.store.contacts import contact_ids_by
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.revisions import lock_contacts

JOB = "bulk_update"
ENTRIES_MAX = 1000
BATCH = 100
# a batch also ends after this time, and once another writer waits for it
BATCH_SECONDS = 0.004
FAILURES_MAX = 100
CHANNELS = {"id": None, "username": INSTAGRAM, "email": EMAIL}


class Entry(Struct, frozen=True):
    """One contact to change. by: id, username or email; locator: its value, normalized; fields: as update_contact."""

    by: str
    locator: Any
    fields: dict[str, Any]


class Failure(Struct):
    """A contact that could not be changed; problems names its fields, if those were wrong."""

    id: int
    error: str
    problems: list[Problem] = []


class UpdateProgress(Struct):
    """done: entries processed; updated, failed: how they ended; failures: the first hundred of them."""

    total: int = 0
    done: int = 0
    updated: int = 0
    failed: int = 0
    failures: list[Failure] = msgspec.field(default_factory=list)


def start_bulk_update(tx: Tx, caller: Caller, entries: Sequence[Entry]) -> tuple[str, list[Entry]]:
    """Finds the contacts and enqueues their update; returns (id of the job, the entries without a contact).

    Raises TooLarge if there are more than 1,000 entries.
    """
    if len(entries) > ENTRIES_MAX:
        raise TooLarge(f"at most {ENTRIES_MAX} contacts can be updated at once")
    contact_ids: dict[tuple[str, Any], int] = {}
    for by, channel in CHANNELS.items():
        values = {entry.locator for entry in entries if entry.by == by}
        if values:
            ids = contact_ids_by(tx, caller.organization_id, channel=channel, values=values)
            contact_ids |= {(by, value): contact_id for value, contact_id in ids.items()}
    updates, missing = [], []
    for entry in entries:
        contact_id = contact_ids.get((entry.by, entry.locator))
        if contact_id is None:
            missing.append(entry)
        else:
            updates.append({"id": contact_id, "fields": entry.fields})
    job_id = new_id()
    record(tx, caller, "bulk_update.started", job_id)
    event_id = find_last_event(tx, caller.organization_id)
    arguments = {
        "updates": updates, "user_id": caller.user_id, "via": caller.via, "token_id": caller.token_id,
        "event_id": event_id,
    }  # fmt: skip
    enqueue(tx, caller, JOB, arguments, attempts_max=5, job_id=job_id)
    return job_id, missing


def progress_of(job: Job) -> UpdateProgress:
    """Returns the progress of a bulk update, also before it started."""
    if job.progress:
        return msgspec.json.decode(job.progress, type=UpdateProgress)
    return UpdateProgress(total=len(msgspec.json.decode(job.arguments)["updates"]))


def apply_batch(tx: Tx, caller: Caller, updates: list[dict[str, Any]], before: UpdateProgress) -> UpdateProgress:
    """Writes the next batch; returns the progress then. A contact that cannot be changed is listed with the error.

    caller.cause_id: the event of the request, unless the job is of a version without.
    """
    ends = time.monotonic() + BATCH_SECONDS
    progress = msgspec.structs.replace(before, failures=list(before.failures))
    batch = updates[before.done : before.done + BATCH]
    # all of them before the first takes a number: every writer locks its contacts first
    contact_ids = [update["id"] for update in batch]
    lock_contacts(tx, caller.organization_id, contact_ids)
    newer = list_newer_fields(tx, caller, contact_ids)
    for update in batch:
        progress.done += 1
        try:
            with tx.savepoint():
                update_contact(tx, caller, update["id"], older_fields(update["fields"], newer.get(update["id"])))
            progress.updated += 1
        except (Unavailable, TooSlow):  # the whole batch is tried again
            raise
        except CoterieError as error:
            progress.failed += 1
            if len(progress.failures) < FAILURES_MAX:
                problems = list(error.problems) if isinstance(error, Invalid) else []
                progress.failures.append(Failure(update["id"], error.message, problems))
        if time.monotonic() > ends or tx.is_waited_for():
            break
    return progress
