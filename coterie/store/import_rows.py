"""Pages of the rows of an import, as a person looks through them."""

import msgspec

from coterie.model.imports import StagedRow
from coterie.store.database import Tx

_ROW = ", ".join(field.name for field in msgspec.structs.fields(StagedRow))
_WHERE = " FROM import_drafts WHERE organization_id = :organization_id AND import_id = :import_id"


def list_page_of_rows(
    tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None, limit: int, offset: int = 0
) -> list[StagedRow]:
    """A page of rows by their numbers, of one outcome or of every."""
    bound = {"organization_id": organization_id, "import_id": import_id, "limit": limit, "offset": offset}
    only = ""
    if outcome is not None:
        only, bound["outcome"] = " AND outcome = :outcome", outcome
    rows = tx.all(f"SELECT {_ROW}{_WHERE}{only} ORDER BY row_number LIMIT :limit OFFSET :offset", bound)
    return [StagedRow(*row) for row in rows]


def count_rows(tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None) -> int:
    """How many list_page_of_rows has on all pages."""
    bound = {"organization_id": organization_id, "import_id": import_id}
    only = ""
    if outcome is not None:
        only, bound["outcome"] = " AND outcome = :outcome", outcome
    row = tx.one(f"SELECT count(*){_WHERE}{only}", bound)
    return int(row[0]) if row else 0


# how applying says of our own export that something of it could not come in
_LEFT_OUT, _DELETED = "; left out: ", "The contact is deleted here"
LEFT_OUT_ROWS_MAX = 1000


def list_reasons_left_out(tx: Tx, organization_id: int, import_id: str) -> list[str]:
    """Why something of our own export did not come in although its row could be read; of the first 1,000 such rows."""
    rows = tx.all(
        f"SELECT row_number, reason{_WHERE} AND (reason LIKE :left_out OR reason = :deleted)"
        " ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "left_out": f"%{_LEFT_OUT}%",
            "deleted": _DELETED,
            "limit": LEFT_OUT_ROWS_MAX,
        },
    )
    return [
        f"row {number}: {part}"
        for number, reason in rows
        for part in ([reason] if reason == _DELETED else reason.split(_LEFT_OUT)[1:])
    ]
