"""Rebuilds the search index from the contacts."""

from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store.contacts import list_contacts_after
from coterie.store.database import Tx
from coterie.store.handles import list_handles_of

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
    page = list_contacts_after(tx, organization_id, after, limit=CONTACTS_AT_ONCE)
    if not page:
        return None
    handles = list_handles_of(tx, organization_id, [contact.id for contact in page])
    alive = [contact for contact in page if contact.deleted_at is None]
    words = {contact.id: words_of(contact, handles.get(contact.id, [])) for contact in alive}
    index_contacts(tx, organization_id, words)
    return page[-1].id
