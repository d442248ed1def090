"""LinkedIn's Connections.csv, in which a remark ("Notes:" and a paragraph) precedes the column names.

Only connections who allow it have an e-mail address. "Connected On" becomes a date of the contact, not how you met.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from coterie.imports.formats.columns import read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.model.imports import ContactDraft, RowError

CONNECTED_LABEL = "connected on LinkedIn"
_MAPPING = {
    "first name": "first_name",
    "last name": "last_name",
    "url": "linkedin",
    "email address": "email",
    "company": "employer",
    "position": "job_title",
    "connected on": f"date:{CONNECTED_LABEL}",
    "tags": "tags",
}


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of LinkedIn's Connections.csv."""
    return {"first name", "last name", "company", "position", "connected on"} <= {c.lower() for c in cells}


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """The connections of a LinkedIn export. Raises Invalid if the file lacks LinkedIn's column names."""
    table = open_rows(path, is_header)
    mapping = {header: _MAPPING.get(header.lower(), "extra") for header in table.headers}
    yield from read_table(table.rows, table.headers, mapping)
