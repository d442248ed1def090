"""Keeps the stored facts and keys of contacts up to date.

Guarantee. No change is missed: contacts are processed in the order of their revisions, which move with every change
(docs/decisions/0028-revisions.md), and match_progress stores the last one. A contact that was deleted, merged into
another or erased has no facts.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

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
# a key and a contact that has it
Key = tuple[int, int]


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


class Prepared(Struct, frozen=True):
    """New facts of the next changed contacts with what follows from them, not written yet.

    progress: how far the keys were. changed: (revision, contact id) in the order of the changes. new, old: the facts to
    be stored, and those that are, of contacts whose facts differ. added, removed: (key, contact id). counts: value of a
    fact -> by how many more contacts have it. facts: `new` as JSON.
    """

    progress: Progress
    changed: Sequence[tuple[int, int]]
    new: Mapping[int, Person]
    old: Mapping[int, Person]
    added: set[Key]
    removed: set[Key]
    counts: Mapping[int, int]
    facts: Mapping[int, str]


def key_changes(tx: Tx, organization_id: int, *, limit: int = KEYED) -> int:
    """Computes the keys of the next changed contacts; returns their number, 0 if none have changed.

    Returns the limit, as if there were more, if another transaction has computed keys since the first statement.
    """
    prepared = prepare_keys(tx, organization_id, limit=limit)
    if prepared is None:
        return 0
    return len(prepared.changed) if save_keys(tx, organization_id, prepared) else limit


def prepare_keys(tx: Tx, organization_id: int, *, limit: int) -> Prepared | None:
    """Reads the next changed contacts and computes their keys, without a write; None if none have changed."""
    progress = store.find_progress(tx, organization_id)
    is_old = progress.version != VERSION
    changed = store.list_changed(tx, organization_id, 0 if is_old else progress.keyed_revision, limit=limit)
    if not changed and not is_old:
        return None
    ids = [contact_id for _, contact_id in changed]
    new = load_current(tx, organization_id, ids)
    # facts of another version are deleted before these are stored
    old = {} if is_old else load_people(tx, organization_id, ids)
    same = {i for i, person in new.items() if old.get(i) == person}
    return _prepared(progress, changed, _without(new, same), _without(old, same))


def _prepared(
    progress: Progress, changed: Sequence[tuple[int, int]], new: Mapping[int, Person], old: Mapping[int, Person]
) -> Prepared:
    before, after = _keys_of(old), _keys_of(new)
    counts: Counter[int] = Counter()
    for person in new.values():
        counts.update(counted_of(person))
    for person in old.values():
        counts.subtract(counted_of(person))
    facts = {i: msgspec.json.encode(person).decode() for i, person in new.items()}
    return Prepared(
        progress, changed, new, old, added=after - before, removed=before - after, counts=counts, facts=facts
    )


def _without(people: Mapping[int, Person], ids: Collection[int]) -> dict[int, Person]:
    return {i: person for i, person in people.items() if i not in ids}


def _keys_of(people: Mapping[int, Person]) -> set[Key]:
    return {(key, i) for i, person in people.items() for key in keys_of(person)}


def save_keys(tx: Tx, organization_id: int, prepared: Prepared) -> bool:
    """Writes the result of prepare_keys, also in another transaction. Returns False, and writes nothing, if another
    transaction has computed or erased keys since: it may have computed fewer.

    Contacts that have changed since are left out: their revision is above all of these, so they come again.
    """
    # contacts are locked before the progress: the same order as in erasure
    store.lock_against_erasure(tx, organization_id, [contact_id for _, contact_id in prepared.changed])
    progress = store.lock_progress(tx, organization_id)
    if progress != prepared.progress:
        return False
    if progress.version != VERSION:
        store.delete_all(tx, organization_id)
        progress = Progress(version=VERSION)
    if moved := set(prepared.changed).difference(store.list_unchanged(tx, organization_id, prepared.changed)):
        ids = {contact_id for _, contact_id in moved}
        new, old = _without(prepared.new, ids), _without(prepared.old, ids)
        prepared = _prepared(prepared.progress, prepared.changed, new, old)
    by = _save(tx, organization_id, prepared)
    progress = msgspec.structs.replace(
        progress,
        contact_count=progress.contact_count + by,
        keyed_revision=prepared.changed[-1][0] if prepared.changed else progress.keyed_revision,
    )
    store.save_progress(tx, organization_id, progress)
    return True


def delete_keys(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Deletes the facts and keys of contacts that are going to be erased."""
    if not store.load_facts(tx, organization_id, contact_ids):
        return
    progress = store.lock_progress(tx, organization_id)
    old = load_people(tx, organization_id, contact_ids)
    by = _save(tx, organization_id, _prepared(progress, (), {}, old))
    store.save_progress(
        tx, organization_id, msgspec.structs.replace(progress, contact_count=progress.contact_count + by)
    )


def _save(tx: Tx, organization_id: int, prepared: Prepared) -> int:
    """Writes facts, keys and counts; returns the change of the number of contacts with facts."""
    store.replace_keys(tx, organization_id, prepared.removed, prepared.added)
    store.add_to_counts(tx, organization_id, prepared.counts)
    store.save_facts(tx, organization_id, prepared.facts)
    gone = prepared.old.keys() - prepared.new.keys()
    if gone:
        store.delete_facts(tx, organization_id, gone)
    return len(prepared.new.keys() - prepared.old.keys()) - len(gone)
