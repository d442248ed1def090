"""Updating many contacts in the background: who is meant is settled at once, the writing is the worker's."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.contacts import update_contact
from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.errors import CoterieError, TooLarge
from coterie.model.handles import EMAIL, INSTAGRAM
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.store.contacts import contact_ids_by
from coterie.store.database import Tx

JOB = "bulk_update"
ENTRIES_MAX = 1000
BATCH = 100
# a batch ends here too: whoever writes a single field waits behind it
BATCH_SECONDS = 0.004
FAILURES_KEPT = 100
CHANNELS = {"id": None, "username": INSTAGRAM, "email": EMAIL}


class Entry(Struct, frozen=True):
    """One contact to change: by is id, username or email; locator its value (normalized); fields what to set."""

    by: str
    locator: Any
    fields: dict[str, Any]


def start_bulk_update(tx: Tx, caller: Caller, entries: Sequence[Entry]) -> tuple[str, list[Entry]]:
    """Find whom the entries mean and enqueue their update: (id of the job, the entries that name nobody).

    Refused: more than 1,000 entries.
    """
    if len(entries) > ENTRIES_MAX:
        raise TooLarge(f"at most {ENTRIES_MAX} contacts can be updated at once")
    found: dict[tuple[str, Any], int] = {}
    for by, channel in CHANNELS.items():
        values = {entry.locator for entry in entries if entry.by == by}
        if values:
            known = contact_ids_by(tx, caller.organization_id, channel=channel, values=values)
            found |= {(by, value): contact_id for value, contact_id in known.items()}
    updates = [
        {"id": found[entry.by, entry.locator], "fields": entry.fields}
        for entry in entries
        if (entry.by, entry.locator) in found
    ]
    missing = [entry for entry in entries if (entry.by, entry.locator) not in found]
    arguments = {"updates": updates, "user_id": caller.user_id, "via": caller.via}
    job_id = enqueue(tx, caller, JOB, arguments, attempts_max=5)
    assert job_id is not None  # it has no dedupe key
    record(tx, caller, "bulk_update.started", job_id)
    return job_id, missing


class Progress(Struct):
    """How far a bulk update is: done counts entries, updated and failed how they ended."""

    total: int = 0
    done: int = 0
    updated: int = 0
    failed: int = 0
    failures: list[dict[str, Any]] = msgspec.field(default_factory=list)


def progress_of(job: Job) -> Progress:
    """How far a bulk update is, also before it started."""
    if job.progress:
        return msgspec.json.decode(job.progress, type=Progress)
    return Progress(total=len(msgspec.json.decode(job.arguments)["updates"]))


def apply_batch(tx: Tx, caller: Caller, updates: list[dict[str, Any]], progress: Progress) -> None:
    """Write the next batch of a bulk update; progress follows, in the same transaction. One contact that cannot be
    changed costs itself only, and is listed with the reason."""
    ends = time.monotonic() + BATCH_SECONDS
    for update in updates[progress.done : progress.done + BATCH]:
        progress.done += 1
        try:
            with tx.savepoint():
                update_contact(tx, caller, update["id"], update["fields"])
            progress.updated += 1
        except CoterieError as error:
            progress.failed += 1
            if len(progress.failures) < FAILURES_KEPT:
                progress.failures.append({"id": update["id"], "error": error.message})
        if time.monotonic() > ends:
            return
