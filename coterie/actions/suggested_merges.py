"""Merges the pairs that the search for duplicates suggests, in the background.

Only pairs of the level "suggested" are merged, the likeliest first. A contact that was merged is compared again before
it is merged once more: two people who are both like a third may contradict each other.
"""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from coterie.actions.jobs import enqueue
from coterie.actions.merge_fields import completeness
from coterie.actions.merges import merge_contacts
from coterie.errors import Conflict, Invalid, NotFound
from coterie.model.duplicates import SUGGESTED, Duplicate
from coterie.model.organizations import Caller
from coterie.store import duplicates as store
from coterie.store.batches import Batches
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

MERGE_JOB = "merge_suggested"
# a merge takes some 50 statements, and others wait for the writer
BATCH = 10


class MergeProgress(Struct):
    """merged, skipped: pairs so far; bits, first, second: of the last pair."""

    merged: int = 0
    skipped: int = 0
    bits: float | None = None
    first: int = 0
    second: int = 0
    is_done: bool = False


def merge_suggested(tx: Tx, caller: Caller) -> str | None:
    """Lets the worker merge all suggested pairs; returns the id of the job, or None if one is waiting already."""
    arguments = {"user_id": caller.user_id, "via": caller.via, "token_id": caller.token_id}
    return enqueue(tx, caller, MERGE_JOB, arguments, dedupe_key=MERGE_JOB)


def merge_batches(caller: Caller, progress: MergeProgress) -> Batches[MergeProgress, MergeProgress]:
    """Merges all suggested pairs, from a progress on; returns the last progress."""
    while not progress.is_done:
        progress = yield partial(merge_batch, caller=caller, before=progress)
    return progress


def merge_batch(tx: Tx, caller: Caller, before: MergeProgress) -> MergeProgress:
    """Merges the next 10 pairs: the more complete contact of each stays. A pair that cannot be merged is skipped."""
    after = None if before.bits is None else (before.bits, before.first, before.second)
    pairs = store.list_duplicates(tx, caller.organization_id, SUGGESTED, limit=BATCH, after=after)
    if not pairs:
        return MergeProgress(before.merged, before.skipped, is_done=True)
    merged: set[int] = set()
    skipped = 0
    for pair in pairs:
        ids = (pair.first_contact_id, pair.second_contact_id)
        if not merged.intersection(ids) and _merge(tx, caller, pair, ids):
            merged.update(ids)
        else:
            skipped += 1
    last = pairs[-1]
    return MergeProgress(
        before.merged + len(merged) // 2, before.skipped + skipped, last.bits, last.first_contact_id,
        last.second_contact_id,
    )  # fmt: skip


def _merge(tx: Tx, caller: Caller, pair: Duplicate, ids: Sequence[int]) -> bool:
    contacts = list_contacts_by_id(tx, caller.organization_id, ids)
    if len(contacts) < len(ids) or store.find_dismissed(tx, caller.organization_id, {store.ordered(*ids)}):
        return False
    survivor, loser = sorted(contacts, key=completeness, reverse=True)
    try:
        with tx.savepoint():
            merge_contacts(tx, caller, survivor.id, [loser.id])
    except (Invalid, NotFound, Conflict):
        return False
    return True
