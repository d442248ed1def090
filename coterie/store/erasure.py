"""Erases contacts: the one list of the data that is erased with them.

Foreign keys erase their parts. This module erases notes about no other contact, corrects cached counts, and scrubs the
values that events, webhooks, stored responses, subscriptions and groups have copied. actions/erasure.py
adds the data outside these tables.
"""

from collections.abc import Sequence

from coterie.store.cached_counts import LINKS
from coterie.store.contacts import COUNT
from coterie.store.counters import add_to_count
from coterie.store.database import Tx
from coterie.store.events import clear_changes_of_contacts, clear_note_texts
from coterie.store.groups import scrub_members
from coterie.store.idempotency_keys import scrub_responses
from coterie.store.notes import COUNT as NOTES
from coterie.store.remote_cards import scrub_remote_cards
from coterie.store.revisions import insert_tombstones


def erase_contacts(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Erases contacts, deleted or not. Their events stay without values, and their tombstones."""
    _uncount(tx, organization_id, contact_ids)
    clear_changes_of_contacts(tx, organization_id, contact_ids)
    scrub_responses(tx, organization_id)
    scrub_remote_cards(tx, organization_id, contact_ids)
    scrub_members(tx, organization_id, contact_ids)
    insert_tombstones(tx, organization_id, contact_ids)
    _erase_notes(tx, organization_id, contact_ids)
    bound = {"organization_id": organization_id, "ids": tx.list_param(contact_ids)}
    # without statistics SQLite assumes that an organization has few rows and reads all of them
    index = " INDEXED BY pets_of_second_owner" if tx.engine == "sqlite" else ""
    tx.run(
        f"UPDATE pets{index} SET second_owner_id = NULL WHERE organization_id = :organization_id"
        f" AND second_owner_id {tx.in_list('ids')}",
        bound,
    )
    tx.run(f"DELETE FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}", bound)


def _uncount(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Removes those that are not deleted from the cached counts."""
    rows = tx.all(
        "SELECT id FROM contacts WHERE organization_id = :organization_id AND deleted_at IS NULL"
        f" AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    if not rows:
        return
    add_to_count(tx, organization_id, COUNT, -len(rows))
    bound = {"organization_id": organization_id, "ids": tx.list_param([contact_id for (contact_id,) in rows])}
    for table, (link, column) in LINKS.items():
        counts = tx.all(
            f"SELECT {column}, count(*) FROM {link} WHERE organization_id = :organization_id"
            f" AND contact_id {tx.in_list('ids')} GROUP BY {column} ORDER BY {column}",
            bound,
        )
        tx.execute_many(
            f"UPDATE {table} SET contact_count = contact_count - :by"
            " WHERE organization_id = :organization_id AND id = :id",
            [{"organization_id": organization_id, "id": each, "by": count} for each, count in counts],
        )


def _erase_notes(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Erases the notes about these contacts and no other, of any author."""
    of_others = "EXISTS (SELECT 1 FROM note_contacts other WHERE other.organization_id = :organization_id"
    rows = tx.all(
        "SELECT DISTINCT nc.note_id FROM note_contacts nc WHERE nc.organization_id = :organization_id"
        f" AND nc.contact_id {tx.in_list('ids')} AND NOT {of_others}"
        f" AND other.note_id = nc.note_id AND NOT (other.contact_id {tx.in_list('ids')}))",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    note_ids = [note_id for (note_id,) in rows]
    clear_note_texts(tx, organization_id, note_ids)
    notes = {"organization_id": organization_id, "ids": tx.list_param(note_ids)}
    erase = f"DELETE FROM notes WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
    counted = tx.run(f"{erase} AND NOT is_personal AND deleted_at IS NULL", notes)
    tx.run(erase, notes)
    if counted:
        add_to_count(tx, organization_id, NOTES, -counted)
