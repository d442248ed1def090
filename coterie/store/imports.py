"""Imports, the rows they staged, and whom each row seems to be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from coterie.model.imports import COUNT_OF, Import, Match, StagedRow
from coterie.store.counters import next_number
from coterie.store.database import Tx

_IMPORT = ", ".join(field.name for field in msgspec.structs.fields(Import))
_ROW_NAMES = tuple(field.name for field in msgspec.structs.fields(StagedRow))
_ROW = ", ".join(_ROW_NAMES)
_SETTABLE = frozenset(_IMPORT.split(", ")) - {"id", "created_at"}


# Imports --------------------------------------------------------------------------------------------------------------


def insert_import(tx: Tx, organization_id: int, record: Import) -> None:
    """A new import."""
    names = _IMPORT.split(", ")
    tx.run(
        f"INSERT INTO imports (organization_id, {_IMPORT})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in names)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(record)},
    )


def find_import(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    """One import."""
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def find_import_to_change(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    """One import, kept from other writers until the commit."""
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id{tx.lock}",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def find_organization_of_import(tx: Tx, import_id: str) -> int | None:
    """Whose import this is."""
    row = tx.one("SELECT organization_id FROM imports WHERE id = :id", {"id": import_id})
    return row[0] if row else None


def find_group(tx: Tx, group_id: str) -> list[tuple[int, str]]:
    """(organization, import) of each file that came in with one command, the last first."""
    rows = tx.all(
        "SELECT organization_id, id FROM imports WHERE group_id = :group_id ORDER BY id DESC", {"group_id": group_id}
    )
    return [(organization_id, import_id) for organization_id, import_id in rows]


def list_imports(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[Import]:
    """A page of an organization's imports, newest first."""
    rows = tx.all(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id"
        " ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [Import(*row) for row in rows]


def count_imports(tx: Tx, organization_id: int) -> int:
    """How many imports there were."""
    row = tx.one(
        "SELECT count(*) FROM imports WHERE organization_id = :organization_id", {"organization_id": organization_id}
    )
    return int(row[0]) if row else 0


def update_import(tx: Tx, organization_id: int, import_id: str, columns: Mapping[str, Any]) -> None:
    """Set these columns of an import (names are checked: they become part of the statement)."""
    assert columns.keys() <= _SETTABLE, columns.keys() - _SETTABLE
    tx.run(
        f"UPDATE imports SET {', '.join(f'{name} = :{name}' for name in columns)}"
        " WHERE organization_id = :organization_id AND id = :import_id",
        {**columns, "organization_id": organization_id, "import_id": import_id},
    )


def count_outcomes(
    tx: Tx, organization_id: int, import_id: str, outcomes: Mapping[str, int], *, now: str, kept: int = 0
) -> None:
    """The counts of an import go up or down: outcome -> by how much."""
    changes = {COUNT_OF[outcome]: by for outcome, by in outcomes.items() if by} | ({"kept_count": kept} if kept else {})
    assignments = "".join(f", {name} = {name} + :{name}" for name in changes)
    tx.run(
        f"UPDATE imports SET updated_at = :now{assignments} WHERE organization_id = :organization_id AND id = :id",
        {**changes, "now": now, "organization_id": organization_id, "id": import_id},
    )


def serialize_batches(tx: Tx, organization_id: int) -> None:
    """Two imports of an organization write one after the other until the commit, so that neither misses whom the
    other creates."""
    next_number(tx, organization_id, "import_batch")


def gather_statistics(tx: Tx) -> None:
    """Let PostgreSQL look at the tables an import fills. It would by itself, but a minute late, and until then it
    checks each foreign key by reading a whole table. SQLite's statements name their indexes where it matters."""
    if tx.engine == "postgresql":
        tx.run(
            "ANALYZE contacts, handles, external_ids, contact_words, postal_addresses, important_dates, tags,"
            " contact_tags, folders, contact_folders, notes, note_contacts, events, imports, import_drafts"
        )


def delete_import(tx: Tx, organization_id: int, import_id: str) -> None:
    """Forget an import with its rows."""
    tx.run(
        "DELETE FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )


# Rows -----------------------------------------------------------------------------------------------------------------


def insert_rows(tx: Tx, organization_id: int, import_id: str, rows: Iterable[StagedRow]) -> None:
    """Staged rows, with their numbers."""
    tx.insert_rows(
        "import_drafts",
        [{"organization_id": organization_id, "import_id": import_id, **msgspec.structs.asdict(row)} for row in rows],
    )


def save_rows(tx: Tx, organization_id: int, import_id: str, rows: Iterable[StagedRow]) -> None:
    """What became of rows: outcome, reason, contact, decision, state, changes. The draft stays."""
    tx.execute_many(
        "UPDATE import_drafts SET outcome = :outcome, reason = :reason, contact_id = :contact_id,"
        " decision = :decision, state = :state, changes = :changes"
        " WHERE organization_id = :organization_id AND import_id = :import_id AND row_number = :row_number",
        [
            {
                "organization_id": organization_id,
                "import_id": import_id,
                "row_number": row.row_number,
                "outcome": row.outcome,
                "reason": row.reason,
                "contact_id": row.contact_id,
                "decision": row.decision,
                "state": row.state,
                "changes": row.changes,
            }
            for row in rows
        ],
    )


def mark_created(
    tx: Tx, organization_id: int, import_id: str, contacts: Iterable[tuple[int, int]], changes: str
) -> None:
    """These rows, (row number, contact id), have created their contacts."""
    tx.execute_many(
        "UPDATE import_drafts SET contact_id = :contact_id, state = 'applied', changes = :changes"
        " WHERE organization_id = :organization_id AND import_id = :import_id AND row_number = :row_number",
        [
            {
                "organization_id": organization_id,
                "import_id": import_id,
                "row_number": row_number,
                "contact_id": contact_id,
                "changes": changes,
            }
            for row_number, contact_id in contacts
        ],
    )


def count_sure_to_create(tx: Tx, organization_id: int, import_id: str, *, after: int) -> int:
    """How many rows behind a number create a contact whatever becomes of the others: none where a person decided
    that a row is somebody, for then that contact gets what later rows may be known by."""
    row = tx.one(
        "SELECT count(*), count(decision) FROM import_drafts"
        " WHERE organization_id = :organization_id AND import_id = :import_id AND row_number > :after"
        " AND state = 'staged' AND (outcome = 'create' AND decision IS NULL OR decision = 'update')",
        {"organization_id": organization_id, "import_id": import_id, "after": after},
    )
    return int(row[0]) if row and not row[1] else 0


def find_row(tx: Tx, organization_id: int, import_id: str, row_number: int) -> StagedRow | None:
    """One row of an import."""
    row = tx.one(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id"
        f" AND import_id = :import_id AND row_number = :row_number{tx.lock}",
        {"organization_id": organization_id, "import_id": import_id, "row_number": row_number},
    )
    return StagedRow(*row) if row else None


def list_rows(
    tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None, after: int = 0, limit: int
) -> list[StagedRow]:
    """The next rows behind a number, in order; of one outcome or of every."""
    rows = tx.all(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        f" AND row_number > :after{' AND outcome = :outcome' if outcome else ''} ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "after": after,
            "limit": limit,
            **({"outcome": outcome} if outcome else {}),
        },
    )
    return [StagedRow(*row) for row in rows]


def list_rows_by_number(
    tx: Tx, organization_id: int, import_id: str, row_numbers: Iterable[int]
) -> dict[int, StagedRow]:
    """The rows with these numbers."""
    rows = tx.all(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        f" AND row_number {tx.in_list('numbers')}",
        {"organization_id": organization_id, "import_id": import_id, "numbers": tx.list_param(row_numbers)},
    )
    return {row[0]: StagedRow(*row) for row in rows}


def list_rows_to_apply(
    tx: Tx, organization_id: int, import_id: str, *, after: int, through: int, limit: int
) -> list[StagedRow]:
    """The next rows behind a number, up to another, that are not applied and can be: to create, to update, or decided
    by a person."""
    rows = tx.all(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND row_number > :after AND row_number <= :through AND state = 'staged'"
        " AND (outcome IN ('create', 'update') OR (outcome = 'match' AND decision IS NOT NULL))"
        " ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "after": after,
            "through": through,
            "limit": limit,
        },
    )
    return [StagedRow(*row) for row in rows]


