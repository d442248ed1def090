"""LinkedIn's Connections.csv. It begins with a remark ("Notes:" and a paragraph) before the column names.

LinkedIn gives an e-mail address only of those who allow it. The day of "Connected On" is kept as a date of
the contact, "connected on LinkedIn": it says when, not how, you met.
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
    """The connections of a LinkedIn export. Refused (Invalid): a file without LinkedIn's column names."""
    table = open_rows(path, is_header)
    mapping = {header: _MAPPING.get(header.lower(), "extra") for header in table.headers}
    yield from read_table(table.rows, table.headers, mapping)
