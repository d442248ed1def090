"""Tags and folders of several contacts at once."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from coterie.actions.events import record_events
from coterie.actions.folders import change_folders
from coterie.actions.terms import change_tags
from coterie.model.organizations import Caller
from coterie.model.terms import Term
from coterie.store.database import Tx
from coterie.store.folders import list_folders_of


class Labels(Struct, frozen=True):
    """Tags to add (their names) and to remove, and folders (their ids) to put contacts into and to take them out of."""

    add_tags: Sequence[str] = ()
    remove_tags: Sequence[Term] = ()
    add_folders: Sequence[int] = ()
    remove_folders: Sequence[int] = ()


def change_labels(tx: Tx, caller: Caller, contact_ids: Sequence[int], labels: Labels) -> Counter[str]:
    """Adds and removes tags and folders; returns the number of changes by the kind of their event.

    The caller has locked the tags and the contacts. Raises Invalid as change_tags and set_folders do.
    """
    present = list_folders_of(tx, caller.organization_id, contact_ids)
    rows = []
    for contact_id in contact_ids:
        rows += change_tags(tx, caller, contact_id, labels.add_tags, labels.remove_tags)
        before = {folder_id for folder_id, _, _ in present.get(contact_id, [])}
        after = (before | set(labels.add_folders)) - set(labels.remove_folders)
        if after != before:
            rows += change_folders(tx, caller, contact_id, after)
    record_events(tx, caller, rows)
    return Counter(str(row["kind"]) for row in rows)