def list_rows_to_undo(tx: Tx, organization_id: int, import_id: str, *, before: int, limit: int) -> list[StagedRow]:
    """The rows before a number that are applied, the last one first."""
    rows = tx.all(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND state = 'applied' AND row_number < :before ORDER BY row_number DESC LIMIT :limit",
        {"organization_id": organization_id, "import_id": import_id, "before": before, "limit": limit},
    )
    return [StagedRow(*row) for row in rows]


def list_rows_in_state(
    tx: Tx, organization_id: int, import_id: str, state: str, *, after: int = 0, limit: int
) -> list[StagedRow]:
    """The next rows behind a number that are in a state."""
    rows = tx.all(
        f"SELECT {_ROW} FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND row_number > :after AND state = :state ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "state": state,
            "after": after,
            "limit": limit,
        },
    )
    return [StagedRow(*row) for row in rows]


# Matches --------------------------------------------------------------------------------------------------------------


def insert_matches(tx: Tx, organization_id: int, import_id: str, matches: Iterable[Match]) -> None:
    """Whom rows seem to be; one that is known already stays."""
    rows = [
        {"organization_id": organization_id, "import_id": import_id, **msgspec.structs.asdict(match)}
        for match in matches
    ]
    tx.insert_rows("import_matches", rows, skip_existing=True)


