"""The Python part of migration 0004: sentences and JSON text of imports become columns.

The words it looks for are those that versions before this migration wrote. They are history and never change.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from coterie.store.database import Row, Tx

ROWS_AT_ONCE = 1000
_SAME = re.compile(r"the same as row (\d+)")
_LEFT_OUT = "; left out: "
_CODES = {
    "imported before": "imported_before",
    "The contact is deleted here": "contact_deleted",
    "The contact was erased": "contact_erased",
}
_KEY = "organization_id = :organization_id AND import_id = :import_id AND row_number = :row_number"


def convert_imports(tx: Tx) -> None:
    """Fill the columns that 0004_import_state.sql added, and drop the sentences."""
    for rows in _pages(tx, "reason, decision, changes, outcome, draft", "import_drafts"):
        converted = [_convert(row) for row in rows]
        tx.execute_many(
            "UPDATE import_drafts SET kind = :kind, reason_code = :reason_code, reason_data = :reason_data,"
            " same_as_row = :same_as_row, needs_rematch = :needs_rematch, decision = :decision, is_new = :is_new,"
            f" changes = :changes WHERE {_KEY}",
            converted,
        )
        _insert_files(tx, rows)
    for rows in _pages(tx, "reason, contact_id", "import_matches"):
        tx.execute_many(
            f"UPDATE import_matches SET reason_data = :data WHERE {_KEY} AND contact_id = :contact_id",
            [_key(row) | {"data": _encode({"text": row[3]}), "contact_id": row[4]} for row in rows],
        )
    tx.run(
        "UPDATE attachments SET source = 'import' WHERE source = 'upload' AND EXISTS (SELECT 1 FROM import_files f"
        " JOIN import_drafts d ON d.organization_id = f.organization_id AND d.import_id = f.import_id"
        " AND d.row_number = f.row_number WHERE f.digest = attachments.digest AND d.state = 'applied'"
        " AND d.organization_id = attachments.organization_id AND d.contact_id = attachments.contact_id)"
    )
    tx.run("ALTER TABLE import_drafts DROP COLUMN reason")
    tx.run("ALTER TABLE import_matches DROP COLUMN reason")


def _pages(tx: Tx, columns: str, table: str) -> Iterator[list[Row]]:
    """The rows of a table in the order of its key, (organization_id, import_id, row_number, *columns) of each."""
    last = {"organization_id": -1, "import_id": "", "row_number": 0}
    while True:
        rows = tx.all(
            f"SELECT organization_id, import_id, row_number, {columns} FROM {table}"
            " WHERE (organization_id, import_id, row_number) > (:organization_id, :import_id, :row_number)"
            f" ORDER BY organization_id, import_id, row_number LIMIT {ROWS_AT_ONCE}",
            last,
        )
        if not rows:
            return
        yield rows
        last = _key(rows[-1])


def _key(row: Row) -> dict[str, Any]:
    return dict(zip(("organization_id", "import_id", "row_number"), row, strict=False))


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _decode(text: str | None) -> dict[str, Any]:
    """A JSON object; empty for anything else, which a row that cannot be applied may hold."""
    try:
        found = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _convert(row: Row) -> dict[str, Any]:
    reason, decision, changes, outcome, draft = row[3:]
    code, data, same_as_row = _convert_reason(reason)
    changed = _decode(changes)
    is_new = bool(changed.pop("is_new", False))
    is_portable = "noun" in changed or "rows" in _decode(draft)
    is_error = outcome == "reject" and draft is None
    return _key(row) | {
        "kind": "portable" if is_portable else "error" if is_error else "contact",
        "reason_code": code,
        "reason_data": _encode(data) if data else None,
        "same_as_row": same_as_row,
        "needs_rematch": decision == "again",
        "decision": None if decision == "again" else decision,
        "is_new": is_new,
        "changes": _encode(changed) if changed else None,
    }


def _convert_reason(reason: str | None) -> tuple[str | None, dict[str, Any], int | None]:
    """(code, data, the earlier row it names) of a sentence. Most are stored as they are, as the code `text`."""
    if reason is None:
        return None, {}, None
    if same := _SAME.fullmatch(reason):
        return "same_as_row", {"row": int(same[1])}, int(same[1])
    if reason in _CODES:
        return _CODES[reason], {}, None
    text, *left_out = reason.split(_LEFT_OUT)
    if left_out:
        return "rows_left_out", {"text": text, "left_out": left_out}, None
    return "text", {"text": reason}, None


def _insert_files(tx: Tx, rows: list[Row]) -> None:
    found = [
        _key(row) | {"digest": digest}
        for row in rows
        for digest in {picture.get("digest") for picture in _decode(row[7]).get("pictures", ())}
        if digest
    ]
    tx.insert_rows("import_files", found)
