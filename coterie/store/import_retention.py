"""Finds and blanks what imports store about erased contacts, and expires old imports."""

from collections.abc import Iterable

from coterie.model.import_reasons import CONTACT_ERASED
from coterie.store.database import Tx

_OF_IMPORT = " WHERE organization_id = :organization_id AND import_id = :import_id"


def list_import_ids(tx: Tx, organization_id: int) -> list[tuple[str, int]]:
    """(id, row count) of each import, oldest first."""
    rows = tx.all(
        "SELECT id, row_count FROM imports WHERE organization_id = :organization_id ORDER BY id",
        {"organization_id": organization_id},
    )
    return [(import_id, row_count) for import_id, row_count in rows]


def any_import(tx: Tx, organization_id: int) -> bool:
    """Whether the organization has an import."""
    bound = {"organization_id": organization_id}
    return tx.one("SELECT 1 FROM imports WHERE organization_id = :organization_id LIMIT 1", bound) is not None


def list_rows_of_erased_contacts(
    tx: Tx, organization_id: int, import_id: str, *, after: int, through: int
) -> list[int]:
    """The numbers of the rows in this range that still store values of an erased contact. Rows that wait to be applied
    are excluded: they show the file unchanged."""
    rows = tx.all(
        "SELECT d.row_number FROM import_drafts d WHERE d.organization_id = :organization_id"
        " AND d.import_id = :import_id AND d.row_number > :after AND d.row_number <= :through"
        " AND d.contact_id IS NOT NULL AND (d.draft IS NOT NULL OR d.source IS NOT NULL)"
        " AND (d.state <> 'staged' OR d.outcome IN ('unchanged', 'reject'))"
        " AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = d.organization_id"
        " AND c.id = d.contact_id) ORDER BY d.row_number",
        {"organization_id": organization_id, "import_id": import_id, "after": after, "through": through},
    )
    return [number for (number,) in rows]


def blank_rows(tx: Tx, organization_id: int, import_id: str, row_numbers: Iterable[int]) -> None:
    """Removes the values of these rows and of the rows that repeat them. The import can still be undone."""
    numbers = set(row_numbers)
    if not numbers:
        return
    bound = {"organization_id": organization_id, "import_id": import_id}
    latest = numbers
    while latest:  # a row may repeat one that repeats a third
        same = tx.all(
            f"SELECT row_number FROM import_drafts{_OF_IMPORT} AND outcome = 'unchanged' AND contact_id IS NULL"
            f" AND same_as_row {tx.in_list('numbers')}",
            {**bound, "numbers": tx.list_param(latest)},
        )
        latest = {number for (number,) in same} - numbers
        numbers |= latest
    bound["numbers"] = tx.list_param(numbers)
    of_rows = f"{_OF_IMPORT} AND row_number {tx.in_list('numbers')}"
    tx.run(
        "UPDATE import_drafts SET draft = NULL, source = NULL, changes = NULL, reason_data = NULL,"
        f" reason_code = '{CONTACT_ERASED}'{of_rows}",
        bound,
    )
    tx.run(f"DELETE FROM import_files{of_rows}", bound)
    tx.run(f"DELETE FROM import_matches{of_rows}", bound)


def list_old_imports(
    tx: Tx, organization_id: int, states: Iterable[str], *, before: str, limit: int
) -> list[tuple[str, int]]:
    """(id, row count) of imports in one of these states that were last changed before a moment and have not
    expired."""
    rows = tx.all(
        "SELECT id, row_count FROM imports WHERE organization_id = :organization_id AND updated_at < :before"
        f" AND state {tx.in_list('states')} AND expired_at IS NULL ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "before": before, "states": tx.list_param(states), "limit": limit},
    )
    return [(import_id, row_count) for import_id, row_count in rows]


def delete_rows(tx: Tx, organization_id: int, import_id: str, *, through: int) -> None:
    """Deletes the rows of an import up to a number."""
    tx.run(
        "DELETE FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND row_number <= :through",
        {"organization_id": organization_id, "import_id": import_id, "through": through},
    )


def expire_rows(tx: Tx, organization_id: int, import_id: str, *, after: int, through: int) -> None:
    """Removes the values of the rows in this range. Their changes stay, so that the import can be undone. Rows that
    wait for a decision are skipped from now on."""
    bound = {"organization_id": organization_id, "import_id": import_id, "after": after, "through": through}
    in_range = f"{_OF_IMPORT} AND row_number > :after AND row_number <= :through"
    tx.run(
        "UPDATE import_drafts SET draft = NULL, source = NULL,"
        " decision = CASE WHEN state = 'staged' AND outcome IN ('create', 'update', 'match') THEN 'skip'"
        f" ELSE decision END, changes = CASE WHEN state <> 'undone' THEN changes END{in_range}",
        bound,
    )
    tx.run(f"DELETE FROM import_files{in_range}", bound)
