"""Duplicates: who a contact may be, a scan of all contacts, and pairs that are not the same.

Merging is in merges.py.
"""

from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.errors import NotFound, invalid
from coterie.identity.keeping import is_current, key_changes, load_current
from coterie.identity.lookup import find_likely
from coterie.identity.reasons import reasons_of
from coterie.identity.scan import store_pairs_of
from coterie.model import times
from coterie.model.duplicates import Duplicate
from coterie.model.organizations import Caller
from coterie.store import duplicates as store
from coterie.store import match_keys as match_store
from coterie.store.candidates import list_alive
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

SCAN_JOB = "scan_duplicates"
# of so many changed contacts the keys are computed before a contact is checked
KEYED_MAX = 200


def check_contact(tx: Tx, organization_id: int, contact_id: int) -> list[Duplicate]:
    """The contacts that a contact may be, the likeliest first, without those it is known not to be. For use when a
    contact is made or opened; stores nothing but missing keys.

    Raises NotFound if the contact does not exist.
    """
    key_changes(tx, organization_id, limit=KEYED_MAX)
    people = load_current(tx, organization_id, [contact_id])
    if not people:
        raise NotFound("Contact not found")
    likely = find_likely(tx, organization_id, people, are_stored=True)[contact_id]
    pairs = {found.contact_id: store.ordered(contact_id, found.contact_id) for found in likely}
    dismissed = store.find_dismissed(tx, organization_id, set(pairs.values()))
    alive = list_alive(tx, organization_id, pairs)
    return [
        Duplicate(*pairs[found.contact_id], found.score.bits, found.score.level or "possible",
                  reasons_of(people[contact_id], found.person, found.score))
        for found in likely
        if found.contact_id in alive and pairs[found.contact_id] not in dismissed
    ]  # fmt: skip


def is_scanned(tx: Tx, organization_id: int) -> bool:
    """Whether the list of duplicates is complete: all contacts were compared since they changed."""
    return is_current(tx, organization_id) and not match_store.list_unscanned(tx, organization_id, limit=1)


def request_scan(tx: Tx, caller: Caller, *, is_whole: bool = False) -> str | None:
    """Lets the worker compare the contacts that have changed, or all; returns the id of the job, or None if a scan is
    waiting already."""
    return enqueue(tx, caller, SCAN_JOB, {"is_whole": is_whole}, dedupe_key=SCAN_JOB)


def dismiss(tx: Tx, caller: Caller, one: int, other: int) -> bool:
    """Records that two contacts are not the same: they are not listed as duplicates again. Returns False if that was
    recorded before.

    Raises Invalid if both are the same contact, NotFound if one of them does not exist.
    """
    pair = _check_pair(tx, caller, one, other)
    is_new = store.insert_not_same(tx, caller.organization_id, pair, user_id=caller.user_id, now=times.now())
    store.delete_pairs(tx, caller.organization_id, [pair])
    if is_new:
        record(tx, caller, "duplicate.dismissed", one, contact_ids=pair)
    return is_new


def undismiss(tx: Tx, caller: Caller, one: int, other: int) -> None:
    """Deletes the mark that two contacts are not the same, and compares them again.

    Raises Invalid if both are the same contact, NotFound if one of them does not exist or this was not recorded.
    """
    key_changes(tx, caller.organization_id, limit=KEYED_MAX)
    pair = _check_pair(tx, caller, one, other)
    if not store.delete_not_same(tx, caller.organization_id, pair):
        raise NotFound("These two contacts are not marked as not the same")
    record(tx, caller, "duplicate.undismissed", one, contact_ids=pair)
    store_pairs_of(tx, caller.organization_id, pair)


def _check_pair(tx: Tx, caller: Caller, one: int, other: int) -> store.Pair:
    if one == other:
        raise invalid("contact", "is the same as the other: name two contacts")
    lock_contacts(tx, caller.organization_id, sorted((one, other)))
    if len(list_contacts_by_id(tx, caller.organization_id, [one, other])) < 2:
        raise NotFound("Contact not found")
    return store.ordered(one, other)
