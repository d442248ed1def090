"""The facts of contacts for matching, their keys, and how common values are; and how far they are computed.

Guarantees. The keys and counts of a contact are those of its stored facts. keyed_revision is the revision up to which
every contact has facts; a contact above it is found by list_changed. Orphaned keys, of a contact that was erased, are
harmless: they lead to no facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from coterie.store import counters
from coterie.store.counters import Counts
from coterie.store.database import Tx

COUNTS = Counts("match_counts", "value", "BIGINT", "contact_count")
_decode_ids = msgspec.json.Decoder(list[int]).decode
_COLUMNS = "version, contact_count, keyed_revision, scanned_revision"


class Progress(Struct, frozen=True):
    """See the comment of the table. A scan has compared all contacts up to scanned_revision; 0: there was none."""

    version: int = 0
    contact_count: int = 0
    keyed_revision: int = 0
    scanned_revision: int = 0


def find_progress(tx: Tx, organization_id: int) -> Progress:
    """How far the keys of an organization are."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM match_progress WHERE organization_id = :organization_id",
        {"organization_id": organization_id},
    )
    return Progress(*row) if row else Progress()


def lock_progress(tx: Tx, organization_id: int) -> Progress:
    """The same, locked until the commit: only one transaction at a time computes keys."""
    row = tx.one(
        f"INSERT INTO match_progress (organization_id, {_COLUMNS}) VALUES (:organization_id, 0, 0, 0, 0)"
        f" ON CONFLICT (organization_id) DO UPDATE SET version = match_progress.version RETURNING {_COLUMNS}",
        {"organization_id": organization_id},
    )
    assert row is not None
    return Progress(*row)


def is_keyed(tx: Tx, organization_id: int, version: int) -> bool:
    """Whether the keys of all contacts are computed, in this version of the keys."""
    row = tx.one(
        "SELECT 1 FROM match_progress p WHERE p.organization_id = :organization_id AND p.version = :version"
        " AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = :organization_id"
        " AND c.revision > p.keyed_revision)",
        {"organization_id": organization_id, "version": version},
    )
    return row is not None


def save_progress(tx: Tx, organization_id: int, progress: Progress) -> None:
    """Saves how far the keys of an organization are; the row exists."""
    tx.run(
        "UPDATE match_progress SET version = :version, contact_count = :contact_count,"
        " keyed_revision = :keyed_revision, scanned_revision = :scanned_revision"
        " WHERE organization_id = :organization_id",
        {
            "organization_id": organization_id,
            "version": progress.version,
            "contact_count": progress.contact_count,
            "keyed_revision": progress.keyed_revision,
            "scanned_revision": progress.scanned_revision,
        },
    )


def list_changed(tx: Tx, organization_id: int, revision: int, *, limit: int) -> list[tuple[int, int]]:
    """(revision, contact id) of the contacts above a revision, deleted or not, in the order of their changes."""
    return [
        (each, contact_id)
        for each, contact_id in tx.all(
            "SELECT revision, id FROM contacts WHERE organization_id = :organization_id AND revision > :revision"
            " ORDER BY revision LIMIT :limit",
            {"organization_id": organization_id, "revision": revision, "limit": limit},
        )
    ]


