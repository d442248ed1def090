"""The rows of imports, the files they refer to, and the contacts each of them may be."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from coterie.model.import_reasons import CONTACT_DELETED, ROWS_LEFT_OUT, Reason
from coterie.model.imports import RowMatch, StagedRow
from coterie.store.database import Row, Tx

_COLUMNS = (
    "row_number", "kind", "draft", "source", "outcome", "reason_code", "reason_data", "same_as_row", "contact_id",
    "decision", "needs_rematch", "state", "is_new", "changes",
)  # fmt: skip
_REASON = StagedRow.__struct_fields__.index("reason")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM import_drafts"
_OF_IMPORT = " WHERE organization_id = :organization_id AND import_id = :import_id"
# the columns that a step changes; the number, the kind, the draft and the source stay
_CHANGING = tuple(name for name in _COLUMNS if name not in ("row_number", "kind", "draft", "source"))
LEFT_OUT_ROWS_MAX = 1000
_PAGE = 1_000


def _row(values: Row) -> StagedRow:
    number, kind, draft, source, outcome, code, data, same, contact_id, decision, rematch, state, is_new, changes = (
        values
    )
    return StagedRow(
        row_number=number, kind=kind, draft=draft, source=source, outcome=outcome,
        reason=_reason(code, data) if code else None, same_as_row=same, contact_id=contact_id, decision=decision,
        # SQLite has no booleans
        needs_rematch=bool(rematch), state=state, is_new=bool(is_new), changes=changes,
    )  # fmt: skip


def _reason(code: str, data: str | None) -> Reason:
    return Reason(code, msgspec.json.decode(data)) if data else Reason(code)


def _values_of(row: StagedRow) -> tuple[Any, ...]:
    """The columns of a row, in their order."""
    values, reason = msgspec.structs.astuple(row), row.reason
    of_reason = (reason.code, _data(reason)) if reason else (None, None)
    return *values[:_REASON], *of_reason, *values[_REASON + 1 :]


def _data(reason: Reason) -> str | None:
    return msgspec.json.encode(reason.data).decode() if reason.data else None


# Writing --------------------------------------------------------------------------------------------------------------


def insert_rows(
    tx: Tx, organization_id: int, import_id: str, rows: Iterable[StagedRow], files: Iterable[tuple[int, str]] = ()
) -> None:
    """Inserts staged rows, and (row number, digest) of each file their drafts refer to."""
    key = {"organization_id": organization_id, "import_id": import_id}
    stored = [(organization_id, import_id, *_values_of(row)) for row in rows]
    tx.insert_values("import_drafts", ("organization_id", "import_id", *_COLUMNS), stored)
    tx.insert_rows("import_files", [key | {"row_number": number, "digest": digest} for number, digest in files])


def save_rows(tx: Tx, organization_id: int, import_id: str, rows: Iterable[StagedRow]) -> None:
    """Saves existing rows, except their draft and source."""
    key = {"organization_id": organization_id, "import_id": import_id}
    names = ("row_number", *_CHANGING)
    columns = [dict(zip(_COLUMNS, _values_of(row), strict=True)) for row in rows]
    tx.execute_many(
        f"UPDATE import_drafts SET {', '.join(f'{name} = :{name}' for name in _CHANGING)}"
        f"{_OF_IMPORT} AND row_number = :row_number",
        [key | {name: each[name] for name in names} for each in columns],
    )


def mark_created(tx: Tx, organization_id: int, import_id: str, contacts: Iterable[tuple[int, int]]) -> None:
    """Marks rows, (row number, contact id), as applied: each has created its contact."""
    tx.execute_many(
        f"UPDATE import_drafts SET contact_id = :contact_id, state = 'applied', is_new = TRUE{_OF_IMPORT}"
        " AND row_number = :row_number",
        [
            {
                "organization_id": organization_id,
                "import_id": import_id,
                "row_number": row_number,
                "contact_id": contact_id,
            }
            for row_number, contact_id in contacts
        ],
    )


# Reading --------------------------------------------------------------------------------------------------------------


def find_row_to_change(tx: Tx, organization_id: int, import_id: str, row_number: int) -> StagedRow | None:
    """A row of an import, locked until the commit."""
    row = tx.one(
        f"{_SELECT}{_OF_IMPORT} AND row_number = :row_number{tx.lock}",
        {"organization_id": organization_id, "import_id": import_id, "row_number": row_number},
    )
    return _row(row) if row else None


def list_rows(
    tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None, after: int = 0, limit: int
) -> list[StagedRow]:
    """The next rows after a number, in order; of one outcome or of all."""
    only, bound = _of_outcome(outcome)
    bound |= {"organization_id": organization_id, "import_id": import_id, "after": after, "limit": limit}
    rows = tx.all(f"{_SELECT}{_OF_IMPORT} AND row_number > :after{only} ORDER BY row_number LIMIT :limit", bound)
    return [_row(row) for row in rows]


def stream_rows(tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None) -> Iterator[StagedRow]:
    """All rows in order, or those of one outcome, read page by page."""
    after = 0
    while rows := list_rows(tx, organization_id, import_id, outcome=outcome, after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].row_number


def list_page_of_rows(
    tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None, limit: int, offset: int = 0
) -> list[StagedRow]:
    """A page of rows by number, of one outcome or of all."""
    only, bound = _of_outcome(outcome)
    bound |= {"organization_id": organization_id, "import_id": import_id, "limit": limit, "offset": offset}
    rows = tx.all(f"{_SELECT}{_OF_IMPORT}{only} ORDER BY row_number LIMIT :limit OFFSET :offset", bound)
    return [_row(row) for row in rows]


def count_rows(tx: Tx, organization_id: int, import_id: str, *, outcome: str | None = None) -> int:
    """The number of rows on all pages of list_page_of_rows."""
    only, bound = _of_outcome(outcome)
    bound |= {"organization_id": organization_id, "import_id": import_id}
    row = tx.one(f"SELECT count(*) FROM import_drafts{_OF_IMPORT}{only}", bound)
    return int(row[0]) if row else 0


def _of_outcome(outcome: str | None) -> tuple[str, dict[str, Any]]:
    return (" AND outcome = :outcome", {"outcome": outcome}) if outcome is not None else ("", {})


def list_rows_by_number(
    tx: Tx, organization_id: int, import_id: str, row_numbers: Iterable[int]
) -> dict[int, StagedRow]:
    """row number -> row."""
    rows = tx.all(
        f"{_SELECT}{_OF_IMPORT} AND row_number {tx.in_list('numbers')}",
        {"organization_id": organization_id, "import_id": import_id, "numbers": tx.list_param(row_numbers)},
    )
    return {row[0]: _row(row) for row in rows}


def list_rows_to_apply(tx: Tx, organization_id: int, import_id: str, *, after: int, limit: int) -> list[StagedRow]:
    """The next staged rows after a number that can be applied: those that create or update a contact, that a
    user decided, or that are to be matched again."""
    rows = tx.all(
        f"{_SELECT}{_OF_IMPORT} AND row_number > :after AND state = 'staged'"
        " AND (outcome IN ('create', 'update') OR outcome = 'match' AND (decision IS NOT NULL OR needs_rematch)"
        " OR outcome = 'unchanged' AND needs_rematch)"
        " ORDER BY row_number LIMIT :limit",
        {"organization_id": organization_id, "import_id": import_id, "after": after, "limit": limit},
    )
    return [_row(row) for row in rows]


def list_rows_to_undo(tx: Tx, organization_id: int, import_id: str, *, before: int, limit: int) -> list[StagedRow]:
    """The applied rows before a number, the last one first."""
    rows = tx.all(
        f"{_SELECT}{_OF_IMPORT} AND state = 'applied' AND row_number < :before ORDER BY row_number DESC LIMIT :limit",
        {"organization_id": organization_id, "import_id": import_id, "before": before, "limit": limit},
    )
    return [_row(row) for row in rows]


def list_rows_in_state(
    tx: Tx, organization_id: int, import_id: str, state: str, *, after: int = 0, limit: int
) -> list[StagedRow]:
    """The next rows in a state after a number."""
    rows = tx.all(
        f"{_SELECT}{_OF_IMPORT} AND row_number > :after AND state = :state ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "state": state,
            "after": after,
            "limit": limit,
        },
    )
    return [_row(row) for row in rows]


def list_drafts_of_applied(
    tx: Tx, organization_id: int, import_id: str, *, after: int, limit: int
) -> list[tuple[int, str | None]]:
    """(row number, draft) of the next applied rows after a number."""
    rows = tx.all(
        f"SELECT row_number, draft FROM import_drafts{_OF_IMPORT} AND row_number > :after AND state = 'applied'"
        " ORDER BY row_number LIMIT :limit",
        {"organization_id": organization_id, "import_id": import_id, "after": after, "limit": limit},
    )
    return [(row_number, draft) for row_number, draft in rows]


def list_rows_left_out(tx: Tx, organization_id: int, import_id: str) -> list[tuple[int, Reason]]:
    """(row number, reason) of the first 1,000 rows of our own export that were read but not written, or only in
    part."""
    codes = (ROWS_LEFT_OUT, CONTACT_DELETED)
    rows = tx.all(
        f"SELECT row_number, reason_code, reason_data FROM import_drafts{_OF_IMPORT}"
        f" AND reason_code {tx.in_list('codes')} ORDER BY row_number LIMIT :limit",
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "codes": tx.list_param(codes),
            "limit": LEFT_OUT_ROWS_MAX,
        },
    )
    return [(row_number, _reason(code, data)) for row_number, code, data in rows]


def list_files_of_rows(tx: Tx, organization_id: int, import_id: str, row_numbers: Iterable[int]) -> set[str]:
    """The digests of the files these rows refer to."""
    rows = tx.all(
        f"SELECT DISTINCT digest FROM import_files{_OF_IMPORT} AND row_number {tx.in_list('numbers')}",
        {"organization_id": organization_id, "import_id": import_id, "numbers": tx.list_param(row_numbers)},
    )
    return {digest for (digest,) in rows}


# Matches --------------------------------------------------------------------------------------------------------------


def insert_matches(tx: Tx, organization_id: int, import_id: str, matches: Iterable[RowMatch]) -> None:
    """Inserts the contacts that rows may be; existing ones stay."""
    rows = [
        {
            "organization_id": organization_id,
            "import_id": import_id,
            "row_number": match.row_number,
            "contact_id": match.contact_id,
            "score": match.score,
            "reason_code": match.reason.code,
            "reason_data": _data(match.reason),
        }
        for match in matches
    ]
    tx.insert_rows("import_matches", rows, skip_existing=True)


def list_matches(tx: Tx, organization_id: int, import_id: str, row_numbers: Sequence[int]) -> dict[int, list[RowMatch]]:
    """row number -> the contacts it may be, most likely first."""
    rows = tx.all(
        "SELECT row_number, contact_id, score, reason_code, reason_data FROM import_matches"
        f"{_OF_IMPORT} AND row_number {tx.in_list('numbers')} ORDER BY row_number, score DESC, contact_id",
        {"organization_id": organization_id, "import_id": import_id, "numbers": tx.list_param(row_numbers)},
    )
    found: dict[int, list[RowMatch]] = {}
    for row_number, contact_id, score, code, data in rows:
        found.setdefault(row_number, []).append(RowMatch(row_number, contact_id, score, _reason(code, data)))
    return found
