"""The CSV template of R0's bulk imports. R0 does not publish its own: these are the fields of its API.

relationship_type is R0's grade from 0 to 5.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from coterie.imports.formats.any_csv import guess_mapping
from coterie.imports.formats.columns import day_first_in, read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.model.imports import ContactDraft, RowError

_MAPPING = {
    "first_name": "first_name", "middle_name": "middle_name", "last_name": "last_name",
    "nickname": "nickname", "relationship_type": "relationship_grade", "employer": "employer",
    "job_title": "job_title", "linkedin_url": "linkedin", "how_you_met": "how_you_met",
    "birthday": "birthday", "gender": "gender", "email": "email", "email_2": "email", "phone": "phone",
    "phone_2": "phone", "address_line_1": "address.line_1", "address_line_2": "address.line_2",
    "address_line_3": "address.line_3", "locality": "address.locality", "region": "address.region",
    "postcode": "address.postcode", "country": "address.country", "tags": "tags", "notes": "note",
}  # fmt: skip

# The file to download: one line that names the columns.
TEMPLATE = ",".join(_MAPPING) + "\r\n"


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of the template, or a good part of them."""
    names = {cell.lower() for cell in cells}
    return "first_name" in names and bool(names & {"relationship_type", "linkedin_url", "how_you_met"})


def mapping_of(headers: Sequence[str]) -> dict[str, str]:
    """What each column is, header to field."""
    known = {header: _MAPPING[header.lower()] for header in headers if header.lower() in _MAPPING}
    return guess_mapping(headers) | known


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """The contacts of a filled-in template. Columns may be left out; others are guessed as in any CSV file.

    Refused (Invalid): a file without the template's column names.
    """
    table = open_rows(path, is_header)
    mapping = mapping_of(table.headers)
    day_first = table.is_day_first or day_first_in(open_rows(path, is_header).rows, table.headers, mapping)
    yield from read_table(table.rows, table.headers, mapping, day_first=day_first)
