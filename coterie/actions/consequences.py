"""What a change elsewhere does to contacts: a tag they have was renamed, a contact they are related to was deleted.

Guarantee: each of these contacts has a new revision and an event that names it: up to 1,000 in the transaction of the
change, more by jobs that the same transaction enqueues.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.actions.events import record
from coterie.model.events import CONSEQUENCES
from coterie.model.organizations import Caller
from coterie.store import jobs
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

JOB = "record_consequence"
AT_ONCE_MAX = 1_000
# a job's arguments are one text: some 40 kB
CONTACTS_PER_JOB = 5_000
# small enough that others who wait for the writer do not notice
BATCH = 500


def record_consequence(tx: Tx, caller: Caller, kind: str, subject_id: str | int, contact_ids: Sequence[int]) -> None:
    """Records that these contacts changed as clients see them; kind is one of model.events.CONSEQUENCES."""
    assert kind in CONSEQUENCES, kind
    if not contact_ids:
        return
    if len(contact_ids) <= AT_ONCE_MAX:
        record(tx, caller, kind, subject_id, contact_ids=contact_ids)
        return
    origin = {"kind": kind, "subject_id": str(subject_id), "user_id": caller.user_id, "via": caller.via}
    jobs.enqueue_many(
        tx,
        caller.organization_id,
        JOB,
        [
            (origin | {"contact_ids": list(contact_ids[start : start + CONTACTS_PER_JOB])}, None)
            for start in range(0, len(contact_ids), CONTACTS_PER_JOB)
        ],
    )


def record_batch(tx: Tx, caller: Caller, arguments: Mapping[str, Any], done: int) -> int:
    """Records the next 500 contacts of a job; returns how many of them are done. Erased ones are skipped."""
    some = arguments["contact_ids"][done : done + BATCH]
    existing = sorted(uuids_of(tx, caller.organization_id, some))
    if existing:
        record(tx, caller, arguments["kind"], arguments["subject_id"], contact_ids=existing)
    return done + len(some)
