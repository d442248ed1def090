"""Updates contacts after a change elsewhere: one of their tags was renamed, a related contact was deleted.

Guarantee: each of these contacts has a new revision and an event that names it: up to 1,000 in the transaction of the
change, more by jobs that the same transaction enqueues.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.actions.events import EventRow, record, row_of
from coterie.model import times
from coterie.model.events import CONSEQUENCES
from coterie.model.organizations import Caller
from coterie.store import jobs
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

JOB = "record_consequence"
AT_ONCE_MAX = 1_000
# a job's arguments are one text: some 40 kB
CONTACTS_PER_JOB = 5_000
# small enough that others who wait for the writer do not notice
BATCH = 100


def lock_affected(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> Sequence[int]:
    """Locks the contacts that a change is going to affect; returns them, or none where they are more than 1,000.

    To be called before other rows are locked: every verb locks contacts first.
    """
    if len(contact_ids) > AT_ONCE_MAX:
        return ()
    lock_contacts(tx, caller.organization_id, contact_ids)
    return contact_ids


def consequence_rows(
    tx: Tx, caller: Caller, kind: str, subject_id: str | int, contact_ids: Sequence[int], locked: Collection[int]
) -> list[EventRow]:
    """Returns the event that names the affected contacts, to be recorded with the change itself.

    kind: one of model.events.CONSEQUENCES. locked: what lock_affected returned. Of contacts that are not among them,
    as one that was given the tag a moment ago, jobs are enqueued.
    """
    assert kind in CONSEQUENCES, kind
    now = sorted(set(contact_ids).intersection(locked))
    _enqueue(tx, caller, kind, subject_id, sorted(set(contact_ids).difference(locked)))
    return [row_of(caller, kind, subject_id, contact_ids=now)] if now else []


def _enqueue(tx: Tx, caller: Caller, kind: str, subject_id: str | int, contact_ids: Sequence[int]) -> None:
    origin = {
        "kind": kind, "subject_id": str(subject_id), "user_id": caller.user_id, "via": caller.via,
        "token_id": caller.token_id,
    }  # fmt: skip
    starts = range(0, len(contact_ids), CONTACTS_PER_JOB)
    batches = [origin | {"contact_ids": contact_ids[start : start + CONTACTS_PER_JOB]} for start in starts]
    jobs.enqueue_many(tx, caller.organization_id, JOB, [(arguments, None, times.now()) for arguments in batches])


def record_batch(tx: Tx, caller: Caller, arguments: Mapping[str, Any], done: int) -> int:
    """Records the next 100 contacts of a job; returns how many of them are done. Erased ones are skipped."""
    some = arguments["contact_ids"][done : done + BATCH]
    existing = sorted(uuids_of(tx, caller.organization_id, some))
    if existing:
        record(tx, caller, arguments["kind"], arguments["subject_id"], contact_ids=existing)
    return done + len(some)
