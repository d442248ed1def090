"""Brings contacts up to date with the events that are recorded about them.

Guarantee: a contact whose event says that clients see it changed (model.events.CHANGES_CONTACTS) has a new revision
and updated_at when the event is written. Nothing else moves a revision. A contact that a person changed is in the
address book of phones from then on; one that only a program changed stays audience. A contact whose event says that its
words changed (CHANGES_WORDS) is indexed for search again, and one that may be due to be in touch with on another day
has a new plan.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.actions.touch_plans import REFRESHES, refresh_plans
from coterie.model import times
from coterie.model.cards import IMPERSONAL_DOORS
from coterie.model.events import CHANGES_CONTACTS, CHANGES_WORDS, CONSEQUENCES
from coterie.model.organizations import Caller
from coterie.search import PreparedDocument, index_contacts
from coterie.store import contacts, revisions
from coterie.store.card_states import add_to_book
from coterie.store.database import Tx

Events = Collection[Mapping[str, Any]]
Columns = Mapping[int, Mapping[str, Any]]
CREATED = frozenset(("contact.created",))
# changes by a person that do not put the contact into the book of phones
_NOT_IN_BOOK = CONSEQUENCES | {"contact.taken_off_phones"}


def lock_others(tx: Tx, caller: Caller, rows: Events, saved: Columns) -> list[int]:
    """Locks the contacts that events change besides those in `saved`, which are locked; returns them by id.

    Created ones are not among them: they are inserted with their revision, and the events of their parts do not move
    it.
    """
    others = sorted(_contacts_of(rows, CHANGES_CONTACTS).difference(saved, _contacts_of(rows, CREATED)))
    if others:
        revisions.lock_contacts(tx, caller.organization_id, others)
    return others


def save_changed(
    tx: Tx,
    caller: Caller,
    rows: Events,
    saved: Columns,
    *,
    others: Sequence[int],
    given: Mapping[int, int],
    moves_updated_at: bool,
) -> None:
    """Saves the new revision of each contact (given), with columns of its row (saved) or without (others, by id).

    A contact that a person changed, not as a consequence of a change elsewhere, is put into the book of phones.
    """
    now = next(iter(rows))["happened_at"] if rows else times.now()
    in_book = _contacts_of(rows, CHANGES_CONTACTS - _NOT_IN_BOOK | CREATED)
    if caller.via in IMPERSONAL_DOORS:
        in_book = set()
    for contact_id, each in saved.items():
        row = {"updated_at": now, **each, "revision": given[contact_id]}
        contacts.update_contact(tx, caller.organization_id, contact_id, row, adds_to_book=contact_id in in_book)
    if others:
        moment = now if moves_updated_at else None
        revisions.set_revisions(tx, caller.organization_id, others, first=given[others[0]], now=moment)
    if given:
        add_to_book(tx, caller.organization_id, sorted(in_book.difference(saved)))


def update_derived(tx: Tx, caller: Caller, rows: Events, prepared: Mapping[int, PreparedDocument]) -> None:
    """Indexes contacts whose words changed, and recomputes when to be in touch with contacts. prepared: as for
    index_contacts."""
    words = sorted(_contacts_of(rows, CHANGES_WORDS))
    index_contacts(tx, caller.organization_id, words, new_ids=_contacts_of(rows, CREATED), prepared=prepared)
    refresh_plans(tx, caller.organization_id, sorted(_contacts_of(rows, REFRESHES)))


def _contacts_of(rows: Events, kinds: Collection[str]) -> set[int]:
    """The contacts that events of these kinds name."""
    return {contact_id for row in rows if row["kind"] in kinds for contact_id in row["contact_ids"]}
