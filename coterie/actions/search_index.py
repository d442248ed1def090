"""Rebuilds the search index from the contacts."""

from coterie.search import index_contacts
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.revisions import lock_changes

# the job that a migration enqueues when contacts get other words
INDEX_JOB = "index_contacts"
CONTACTS_AT_ONCE = 500


def index_all_contacts(tx: Tx, organization_id: int) -> None:
    """Indexes every contact of an organization that is not deleted."""
    last: int | None = 0
    while last is not None:
        last = index_next_contacts(tx, organization_id, last)


def index_next_contacts(tx: Tx, organization_id: int, after: int) -> int | None:
    """Indexes the next 500 contacts after an id; returns the id to go on after, or None at the end."""
    # nobody changes a contact between its reading and its indexing
    lock_changes(tx, organization_id)
    ids = list_ids_after(tx, organization_id, after, limit=CONTACTS_AT_ONCE)
    index_contacts(tx, organization_id, ids, is_forced=True)
    return ids[-1] if ids else None
