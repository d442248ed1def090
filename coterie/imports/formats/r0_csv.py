"""The CSV template of R0's bulk imports, made of the fields of R0's API: R0 does not publish a template.

relationship_type is R0's grade from 0 to 5.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from coterie.imports.formats.columns import date_order, read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.imports.formats.fields import ADDRESS_PARTS
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.handles import CHANNELS
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

# additional columns of our own export: email_2, email_2_label, address_2_locality, date, date_label
_NUMBERED = re.compile(
    rf"({'|'.join((*CHANNELS, 'address', 'date'))})(?:_([1-9][0-9]{{0,2}}))?(?:_({'|'.join(ADDRESS_PARTS)}|label))?"
)

# the file to download: one line with the column names
TEMPLATE = ",".join(_MAPPING) + "\r\n"


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of the template, or enough of them."""
    names = {cell.lower() for cell in cells}
    return "first_name" in names and bool(names & {"relationship_type", "linkedin_url", "how_you_met"})


def mapping_of(headers: Sequence[str]) -> dict[str, str]:
    """Header -> path; columns that are not in the template are guessed."""
    of_template = {header: _MAPPING[header.lower()] for header in headers if header.lower() in _MAPPING}
    names = {header.lower() for header in headers}
    exported = {header: path for header in headers if (path := _exported_path(header.lower(), names))}
    return guess_mapping(headers) | of_template | exported


def _exported_path(name: str, names: set[str]) -> str | None:
    """The path of a column of our own export; None for any other column. names: all columns of the file."""
    if name == "uid":
        return "uid" if "email_label" in names else None
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return None
    kind, number, part = match[1], match[2] or "1", match[3]
    base = f"{kind}_{number}" if match[2] else kind
    if f"{base}_label" not in names or (kind == "address" and not part):
        return None
    return f"{kind}#{number}.{part}" if part else f"{kind}#{number}"


def read(path: Path, country: str | None = None) -> Iterator[ContactDraft | RowError]:
    """The contacts of a filled-in template. Columns may be missing; others are guessed as in any CSV file.

    Raises Invalid if the file lacks the template's column names.
    """
    table = open_rows(path, is_header)
    mapping = mapping_of(table.headers)
    dates = date_order(lambda: open_rows(path, is_header), mapping, country)
    yield from read_table(table.rows, table.headers, mapping, dates=dates)
