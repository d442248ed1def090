"""Making the index of search again from the contacts themselves."""

from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store.contacts import list_contacts_after
from coterie.store.database import Tx
from coterie.store.handles import list_handles_of

CONTACTS_AT_ONCE = 500


def index_all_contacts(tx: Tx, organization_id: int) -> int:
    """Index every contact of an organization that is not deleted, a few at a time; how many there are."""
    count, last = 0, 0
    while page := list_contacts_after(tx, organization_id, last, limit=CONTACTS_AT_ONCE):
        last = page[-1].id
        handles = list_handles_of(tx, organization_id, [contact.id for contact in page])
        alive = [contact for contact in page if contact.deleted_at is None]
        words = {contact.id: words_of(contact, handles.get(contact.id, [])) for contact in alive}
        index_contacts(tx, organization_id, words)
        count += len(alive)
    return count
