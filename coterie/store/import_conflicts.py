"""What others changed since an import began: its rows may be decided otherwise then."""

from coterie.store.database import Tx
from coterie.store.events import DIRECT

# few events follow the last one looked at, and SQLite joins them in the order written
_BY_OTHERS = (
    " FROM event_contacts ec CROSS JOIN events e WHERE ec.organization_id = :organization_id AND ec.event_id > {}"
    " AND e.organization_id = ec.organization_id AND e.id = ec.event_id"
    f" AND (e.import_id IS NULL OR e.import_id <> :import_id){DIRECT}"
)


def list_changes_by_others(
    tx: Tx, organization_id: int, import_id: str, *, after: int, limit: int
) -> tuple[int | None, int, list[tuple[str, str | None]]]:
    """(the event looked after, the last event of all, kind and changes as JSON of the events in between by which
    anything but this import changed a contact).

    after: an event; 0 stands for the first of the import. Returns None for it if a user decided which contact a row
    updates: such a contact gets handles that other rows may match.
    """
    bound = {"organization_id": organization_id, "import_id": import_id}
    row = tx.one(
        "WITH start AS (SELECT CASE WHEN :after > 0 THEN CAST(:after AS BIGINT)"
        " WHEN NOT EXISTS (SELECT 1 FROM import_drafts WHERE organization_id = :organization_id"
        " AND import_id = :import_id AND decision = 'update')"
        " THEN (SELECT min(id) FROM events WHERE organization_id = :organization_id AND import_id = :import_id)"
        " END AS after)"
        " SELECT s.after, (SELECT max(id) FROM events WHERE organization_id = :organization_id),"
        f" EXISTS (SELECT 1{_BY_OTHERS.format('s.after')}) FROM start s",
        {**bound, "after": after},
    )
    if row is None or row[0] is None:
        return None, 0, []
    rows = (
        tx.all(
            f"SELECT e.kind, e.changes{_BY_OTHERS.format(':after')} LIMIT :limit",
            {**bound, "after": row[0], "limit": limit},
        )
        if row[2]
        else []
    )
    return row[0], int(row[1] or 0), [(kind, changes) for kind, changes in rows]
