"""Revisions of contacts, and the tombstones of those that were erased.

Guarantees. Revisions are change numbers: one sequence per organization, in the order of commits, because SQLite has one
writer and PostgreSQL locks the counter's row until the commit. So a client that has seen revision n finds every later
change above n. No two contacts or tombstones have the same. Events take their ids from the same sequence.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from coterie.model import times
from coterie.store.counters import next_number
from coterie.store.database import Tx

# the counter of change numbers
CHANGES = "event_id"
LockedTable = Literal[
    "tags",
    "expertises",
    "postal_addresses",
    "notes",
    "contact_relationships",
    "user_relationships",
    "reminders",
    "imports",
]


def next_changes(tx: Tx, organization_id: int, how_many: int = 1) -> int:
    """Returns the first of how_many new change numbers."""
    return next_number(tx, organization_id, CHANGES, how_many)


def lock_changes(tx: Tx, organization_id: int) -> None:
    """Makes other writers of the organization wait before they take change numbers, until the commit."""
    if tx.lock:
        tx.all(
            f"SELECT value FROM counters WHERE organization_id = :organization_id AND name = :name{tx.lock}",
            {"organization_id": organization_id, "name": CHANGES},
        )


def lock_contacts(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Locks the rows until the commit, in the order of their ids.

    To be called before change numbers are taken: a transaction that holds the counter must not wait for a contact.
    """
    ids = list(contact_ids)
    if tx.lock and ids:
        tx.all(
            f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            f" ORDER BY id{tx.lock}",
            {"organization_id": organization_id, "ids": tx.list_param(ids)},
        )


def lock_row(tx: Tx, organization_id: int, table: LockedTable, row_id: str) -> None:
    """Locks a row of a table until the commit."""
    if tx.lock:
        tx.all(
            f"SELECT id FROM {table} WHERE organization_id = :organization_id AND id = :id{tx.lock}",
            {"organization_id": organization_id, "id": row_id},
        )


def set_revisions(tx: Tx, organization_id: int, contact_ids: Sequence[int], *, first: int, now: str | None) -> None:
    """Gives the contacts the revisions from `first` on, in their order; now: their updated_at, None if it stays.

    The number of an erased contact stays unused.
    """
    places = "json_each(:ids) place" if tx.engine == "sqlite" else "unnest(CAST(:ids AS BIGINT[])) WITH ORDINALITY"
    if tx.engine == "postgresql":
        places += " AS place (value, key)"
        first -= 1
    bound = {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "first": first}
    tx.run(
        f"UPDATE contacts SET revision = :first + place.key{'' if now is None else ', updated_at = :now'} FROM {places}"
        " WHERE contacts.organization_id = :organization_id AND contacts.id = place.value",
        bound if now is None else bound | {"now": now},
    )


def insert_tombstones(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Stores the uuid of each of these contacts with a new revision; to be called before they are erased."""
    rows = tx.all(
        f"SELECT uuid FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')} ORDER BY id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    if not rows:
        return
    first = next_changes(tx, organization_id, len(rows))
    now = times.now()
    tombstones = [
        {"organization_id": organization_id, "uuid": uuid, "revision": revision, "created_at": now}
        for revision, (uuid,) in enumerate(rows, first)
    ]
    tx.insert_rows("contact_tombstones", tombstones, replace_on=("organization_id", "uuid"))


def delete_tombstones(tx: Tx, organization_id: int, uuids: Iterable[str]) -> None:
    """Deletes the tombstones of these uuids: an import of our own export has created the contacts again."""
    tx.run(
        f"DELETE FROM contact_tombstones WHERE organization_id = :organization_id AND uuid {tx.in_list('uuids')}",
        {"organization_id": organization_id, "uuids": tx.list_param(uuids)},
    )
