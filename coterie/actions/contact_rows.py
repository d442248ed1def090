"""The row of a contact and everything derived from it: summary columns, sort keys, cached counts.

Guarantee: after save_contact and add_contacts all of that agrees with the contact and its handles.
"""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec.structs import astuple, replace

from coterie.actions.events import Changes, EventRow, record_events
from coterie.model.contacts import KEYS_OF, Contact, sort_keys
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store import contacts as store
from coterie.store import folders as folder_store
from coterie.store import handles as handle_store
from coterie.store import terms as term_store
from coterie.store.counters import add_to_count
from coterie.store.database import Tx

_DERIVED = ("updated_at", "revision")


def add_contacts(tx: Tx, caller: Caller, new: Sequence[tuple[Contact, list[Handle]]]) -> list[Contact]:
    """Inserts contacts (their ids taken with next_contact_ids) with their handles; returns them as inserted.

    The caller sets the parts and then calls record_created.
    """
    organization_id = caller.organization_id
    contacts = [replace(contact, **summary_of(handles), revision=0) for contact, handles in new]
    store.insert_contacts(tx, organization_id, [(contact, sort_keys(contact)) for contact in contacts])
    handle_store.insert_handles(tx, organization_id, [handle for _, handles in new for handle in handles])
    return contacts


def record_created(tx: Tx, caller: Caller, contacts: Sequence[Contact], rows: Collection[EventRow]) -> list[Contact]:
    """Records the events of added contacts and their parts; returns the contacts with their revisions.

    Change numbers are taken last, because other writers wait for them.
    """
    given = record_events(tx, caller, rows, {contact.id: {"updated_at": contact.updated_at} for contact in contacts})
    return [replace(contact, revision=given[contact.id]) for contact in contacts]


def save_contact(
    tx: Tx,
    caller: Caller,
    before: Contact,
    after: Contact,
    rows: Collection[EventRow],
    *,
    handles: Sequence[Handle] | None = None,
) -> Contact:
    """Saves the difference between a contact as stored (its row is locked) and as it should be; returns it as saved.

    rows: the events of the change; without any, nothing is saved. handles: the contact's, if any changed.
    """
    if not rows:
        return before
    if handles is not None:
        handles = [handle for handle in handles if handle.deleted_at is None]
        after = replace(after, **summary_of(handles))
    after = replace(after, updated_at=next(iter(rows))["happened_at"])
    columns = columns_to_save(before, after)
    by = (before.deleted_at is not None) - (after.deleted_at is not None)
    if by:
        count_contact(tx, caller, before.id, by)
    # change numbers are taken last, because other writers wait for them
    revisions = record_events(tx, caller, rows, {before.id: {**columns, "updated_at": after.updated_at}})
    return replace(after, revision=revisions[before.id])


def summary_of(handles: Sequence[Handle]) -> dict[str, str | None]:
    """The summary columns of a contact with these handles: the primary one of each channel."""
    primary = {handle.channel: handle.value for handle in handles if handle.is_primary}
    return {column: primary.get(channel) for channel, column in SUMMARY_COLUMNS.items()}


def changed_columns(before: Contact, after: Contact) -> Changes:
    """The columns that differ, as an event stores them: {name: (before, after)}."""
    values = zip(store.COLUMNS, astuple(before), astuple(after), strict=True)
    return {name: (old, new) for name, old, new in values if new != old and name not in _DERIVED}


def columns_to_save(before: Contact, after: Contact) -> dict[str, Any]:
    """The changed columns only: an index is written for each column in the statement."""
    columns = {name: new for name, (_, new) in changed_columns(before, after).items()}
    keys = {key for name in columns for key in KEYS_OF.get(name, ())}
    old_keys = sort_keys(before, keys)
    return columns | {name: key for name, key in sort_keys(after, keys).items() if key != old_keys[name]}


def count_contact(tx: Tx, caller: Caller, contact_id: int, by: int) -> None:
    """Adds a contact to the cached counts (by = 1) or removes it (by = -1): deleted contacts are not counted."""
    add_to_count(tx, caller.organization_id, store.COUNT, by)
    folder_store.count_contact(tx, caller.organization_id, contact_id, by)
    for vocabulary in (TAGS, EXPERTISES):
        term_store.count_contact(tx, caller.organization_id, vocabulary, contact_id, by)
