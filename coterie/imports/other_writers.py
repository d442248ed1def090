"""Other writers while an import is applied: whether they have changed contacts, and whether they wait for it."""

import time

import msgspec
from msgspec import Struct

from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.import_conflicts import list_changes_by_others

# rows written together, after which the transaction ends if other writers wait
CHUNK = 100
# for FEW_SECONDS after another writer had to wait, so few rows are written together
FEW, FEW_SECONDS = 20, 5.0
# events that are looked at for one transaction; more count as a change
EVENTS_MAX = 10_000
# the fields of a contact by which no row of a file is matched
UNCOMPARED = frozenset(("bio", "department", "how_you_met", "job_title", "language", "relationship_grade"))
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _may_change_matches(kind: str, changes: str | None) -> bool:
    """Whether rows may match other contacts after an event. changes: as JSON."""
    return kind != "contact.updated" or not changes or not UNCOMPARED.issuperset(_decode(changes))


class ConflictGuard(Struct):
    """Detects whether anything but this import has changed, since the import began, what rows are matched by.

    event_id: the last event without such a change; 0 before the first check; None after a change.
    """

    event_id: int | None = 0

    @property
    def is_changed(self) -> bool:
        """Whether such a change was found."""
        return self.event_id is None

    def is_unchanged(self, tx: Tx, caller: Caller) -> bool:
        organization_id, import_id = caller.organization_id, caller.import_id or ""
        if self.event_id is None:
            return False
        after, latest, changes = list_changes_by_others(
            tx, organization_id, import_id, after=self.event_id, limit=EVENTS_MAX
        )
        is_changed = len(changes) == EVENTS_MAX or any(_may_change_matches(*each) for each in changes)
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
