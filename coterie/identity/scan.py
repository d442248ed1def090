"""Compares the contacts of an organization and stores the pairs that may be one person.

The first scan compares the whole book; later ones compare the contacts that have changed since. It works in batches
(store/batches.py); the next scan compares contacts that changed during this one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial

import msgspec
from msgspec import Struct

from coterie.identity.commonness import Commonness
from coterie.identity.comparing import compare_ids, likely_pairs, settle_pairs
from coterie.identity.keeping import Prepared, load_people, prepare_keys, save_keys
from coterie.identity.keys import SHARED_MAX, counted_of, phone_keys_of
from coterie.identity.lookup import find_likely
from coterie.identity.pairs import Pairs
from coterie.identity.people import Person
from coterie.identity.reasons import reasons_of
from coterie.identity.scoring import level_of
from coterie.identity.settling import Pair
from coterie.model.duplicates import Duplicate
from coterie.store import duplicates as store
from coterie.store import match_keys as key_store
from coterie.store.batches import Batches
from coterie.store.database import Tx

Reads = Callable[[], AbstractContextManager[Tx]]
# contacts keyed, and compared again, in one transaction; pairs saved in one. Other writers wait for each, and an import
# keys more at once (keeping.KEYED): it has the rows of its own transaction to write
KEYED_AT_ONCE, COMPARED, SAVED = 50, 25, 1_000
ROWS_AT_ONCE = 5_000
# a whole scan is quicker than comparing so many contacts one by one
CHANGED_MIN, CHANGED_MAX, CHANGED_PART_MAX = 100, 2_000, 0.1


class Scanned(Struct, frozen=True):
    """The numbers of a batch: contacts keyed or compared, pairs stored. is_whole: it scanned the whole book."""

    keyed: int = 0
    compared: int = 0
    stored: int = 0
    is_whole: bool = False


NOTHING = Scanned()


def scan_batches(organization_id: int, read: Reads, *, is_whole: bool = False) -> Batches[Scanned, None]:
    """Computes missing keys, then compares the contacts that have changed since the last scan, or the whole book.

    read: opens a read transaction. is_whole: compares the whole book even if an earlier scan has.
    """
    yield from _key_changes(organization_id, read)
    with read() as tx:
        progress = key_store.find_progress(tx, organization_id)
        changed = key_store.list_unscanned(tx, organization_id, limit=CHANGED_MAX + 1)
    is_much = len(changed) > max(min(CHANGED_MAX, progress.contact_count * CHANGED_PART_MAX), CHANGED_MIN)
    if is_whole or not progress.scanned_revision or is_much:
        yield from _scan_book(organization_id, read)
    else:
        yield from _scan_changed(organization_id, changed)


def _key_changes(organization_id: int, read: Reads) -> Batches[Scanned, None]:
    """Keys are computed while others may write: that takes three times as long as to store them."""
    while True:
        with read() as tx:
            prepared = prepare_keys(tx, organization_id, limit=KEYED_AT_ONCE)
        if prepared is None:
            return
        yield partial(_save_keys, organization_id=organization_id, prepared=prepared)


def _save_keys(tx: Tx, organization_id: int, prepared: Prepared) -> Scanned:
    return Scanned(keyed=len(prepared.changed) if save_keys(tx, organization_id, prepared) else 0)


# Changed contacts -----------------------------------------------------------------------------------------------------


def _scan_changed(organization_id: int, changed: Sequence[tuple[int, int]]) -> Batches[Scanned, None]:
    for start in range(0, len(changed), COMPARED):
        yield partial(_compare_again, organization_id=organization_id, changed=changed[start : start + COMPARED])


def _compare_again(tx: Tx, organization_id: int, changed: Sequence[tuple[int, int]]) -> Scanned:
    ids = [contact_id for _, contact_id in changed]
    stored = store_pairs_of(tx, organization_id, ids)
    _advance(tx, organization_id, changed[-1][0])
    return Scanned(compared=len(ids), stored=stored)


def store_pairs_of(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> int:
    """Compares contacts that have keys with all others and stores their pairs; returns the number of pairs."""
    people = load_people(tx, organization_id, contact_ids)
    likely = find_likely(tx, organization_id, people, are_stored=True)
    new = {store.ordered(one, found.contact_id): found.score.bits for one, all_ in likely.items() for found in all_}
    partners = {contact_id for pair in new for contact_id in pair} | _sharing_phones(tx, organization_id, people)
    old = store.list_duplicates_of(tx, organization_id, partners - set(contact_ids)) if partners else []
    others = {
        pair: each.bits
        for each in old
        if not {*(pair := (each.first_contact_id, each.second_contact_id))}.intersection(contact_ids)
    }
    everyone = load_people(tx, organization_id, {contact_id for pair in (*new, *others) for contact_id in pair})
    book = _book_of(tx, organization_id, everyone)
    settled = settle_pairs(book, everyone, {p: b for p, b in (new | others).items() if everyone.keys() >= {*p}})
    store.delete_pairs_of(tx, organization_id, contact_ids)
    changed = {pair: bits for pair, bits in settled.items() if others.get(pair) != bits}
    return store.save_duplicates(tx, organization_id, _duplicates(book, everyone, changed))


def _sharing_phones(tx: Tx, organization_id: int, people: Mapping[int, Person]) -> set[int]:
    """The contacts that share a phone number with these people, whose pairs may now share only household evidence."""
    keys = set().union(*map(phone_keys_of, people.values()))
    sharing = key_store.list_sharing(tx, organization_id, keys, most=SHARED_MAX) if keys else {}
    return {contact_id for ids in sharing.values() for contact_id in ids}


def _book_of(tx: Tx, organization_id: int, people: Mapping[int, Person]) -> Commonness:
    values = set().union(*map(counted_of, people.values()))
    return Commonness(*key_store.load_counts(tx, organization_id, values))


def _advance(tx: Tx, organization_id: int, revision: int) -> None:
    progress = key_store.lock_progress(tx, organization_id)
    advanced = msgspec.structs.replace(progress, scanned_revision=max(progress.scanned_revision, revision))
    key_store.save_progress(tx, organization_id, advanced)


# The whole book -------------------------------------------------------------------------------------------------------


class _People(Mapping[int, Person]):
    """Facts by contact id, decoded on access: as JSON they take a quarter of the memory."""

    def __init__(self, tx: Tx, organization_id: int, pairs: Iterable[Pair]) -> None:
        """Those of the contacts of some pairs, as they are stored now."""
        ids = sorted({contact_id for pair in pairs for contact_id in pair})
        self._facts = {
            contact_id: facts.encode()
            for start in range(0, len(ids), ROWS_AT_ONCE)
            for contact_id, facts in key_store.load_facts(
                tx, organization_id, ids[start : start + ROWS_AT_ONCE]
            ).items()
        }
        self._decode = msgspec.json.Decoder(Person).decode

    def __getitem__(self, contact_id: int) -> Person:
        return self._decode(self._facts[contact_id])

    def __iter__(self) -> Iterator[int]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def _scan_book(organization_id: int, read: Reads) -> Batches[Scanned, None]:
    with read() as tx:
        progress = key_store.find_progress(tx, organization_id)
        book = Commonness(progress.contact_count, key_store.load_common_counts(tx, organization_id))
        pairs = Pairs(key_store.iter_keys(tx, organization_id, limit=ROWS_AT_ONCE))
        before = store.list_pairs(tx, organization_id)
    bits: dict[Pair, float] = {}
    for some in pairs:
        # the facts of the whole book would take more memory than all else
        with read() as tx:
            people = _People(tx, organization_id, some)
        bits.update(likely_pairs(book, people, some))
        yield _rest  # renews the lease of a job
    with read() as tx:
        people = _People(tx, organization_id, bits)
    # a contact that was erased in the meantime has no facts
    settled = settle_pairs(book, people, {pair: each for pair, each in bits.items() if people.keys() >= {*pair}})
    gone = [pair for pair in before if pair not in settled]
    for start in range(0, len(gone), SAVED):
        yield partial(_delete, organization_id=organization_id, pairs=gone[start : start + SAVED])
    found = sorted(settled)
    for start in range(0, len(found), SAVED):
        page = {pair: settled[pair] for pair in found[start : start + SAVED]}
        yield partial(_save, organization_id=organization_id, duplicates=_duplicates(book, people, page))
    yield partial(
        _finish, organization_id=organization_id, revision=progress.keyed_revision, compared=progress.contact_count
    )


def _duplicates(book: Commonness, people: Mapping[int, Person], bits: Mapping[Pair, float]) -> list[Duplicate]:
    duplicates = []
    for (one, other), each in bits.items():
        score = compare_ids(book, people, one, other)
        level = level_of(each)
        if level is not None:
            reasons = reasons_of(people[one], people[other], score)
            duplicates.append(Duplicate(one, other, each, level, reasons))
    return duplicates


def _rest(tx: Tx) -> Scanned:
    return NOTHING


def _delete(tx: Tx, organization_id: int, pairs: Sequence[Pair]) -> Scanned:
    store.delete_pairs(tx, organization_id, pairs)
    return NOTHING


def _save(tx: Tx, organization_id: int, duplicates: Sequence[Duplicate]) -> Scanned:
    return Scanned(stored=store.save_duplicates(tx, organization_id, duplicates), is_whole=True)


def _finish(tx: Tx, organization_id: int, revision: int, compared: int) -> Scanned:
    _advance(tx, organization_id, revision)
    return Scanned(compared=compared, is_whole=True)
