"""Many contacts at once, for tests of long lists: each statement is for all of them, as in an import."""

from collections.abc import Iterable

from coterie.actions.new_contacts import create_contacts
from coterie.model.imports import ContactDraft
from coterie.model.names import columns_of_name
from coterie.model.organizations import Caller
from coterie.store.database import Tx


def add_people(tx: Tx, caller: Caller, names: Iterable[str]) -> list[int]:
    """Contacts with these real names. Returns their ids."""
    return create_contacts(tx, caller, [ContactDraft(**columns_of_name(name)) for name in names])
