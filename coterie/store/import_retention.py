"""What imports remember of people: found and blanked, so that who was erased is erased."""

from collections.abc import Iterable

from coterie.model.import_reasons import CONTACT_ERASED
from coterie.store.database import Tx

_OF_IMPORT = " WHERE organization_id = :organization_id AND import_id = :import_id"


def list_import_ids(tx: Tx, organization_id: int) -> list[tuple[str, int]]:
    """(id, how many rows) of each import, oldest first."""
    rows = tx.all(
        "SELECT id, row_count FROM imports WHERE organization_id = :organization_id ORDER BY id",
        {"organization_id": organization_id},
    )
    return [(import_id, row_count) for import_id, row_count in rows]


def any_import(tx: Tx, organization_id: int) -> bool:
    """Whether there is one."""
    bound = {"organization_id": organization_id}
    return tx.one("SELECT 1 FROM imports WHERE organization_id = :organization_id LIMIT 1", bound) is not None


def list_rows_of_erased_contacts(
    tx: Tx, organization_id: int, import_id: str, *, after: int, through: int
) -> list[int]:
    """The numbers of the rows in this range that still say something of a contact that is erased. Not those that wait
    to be applied: they are a file as it came."""
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
    """Removes what these rows say, and the rows of the same file that say nothing else. Undo can still be run."""
    numbers = set(row_numbers)
    if not numbers:
        return
    bound = {"organization_id": organization_id, "import_id": import_id}
    latest = numbers
    while latest:  # a row may say the same as one that says the same as a third
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
    """(id, how many rows) of imports in one of these states that were last changed before a moment and have not
    expired."""
    rows = tx.all(
        "SELECT id, row_count FROM imports WHERE organization_id = :organization_id AND updated_at < :before"
        f" AND state {tx.in_list('states')} AND expired_at IS NULL ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "before": before, "states": tx.list_param(states), "limit": limit},
    )
    return [(import_id, row_count) for import_id, row_count in rows]


def delete_rows(tx: Tx, organization_id: int, import_id: str, *, through: int) -> None:
    """Remove the rows of an import up to a number."""
    tx.run(
        "DELETE FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND row_number <= :through",
        {"organization_id": organization_id, "import_id": import_id, "through": through},
    )


def expire_rows(tx: Tx, organization_id: int, import_id: str, *, after: int, through: int) -> None:
    """Removes what the rows in this range say. What they changed stays, so that undo can be run. Those that wait for
    a decision are skipped from now on."""
    bound = {"organization_id": organization_id, "import_id": import_id, "after": after, "through": through}
    in_range = f"{_OF_IMPORT} AND row_number > :after AND row_number <= :through"
    tx.run(
        "UPDATE import_drafts SET draft = NULL, source = NULL,"
        " decision = CASE WHEN state = 'staged' AND outcome IN ('create', 'update', 'match') THEN 'skip'"
        f" ELSE decision END, changes = CASE WHEN state <> 'undone' THEN changes END{in_range}",
        bound,
    )
    tx.run(f"DELETE FROM import_files{in_range}", bound)
