"""Other writers while an import is applied: whether they have changed contacts, and whether they wait for it."""

import time

from msgspec import Struct

from coterie.model.organizations import Caller
from coterie.store import events
from coterie.store import import_rows as row_store
from coterie.store.database import Tx

# rows written together, after which the transaction ends if other writers wait
CHUNK = 100
# for FEW_SECONDS after another writer had to wait, so few rows are written together
FEW, FEW_SECONDS = 20, 5.0


class ConflictGuard(Struct):
    """Detects whether anything but this import has changed a contact since the import began.

    event_id: the last event without such a change; 0 before the first check; None after a change.
    """

    event_id: int | None = 0

    def is_unchanged(self, tx: Tx, caller: Caller) -> bool:
        organization_id, import_id = caller.organization_id, caller.import_id or ""
        if self.event_id is None:
            return False
        after, latest, is_changed = events.find_changes_by_others(tx, organization_id, import_id, after=self.event_id)
        if not self.event_id and row_store.has_decided_updates(tx, organization_id, import_id):
            is_changed = True  # such a contact gets handles that other rows may match
        self.event_id = None if after is None or is_changed else latest
        return self.event_id is not None


class Pace:
    """The number of rows to write before the transaction may end. Other writers wait for them: 100 rows take 50 ms.

    Fewer rows at a time need more statements, so the number is reduced only while others write.
    """

    def __init__(self) -> None:
        self._waited_at = -FEW_SECONDS

    def is_hurried(self) -> bool:
        """Whether another writer had to wait a short time ago."""
        return time.monotonic() - self._waited_at < FEW_SECONDS

    def row_count(self) -> int:
        return FEW if self.is_hurried() else CHUNK

    def is_waited_for(self, tx: Tx) -> bool:
        is_waited_for = tx.is_waited_for()
        if is_waited_for:
            self._waited_at = time.monotonic()
        return is_waited_for
