"""Keeps the stored facts and keys of contacts up to date.

Guarantee. No change is missed: contacts are processed in the order of their revisions, which move with every change
(docs/decisions/0028-revisions.md), and match_progress stores the last one. A contact that was deleted, merged into
another or erased has no facts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from coterie.identity.keys import VERSION, counted_of, keys_of
from coterie.identity.people import Person, person_of_contact
from coterie.model.contact_sheets import ContactSheet
from coterie.store import match_keys as store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.match_keys import Progress

# contacts whose keys are computed in one transaction
KEYED = 100
_decode = msgspec.json.Decoder(Person).decode


def person_of_sheet(sheet: ContactSheet) -> Person:
    """The facts of a contact; its handles and addresses are loaded."""
    return person_of_contact(sheet.contact, sheet.handles, sheet.addresses)


def load_current(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, Person]:
    """contact id -> its current facts, of contacts that exist and are not deleted."""
    sheets = load_sheets(tx, organization_id, contact_ids, ["handles", "addresses"])
    return {contact_id: person_of_sheet(sheet) for contact_id, sheet in sheets.items()}


def load_people(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, Person]:
    """contact id -> its stored facts."""
    return {i: _decode(facts) for i, facts in store.load_facts(tx, organization_id, contact_ids).items()}


def is_current(tx: Tx, organization_id: int) -> bool:
    """Whether the keys of all contacts are computed."""
    return store.is_keyed(tx, organization_id, VERSION)


def key_changes(tx: Tx, organization_id: int, *, limit: int = KEYED) -> int:
    """Computes the keys of the next changed contacts; returns their number, 0 if none have changed."""
    before = store.find_progress(tx, organization_id)
    is_old = before.version != VERSION
    changed = store.list_changed(tx, organization_id, 0 if is_old else before.keyed_revision, limit=limit)
    if not changed and not is_old:
        return 0
    ids = [contact_id for _, contact_id in changed]
    # contacts are locked before the progress: the same order as in erasure
    store.lock_against_erasure(tx, organization_id, ids)
    progress = store.lock_progress(tx, organization_id)
    if progress != before and progress != Progress():
        return len(changed)  # another transaction has computed them
    if is_old:
        store.delete_all(tx, organization_id)
        progress = Progress(version=VERSION)
    by = _replace(tx, organization_id, ids)
    progress = msgspec.structs.replace(
        progress,
        contact_count=progress.contact_count + by,
        keyed_revision=changed[-1][0] if changed else progress.keyed_revision,
    )
    store.save_progress(tx, organization_id, progress)
    return len(changed)


def delete_keys(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Deletes the facts and keys of contacts that are going to be erased."""
    if not store.load_facts(tx, organization_id, contact_ids):
        return
    progress = store.lock_progress(tx, organization_id)
    by = _save(tx, organization_id, {}, load_people(tx, organization_id, contact_ids))
    store.save_progress(
        tx, organization_id, msgspec.structs.replace(progress, contact_count=progress.contact_count + by)
    )


def _replace(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> int:
    """Replaces the facts of contacts; returns the change of the number of contacts with facts."""
    new = load_current(tx, organization_id, contact_ids)
    old = load_people(tx, organization_id, contact_ids)
    changed = {i for i in new.keys() | old.keys() if new.get(i) != old.get(i)}
    return _save(
        tx,
        organization_id,
        {i: person for i, person in new.items() if i in changed},
        {i: person for i, person in old.items() if i in changed},
    )


def _save(tx: Tx, organization_id: int, new: dict[int, Person], old: dict[int, Person]) -> int:
    before = {(key, i) for i, person in old.items() for key in keys_of(person)}
    after = {(key, i) for i, person in new.items() for key in keys_of(person)}
    store.replace_keys(tx, organization_id, before - after, after - before)
    counts: Counter[int] = Counter()
    for person in new.values():
        counts.update(counted_of(person))
    for person in old.values():
        counts.subtract(counted_of(person))
    store.add_to_counts(tx, organization_id, counts)
    store.save_facts(tx, organization_id, {i: msgspec.json.encode(each).decode() for i, each in new.items()})
    gone = old.keys() - new.keys()
    if gone:
        store.delete_facts(tx, organization_id, gone)
    return len(new.keys() - old.keys()) - len(gone)