def list_unchanged(tx: Tx, organization_id: int, contacts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of (revision, contact id) that have this revision now."""
    rows = tx.all(
        f"SELECT revision, id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param([contact_id for _, contact_id in contacts])},
    )
    present = {(revision, contact_id) for revision, contact_id in rows}
    return [each for each in contacts if each in present]


def list_unscanned(tx: Tx, organization_id: int, *, limit: int) -> list[tuple[int, int]]:
    """The same of the contacts that have changed since the last scan."""
    return list_changed(tx, organization_id, find_progress(tx, organization_id).scanned_revision, limit=limit)


def list_organizations_to_scan(tx: Tx) -> list[int]:
    """The organizations with contacts that have changed since their last scan."""
    rows = tx.all(
        "SELECT o.id FROM organizations o WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = o.id"
        " AND c.revision > coalesce((SELECT p.scanned_revision FROM match_progress p WHERE p.organization_id = o.id),"
        " 0)) ORDER BY o.id"
    )
    return [organization_id for (organization_id,) in rows]


def lock_against_erasure(tx: Tx, organization_id: int, contact_ids: Sequence[int]) -> None:
    """Makes the erasure of contacts wait for the commit; other changes go on."""
    if tx.lock:
        tx.all(
            f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            " ORDER BY id FOR KEY SHARE",
            {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
        )


# Facts ----------------------------------------------------------------------------------------------------------------


def load_facts(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> its facts as JSON, of contacts that have any."""
    ids = list(contact_ids)
    if not ids:
        return {}
    rows = tx.all(
        "SELECT contact_id, facts FROM match_facts WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return dict(rows)


def save_facts(tx: Tx, organization_id: int, facts: Mapping[int, str]) -> None:
    """Stores the facts of contacts; contact id -> JSON."""
    rows = [
        {"organization_id": organization_id, "contact_id": contact_id, "facts": each}
        for contact_id, each in sorted(facts.items())
    ]
    tx.insert_rows("match_facts", rows, replace_on=("organization_id", "contact_id"))


def delete_facts(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Deletes the facts of contacts; their keys and counts are deleted with replace_keys and add_to_counts."""
    tx.run(
        f"DELETE FROM match_facts WHERE organization_id = :organization_id AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )


def delete_all(tx: Tx, organization_id: int) -> None:
    """Deletes the facts, keys and counts of an organization."""
    for table in ("match_keys", "match_counts", "match_facts"):
        tx.run(f"DELETE FROM {table} WHERE organization_id = :organization_id", {"organization_id": organization_id})


# Keys and counts ------------------------------------------------------------------------------------------------------


def replace_keys(
    tx: Tx, organization_id: int, removed: Iterable[tuple[int, int]], added: Iterable[tuple[int, int]]
) -> None:
    """Deletes and inserts rows (key, contact id)."""
    tx.execute_many(
        "DELETE FROM match_keys WHERE organization_id = :organization_id AND key = :key AND contact_id = :contact_id",
        [{"organization_id": organization_id, "key": key, "contact_id": each} for key, each in sorted(removed)],
    )
    rows = [{"organization_id": organization_id, "key": key, "contact_id": each} for key, each in sorted(added)]
    tx.insert_rows("match_keys", rows, skip_existing=True)


def add_to_counts(tx: Tx, organization_id: int, changes: Mapping[int, int]) -> None:
    """Adds to how many contacts have a value: the number of the value -> by how much. The progress is locked."""
    changed = {value: by for value, by in sorted(changes.items()) if by}
    if not changed:
        return
    counts = counters.add_to_counts(tx, organization_id, COUNTS, changed)
    if gone := [value for value, count in counts.items() if count <= 0]:
        tx.run(
            f"DELETE FROM match_counts WHERE organization_id = :organization_id AND value {tx.in_list('values')}",
            {"organization_id": organization_id, "values": tx.list_param(gone)},
        )


def load_counts(tx: Tx, organization_id: int, values: Iterable[int]) -> tuple[int, dict[int, int]]:
    """How many contacts have facts, and how many have each value; values that none has are missing."""
    rows = tx.all(
        "SELECT value, contact_count FROM match_counts WHERE organization_id = :organization_id"
        f" AND value {tx.in_list('values')}"
        " UNION ALL SELECT NULL, contact_count FROM match_progress WHERE organization_id = :organization_id",
        {"organization_id": organization_id, "values": tx.list_param(values)},
    )
    contact_count = next((count for value, count in rows if value is None), 0)
    return contact_count, {value: count for value, count in rows if value is not None}


def load_common_counts(tx: Tx, organization_id: int) -> dict[int, int]:
    """How many contacts have each value that at least two have."""
    rows = tx.all(
        "SELECT value, contact_count FROM match_counts WHERE organization_id = :organization_id AND contact_count > 1",
        {"organization_id": organization_id},
    )
    return dict(rows)


# one row per key: reading the rows of a common key one by one would take most of the time
_SHARING = {
    "sqlite": (
        "SELECT v.value, (SELECT CASE WHEN count(*) BETWEEN 1 AND :most THEN json_group_array(o.contact_id) END FROM"
        " (SELECT k.contact_id FROM match_keys k WHERE k.organization_id = :organization_id AND k.key = v.value"
        " LIMIT :most + 1) o) FROM json_each(:keys) v"
    ),
    "postgresql": (
        "SELECT v.value, (SELECT CASE WHEN count(*) BETWEEN 1 AND :most THEN CAST(json_agg(o.contact_id) AS TEXT) END"
        " FROM (SELECT k.contact_id FROM match_keys k WHERE k.organization_id = :organization_id AND k.key = v.value"
        " LIMIT :most + 1) o) FROM unnest(CAST(:keys AS BIGINT[])) AS v (value)"
    ),
}


def list_sharing(tx: Tx, organization_id: int, keys: Iterable[int], *, most: int) -> dict[int, list[int]]:
    """key -> the contacts that have it; a key that none, or more than `most`, have is missing."""
    rows = tx.all(_SHARING[tx.engine], {"organization_id": organization_id, "keys": tx.list_param(keys), "most": most})
    return {key: _decode_ids(ids) for key, ids in rows if ids is not None}


def iter_keys(tx: Tx, organization_id: int, *, limit: int) -> Iterator[tuple[int, int]]:
    """All rows (key, contact id) in the order of the keys, `limit` at a time."""
    rows = tx.all(
        "SELECT key, contact_id FROM match_keys WHERE organization_id = :organization_id"
        " ORDER BY key, contact_id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    while rows:
        yield from rows
        key, contact_id = rows[-1]
        rows = tx.all(
            "SELECT key, contact_id FROM match_keys WHERE organization_id = :organization_id"
            " AND (key, contact_id) > (:key, :contact_id) ORDER BY key, contact_id LIMIT :limit",
            {"organization_id": organization_id, "limit": limit, "key": key, "contact_id": contact_id},
        )
