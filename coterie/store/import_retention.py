"""What imports remember of people: found and blanked, so that who was erased is erased."""

from collections.abc import Iterable

from coterie.store.database import Tx

# What takes back a row that created its contact needs no more than this
_IS_NEW = '{"is_new":true}'
_BLANK = (
    "UPDATE import_drafts SET draft = NULL, source = NULL, reason = :reason,"
    " changes = CASE WHEN changes LIKE :new_and_more THEN :is_new END"
    " WHERE organization_id = :organization_id AND import_id = :import_id"
)


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


def blank_rows(tx: Tx, organization_id: int, import_id: str, row_numbers: Iterable[int], reason: str) -> None:
    """Forget what these rows said, and those that said the same over again."""
    numbers = list(row_numbers)
    if not numbers:
        return
    bound = {"organization_id": organization_id, "import_id": import_id, "reason": reason}
    bound |= {"is_new": _IS_NEW, "new_and_more": f"{_IS_NEW[:-1]}%"}
    tx.run(f"{_BLANK} AND row_number {tx.in_list('numbers')}", {**bound, "numbers": tx.list_param(numbers)})
    same = [f"the same as row {number}" for number in numbers]
    tx.run(
        f"{_BLANK} AND outcome = 'unchanged' AND contact_id IS NULL AND reason {tx.in_list('same')}",
        {**bound, "same": tx.list_param(same)},
    )


def list_old_imports(
    tx: Tx, organization_id: int, states: Iterable[str], *, before: str, limit: int
) -> list[tuple[str, int]]:
    """(id, how many rows) of imports in one of these states to which nothing happened since a moment and that still
    hold what they were made of."""
    rows = tx.all(
        "SELECT id, row_count FROM imports WHERE organization_id = :organization_id AND updated_at < :before"
        f" AND state {tx.in_list('states')} AND (file_digest IS NOT NULL OR options <> '{{}}')"
        " ORDER BY id LIMIT :limit",
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
    """Forget what the rows in this range said; what they changed stays, so that they can be taken back. Those nobody
    decided on are skipped from now on."""
    tx.run(
        "UPDATE import_drafts SET draft = NULL, source = NULL,"
        " decision = CASE WHEN state = 'staged' AND outcome IN ('create', 'update', 'match') THEN 'skip'"
        " ELSE decision END, changes = CASE WHEN state <> 'undone' THEN changes END"
        " WHERE organization_id = :organization_id AND import_id = :import_id"
        " AND row_number > :after AND row_number <= :through",
        {"organization_id": organization_id, "import_id": import_id, "after": after, "through": through},
    )
