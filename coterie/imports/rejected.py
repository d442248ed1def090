"""The rejected rows of an import as a file in the format they came in, each with its reason.

The stored file is read again and the rejected rows are picked from it, complete: the database holds only the beginning
of a row. Corrected, the file can be imported again by the same reader, which skips the reasons.

| imported | download |
|---|---|
| CSV | the same columns and separator, in UTF-8, with a first column "Rejected by Coterie because" |
| vCard | the lines of each card, between BEGIN and END, with X-COTERIE-REASON |
| Monica's JSON | the same with these contacts only, each with x_coterie_reason; without photos and documents |
| a ZIP archive or a folder | lines of JSON with row, reason, source and contact; cannot be imported |
"""

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import NotFound
from coterie.imports.formats.names import MONICA, VCARD
from coterie.imports.rejected_cards import write_cards
from coterie.imports.rejected_monica import write_monica
from coterie.imports.rejected_rows import reason_of
from coterie.imports.rejected_tables import IS_HEADER, write_table
from coterie.model.imports import REJECT, Import, StagedRow
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.import_rows import stream_rows


class RejectedFile(Struct, frozen=True):
    """A file to download. pieces are read on demand, so memory stays flat."""

    filename: str
    media_type: str
    pieces: Iterator[bytes]


def rejected_file(tx: Tx, organization_id: int, import_: Import, folder: Path) -> RejectedFile:
    """The rows that were rejected when the import was staged or applied. folder is the data folder.

    Raises NotFound if no row was rejected or the import's file is no longer stored.
    """
    rows = stream_rows(tx, organization_id, import_.id, outcome=REJECT)
    if import_.rejected_count == 0:
        raise NotFound("No row of this import was rejected")
    stem = PurePath(import_.filename).stem[:200] or "import"
    can_import_again = import_.format in IS_HEADER or import_.format in (VCARD, MONICA)
    if not can_import_again or not import_.file_digest:
        return RejectedFile(f"{stem}-rejected.jsonl", "application/jsonl", _json_lines(rows))
    path = file_path(folder, import_.file_digest)
    if not path.is_file():
        raise NotFound("The file of this import is no longer stored")
    if import_.format == VCARD:
        return RejectedFile(f"{stem}-rejected.vcf", "text/vcard; charset=utf-8", write_cards(path, rows))
    if import_.format == MONICA:
        return RejectedFile(f"{stem}-rejected.json", "application/json", write_monica(path, rows))
    return RejectedFile(f"{stem}-rejected.csv", "text/csv; charset=utf-8", write_table(path, import_, rows))


def _json_lines(rows: Iterator[StagedRow]) -> Iterator[bytes]:
    for row in rows:
        contact: Any = msgspec.Raw(row.draft.encode()) if row.draft else None
        line = {"row": row.row_number, "reason": reason_of(row), "source": row.source, "contact": contact}
        yield msgspec.json.encode(line) + b"\n"