def list_matches(tx: Tx, organization_id: int, import_id: str, row_numbers: Sequence[int]) -> dict[int, list[Match]]:
    """row number -> whom it seems to be, the likeliest first."""
    rows = tx.all(
        "SELECT row_number, contact_id, score, reason FROM import_matches WHERE organization_id = :organization_id"
        f" AND import_id = :import_id AND row_number {tx.in_list('numbers')}"
        " ORDER BY row_number, score DESC, contact_id",
        {"organization_id": organization_id, "import_id": import_id, "numbers": tx.list_param(row_numbers)},
    )
    found: dict[int, list[Match]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Match(*row))
    return found


# Looking for whom a draft is ------------------------------------------------------------------------------------------

# A value more people share than this (a switchboard, info@) says nothing about who somebody is.
OWNERS_MAX = 20


def find_owners_of_external_ids(
    tx: Tx, organization_id: int, source: str, external_ids: Iterable[str]
) -> dict[str, int]:
    """external id -> the contact that is not deleted and known by it."""
    rows = tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = :source AND external_id {tx.in_list('values')}",
        {"organization_id": organization_id, "source": source, "values": tx.list_param(external_ids)},
    )
    if not rows:
        return {}
    # asked apart: in one statement either engine, without statistics, may begin with every contact
    alive = tx.all(
        f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
        " AND deleted_at IS NULL",
        {"organization_id": organization_id, "ids": tx.list_param({row[1] for row in rows})},
    )
    ids = {row[0] for row in alive}
    return {external_id: contact_id for external_id, contact_id in rows if contact_id in ids}


# The first 21 of each value, on each engine in the words that keep it to the index: without statistics SQLite takes
# an organization for a handful of rows, and PostgreSQL has none yet for a book that is being filled.
_FIRST_OWNERS = {
    "sqlite": (
        "SELECT v.value, h.contact_id FROM json_each(:values) v CROSS JOIN handles h INDEXED BY handles_by_value"
        " WHERE h.organization_id = :organization_id AND h.channel = :channel AND h.normalized = v.value"
        " AND h.contact_id IN (SELECT o.contact_id FROM handles o INDEXED BY handles_by_value"
        " WHERE o.organization_id = :organization_id AND o.channel = :channel AND o.normalized = v.value"
        " ORDER BY o.contact_id LIMIT :most) AND h.deleted_at IS NULL"
    ),
    "postgresql": (
        "SELECT v.value, h.contact_id FROM unnest(CAST(:values AS text[])) AS v (value) CROSS JOIN LATERAL"
        " (SELECT o.contact_id, o.deleted_at FROM handles o WHERE o.organization_id = :organization_id"
        " AND o.channel = :channel AND o.normalized = v.value ORDER BY o.contact_id LIMIT :most) h"
        " WHERE h.deleted_at IS NULL"
    ),
}
_FIRST_NAMESAKES = {
    "sqlite": (
        "SELECT v.value, c.id FROM json_each(:values) v CROSS JOIN contacts c INDEXED BY contacts_by_real_name"
        " WHERE c.organization_id = :organization_id AND c.real_name_key = v.value AND c.deleted_at IS NULL"
        " AND c.id IN (SELECT o.id FROM contacts o INDEXED BY contacts_by_real_name"
        " WHERE o.organization_id = :organization_id AND o.real_name_key = v.value AND o.deleted_at IS NULL"
        " ORDER BY o.id LIMIT :most)"
    ),
    "postgresql": (
        "SELECT v.value, c.id FROM unnest(CAST(:values AS text[])) AS v (value) CROSS JOIN LATERAL"
        " (SELECT o.id FROM contacts o WHERE o.organization_id = :organization_id AND o.real_name_key = v.value"
        " AND o.deleted_at IS NULL ORDER BY o.id LIMIT :most) c"
    ),
}


def find_owners_of_handles(tx: Tx, organization_id: int, channel: str, values: Iterable[str]) -> dict[str, list[int]]:
    """normalized value -> contacts that have it, deleted ones too; at most 21 of each, so that more can be told."""
    bound = {
        "organization_id": organization_id,
        "channel": channel,
        "values": tx.list_param(values),
        "most": OWNERS_MAX + 1,
    }
    return _gathered(tx.all(_FIRST_OWNERS[tx.engine], bound))


def find_namesakes(tx: Tx, organization_id: int, keys: Iterable[str]) -> dict[str, list[int]]:
    """real_name_key -> contacts (none deleted) of that name; at most 21 of each."""
    bound = {"organization_id": organization_id, "values": tx.list_param(keys), "most": OWNERS_MAX + 1}
    return _gathered(tx.all(_FIRST_NAMESAKES[tx.engine], bound))


def _gathered(rows: list[tuple[Any, ...]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for value, contact_id in rows:
        owners = found.setdefault(value, [])
        if contact_id not in owners:
            owners.append(contact_id)
    return found
