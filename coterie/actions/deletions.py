"""Deletions by devices: bundled, announced when they are many, held when they are most of the book.

A phone that loses its account, or a program with an error, may delete everyone. To refuse the first deletions would
leave a phone in a loop, so they are made and can be restored at once; beyond half of the book a person must agree.
"""

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from coterie.actions.books import set_on_phones
from coterie.actions.contacts import restore_contact
from coterie.actions.events import record
from coterie.actions.jobs import enqueue
from coterie.actions.terms import change_tagged
from coterie.errors import Conflict, NotFound, WaitsForDecision
from coterie.model import times
from coterie.model.deletions import ALLOWED_SECONDS, MAIL_JOB, PAUSE_SECONDS, RETRY_SECONDS, Bundle, Restoring
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import deletions as store
from coterie.store import jobs
from coterie.store.card_states import find_card_states
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

RESTORE_JOB = "restore_deletions"
BATCH = 20
# the worker restores more
AT_ONCE_MAX = 500


def note_deletion(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Counts a contact that a device is about to delete; mails the owners once if a bundle becomes large.

    Raises WaitsForDecision if a person must agree first.
    """
    organization_id, now = caller.organization_id, times.now()
    assert caller.token_id is not None
    before = _find_newest(tx, caller)
    if before is None or not _goes_on(before, now):
        cards = store.count_cards(tx, organization_id)
        before = Bundle(new_id(), caller.token_id, cards, 0, started_at=now, last_at=now)
    bundle = replace(before, deleted_count=before.deleted_count + 1, last_at=now)
    store.save_bundle(tx, organization_id, bundle)
    store.add_contact(tx, organization_id, bundle.id, contact_id)
    if bundle.is_many and not before.is_many:
        jobs.enqueue(tx, organization_id, MAIL_JOB, {"bundle_id": bundle.id}, dedupe_key=f"{MAIL_JOB}:{bundle.id}")


def check_deletions(tx: Tx, caller: Caller) -> None:
    """Raises WaitsForDecision if the device deletes most contacts and a person must agree first."""
    _find_newest(tx, caller)


def _find_newest(tx: Tx, caller: Caller) -> Bundle | None:
    """The newest bundle of the device. Raises WaitsForDecision if a person must agree first."""
    newest = store.find_newest_bundle(tx, caller.organization_id, caller.token_id or "")
    if newest is not None and newest.is_held:
        raise WaitsForDecision("The device deletes most contacts: a member must agree first", RETRY_SECONDS)
    return newest


def _goes_on(bundle: Bundle, now: str) -> bool:
    """Whether the next deletion of the device belongs to its newest bundle."""
    if bundle.restored_at is not None:
        return False
    if bundle.allowed_at is not None:
        return now < times.after(bundle.allowed_at, ALLOWED_SECONDS)
    return bundle.is_held or now < times.after(bundle.last_at, PAUSE_SECONDS)


def allow_deletions(tx: Tx, caller: Caller, bundle_id: str) -> None:
    """Agrees to what a device deletes, for a day. Raises NotFound; Conflict unless the bundle is held."""
    bundle = _find(tx, caller, bundle_id)
    if not bundle.is_held:
        raise Conflict("The deletions are not held")
    store.save_bundle(tx, caller.organization_id, replace(bundle, allowed_at=times.now()))
    record(tx, caller, "device.deletions_allowed", bundle.device_id)


def restore_deletions(tx: Tx, caller: Caller, bundle_id: str) -> int:
    """Restores the contacts that a device deleted, and shows on phones those it took off. Returns their number.

    Restores the groups that it deleted at the same time: their members have the tags. Contacts that were restored,
    or erased, are skipped. Raises NotFound; Invalid if the organization has as many contacts as its quota allows.
    """
    bundle, restored, after = _find(tx, caller, bundle_id), 0, 0
    while ids := store.list_contact_ids(tx, caller.organization_id, bundle_id, after=after, limit=BATCH):
        restored, after = restored + _restore(tx, caller, ids), ids[-1]
    _finish_restore(tx, caller, bundle)
    return restored


def restore_or_start(tx: Tx, caller: Caller, bundle_id: str) -> Restoring:
    """Restores up to 500 contacts at once; the worker restores those of a larger bundle.

    Raises NotFound and Invalid as restore_deletions does.
    """
    bundle = _find(tx, caller, bundle_id)
    if bundle.deleted_count > AT_ONCE_MAX:
        start_restoring(tx, caller, bundle_id)
        return Restoring(bundle.deleted_count, is_finished=False)
    return Restoring(restore_deletions(tx, caller, bundle_id), is_finished=True)


def _finish_restore(tx: Tx, caller: Caller, bundle: Bundle) -> None:
    _restore_groups(tx, caller, bundle)
    store.save_bundle(tx, caller.organization_id, replace(bundle, restored_at=times.now()))
    record(tx, caller, "device.deletions_restored", bundle.device_id)


def _restore(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> int:
    organization_id, restored = caller.organization_id, 0
    for contact_id in contact_ids:
        contact = find_contact(tx, organization_id, contact_id)
        if contact is None or contact.id != contact_id:
            continue
        if contact.deleted_at is not None:
            restore_contact(tx, caller, contact_id)
            restored += 1
        elif find_card_states(tx, organization_id, [contact_id])[contact_id] == "off":
            set_on_phones(tx, caller, contact_id, is_shown=True)
            restored += 1
    return restored


def start_restoring(tx: Tx, caller: Caller, bundle_id: str) -> None:
    """Has the worker restore the contacts of a bundle, where they are too many for a request. Raises NotFound."""
    _find(tx, caller, bundle_id)
    arguments = {"bundle_id": bundle_id, "user_id": caller.user_id, "via": caller.via}
    enqueue(tx, caller, RESTORE_JOB, arguments, dedupe_key=f"{RESTORE_JOB}:{bundle_id}", attempts_max=5)


def restore_batch(tx: Tx, caller: Caller, bundle_id: str, after: int) -> int | None:
    """Restores the next contacts of a bundle; returns the last of them, None at the end."""
    bundle = _find(tx, caller, bundle_id)
    ids = store.list_contact_ids(tx, caller.organization_id, bundle_id, after=after, limit=BATCH)
    if ids:
        _restore(tx, caller, ids)
        return ids[-1]
    _finish_restore(tx, caller, bundle)
    return None


def _restore_groups(tx: Tx, caller: Caller, bundle: Bundle) -> None:
    """Gives the tags of the groups that a device deleted around these deletions to their members again."""
    first, last = times.after(bundle.started_at, -PAUSE_SECONDS), times.after(bundle.last_at, PAUSE_SECONDS)
    for group in store.list_deleted_groups(tx, caller.organization_id, bundle.device_id, first=first, last=last):
        lock_contacts(tx, caller.organization_id, sorted(group.contacts))
        with suppress(NotFound):  # the tag was deleted
            change_tagged(tx, caller, group.tag, added=group.contacts, removed=())


def _find(tx: Tx, caller: Caller, bundle_id: str) -> Bundle:
    bundle = store.find_bundle(tx, caller.organization_id, bundle_id, lock=True)
    if bundle is None:
        raise NotFound(f"There are no deletions {bundle_id}")
    return bundle
