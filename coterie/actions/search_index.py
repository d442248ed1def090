"""Keeps the search index of messages, and rebuilds that of contacts."""

from collections.abc import Sequence
from typing import Any

from coterie.model.interactions import StoredInteraction
from coterie.search import index_contacts, index_messages
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.interactions import Key, list_texts_after, set_search_numbers
from coterie.store.revisions import lock_changes

# the jobs that a migration enqueues when contacts get other words, and when messages do
INDEX_JOB, INDEX_MESSAGES_JOB = "index_contacts", "index_messages"
# a message takes a twentieth of the time of a contact
CONTACTS_AT_ONCE, MESSAGES_AT_ONCE = 100, 500


def index_all(tx: Tx, organization_id: int) -> None:
    """Indexes every contact of an organization that is not deleted, and every message."""
    last: int | None = 0
    while last is not None:
        last = index_next_contacts(tx, organization_id, last)
    key = index_next_messages(tx, organization_id, None)
    while key is not None:
        key = index_next_messages(tx, organization_id, key)


def index_next_contacts(tx: Tx, organization_id: int, after: int) -> int | None:
    """Indexes the next 100 contacts after an id; returns the id to continue after, or None at the end."""
    # no other writer changes a contact between its reading and its indexing
    lock_changes(tx, organization_id)
    ids = list_ids_after(tx, organization_id, after, limit=CONTACTS_AT_ONCE)
    index_contacts(tx, organization_id, ids, is_forced=True)
    return ids[-1] if ids else None


def index_next_messages(tx: Tx, organization_id: int, after: Key | None) -> Key | None:
    """Indexes the next 500 interactions that have a text; returns the key to go on after, or None at the end."""
    texts = list_texts_after(tx, organization_id, after, limit=MESSAGES_AT_ONCE)
    numbers = index_messages(tx, organization_id, [(number, text) for _, text, number in texts])
    changed = [(key, new) for (key, _, old), new in zip(texts, numbers, strict=True) if new != old]
    set_search_numbers(tx, organization_id, changed)
    return texts[-1][0] if texts else None


def index_new(tx: Tx, organization_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Indexes interactions that are about to be inserted; sets the search_number of each row."""
    numbers = index_messages(tx, organization_id, [(None, row["text"]) for row in rows])
    for row, number in zip(rows, numbers, strict=True):
        row["search_number"] = number


def index_changed(tx: Tx, organization_id: int, interactions: Sequence[StoredInteraction]) -> None:
    """Indexes interactions that are about to be saved, new ones included; sets the search_number of each."""
    numbers = index_messages(tx, organization_id, [(each.search_number, each.text) for each in interactions])
    for interaction, number in zip(interactions, numbers, strict=True):
        interaction.search_number = number
