"""Cached counts and sequences compared with the rows they count, for `coterie check`."""

from coterie.store.contacts import COUNT as CONTACTS
from coterie.store.counters import count
from coterie.store.database import Tx
from coterie.store.folders import COUNT as FOLDERS
from coterie.store.notes import COUNT as NOTES
from coterie.store.properties import COUNT as PROPERTIES

# counter -> the rows it counts
_COUNTED = {
    CONTACTS: "contacts WHERE organization_id = :organization_id AND deleted_at IS NULL",
    FOLDERS: "folders WHERE organization_id = :organization_id",
    NOTES: "notes WHERE organization_id = :organization_id AND deleted_at IS NULL AND NOT is_personal",
    PROPERTIES: "property_definitions WHERE organization_id = :organization_id",
}
# sequence -> the columns it numbers
_NUMBERED = {
    "contact_id": (("contacts", "id"),),
    "folder_id": (("folders", "id"),),
    "event_id": (("events", "id"), ("contacts", "revision"), ("contact_tombstones", "revision")),
}
# table with a contact_count -> (its link table, the column there)
LINKS = {
    "folders": ("contact_folders", "folder_id"),
    "tags": ("contact_tags", "tag_id"),
    "expertises": ("contact_expertises", "expertise_id"),
}


def list_wrong_counters(tx: Tx, organization_id: int) -> list[tuple[str, int, int]]:
    """(name, stored value, correct value) of each cached count that is wrong."""
    numbers = [(name, count(tx, organization_id, name), _number(tx, organization_id, name)) for name in _COUNTED]
    return [each for each in numbers if each[1] != each[2]]


def _number(tx: Tx, organization_id: int, name: str) -> int:
    row = tx.one(f"SELECT count(*) FROM {_COUNTED[name]}", {"organization_id": organization_id})
    return int(row[0]) if row else 0


def list_low_sequences(tx: Tx, organization_id: int) -> list[tuple[str, int, int]]:
    """(name, last number given, highest number used) of each sequence that is behind its rows."""
    numbers = [(name, count(tx, organization_id, name), _highest(tx, organization_id, name)) for name in _NUMBERED]
    return [each for each in numbers if each[1] < each[2]]


def _highest(tx: Tx, organization_id: int, name: str) -> int:
    bound = {"organization_id": organization_id}
    rows = [
        tx.one(f"SELECT max({column}) FROM {table} WHERE organization_id = :organization_id", bound)
        for table, column in _NUMBERED[name]
    ]
    return max(int(row[0] or 0) if row else 0 for row in rows)


def correct_counter(tx: Tx, organization_id: int, name: str) -> None:
    """Sets a cached count to the number of its rows, or a sequence to its highest number; locks it first."""
    bound = {"organization_id": organization_id, "name": name}
    tx.run(
        "INSERT INTO counters (organization_id, name, value) VALUES (:organization_id, :name, 0)"
        " ON CONFLICT DO NOTHING",
        bound,
    )
    # a writer that has changed the count is waited for: the statements after this one see its rows
    tx.one(f"SELECT 1 FROM counters WHERE organization_id = :organization_id AND name = :name{tx.lock}", bound)
    value = _number(tx, organization_id, name) if name in _COUNTED else _highest(tx, organization_id, name)
    tx.run(
        "UPDATE counters SET value = :value WHERE organization_id = :organization_id AND name = :name",
        {**bound, "value": value},
    )


def list_wrong_contact_counts(tx: Tx, organization_id: int, table: str, *, limit: int) -> list[tuple[str, int, int]]:
    """(id, stored count, correct count) of the rows of a table in LINKS whose contact_count is wrong."""
    link, column = LINKS[table]
    rows = tx.all(
        f"SELECT t.id, t.contact_count, coalesce(n.number, 0) FROM {table} t LEFT JOIN"
        f" (SELECT l.{column} AS id, count(*) AS number FROM {link} l JOIN contacts c"
        " ON c.organization_id = l.organization_id AND c.id = l.contact_id AND c.deleted_at IS NULL"
        f" WHERE l.organization_id = :organization_id GROUP BY l.{column}) n ON n.id = t.id"
        " WHERE t.organization_id = :organization_id AND t.contact_count <> coalesce(n.number, 0)"
        " ORDER BY t.id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


def correct_contact_count(tx: Tx, organization_id: int, table: str, row_id: str | int) -> None:
    """Sets the contact_count of a row of a table in LINKS to the number of its contacts; locks it first."""
    link, column = LINKS[table]
    bound = {"organization_id": organization_id, "id": row_id}
    tx.one(f"SELECT 1 FROM {table} WHERE organization_id = :organization_id AND id = :id{tx.lock}", bound)
    tx.run(
        f"UPDATE {table} SET contact_count = (SELECT count(*) FROM {link} l JOIN contacts c"
        " ON c.organization_id = l.organization_id AND c.id = l.contact_id AND c.deleted_at IS NULL"
        f" WHERE l.organization_id = :organization_id AND l.{column} = :id)"
        " WHERE organization_id = :organization_id AND id = :id",
        bound,
    )
