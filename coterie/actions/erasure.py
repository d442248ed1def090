"""Erases contacts and everything that is stored about them, for a user and for the undo of an import."""

from collections.abc import Sequence

from coterie.actions.attachments import delete_files_of
from coterie.identity.keeping import delete_keys
from coterie.model.organizations import Caller
from coterie.store import erasure as store
from coterie.store.database import Tx


def erase_contacts(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> None:
    """Erases contacts, deleted or not; their rows are locked. The caller records their events, which removes them from
    the search index. Tombstones stay, and the rows of imports, which import_retention scrubs."""
    if contact_ids:
        delete_files_of(tx, caller, contact_ids)
        delete_keys(tx, caller.organization_id, contact_ids)
        store.erase_contacts(tx, caller.organization_id, contact_ids)
