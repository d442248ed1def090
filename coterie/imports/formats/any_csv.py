"""Any other CSV file: the field of a column is guessed from its name, and can be corrected.

A mapping maps a header to a path, "Téléphone portable" to "phone:mobile"; fields.FIELDS lists the fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from coterie.errors import Invalid, Problem, invalid
from coterie.imports.formats.columns import date_order, read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.imports.formats.fields import PROBLEMS_MAX, check_mapping, listed
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.handles import CHANNELS
from coterie.model.imports import ContactDraft, RowError

_NAMES = frozenset(("name", "display_name", "first_name", "last_name", "nickname", "employer", "link"))


def mapping_of(path: Path, corrections: Mapping[str, str] | None = None) -> dict[str, str]:
    """The mapping of a CSV file's columns: guessed, then corrected.

    Raises Invalid, naming the choices, if a correction is for a column the file does not have or to an unknown field.
    """
    return _corrected(open_rows(path).headers, corrections or {})


def _corrected(headers: Sequence[str], corrections: Mapping[str, str]) -> dict[str, str]:
    reason = f"is not a column of the file, which has {listed(headers)}"
    unknown = [Problem(("mapping", header), "unknown", reason) for header in corrections if header not in headers]
    if unknown:
        raise Invalid(*unknown[:PROBLEMS_MAX])
    check_mapping(corrections)
    return guess_mapping(headers) | dict(corrections)


def read(
    path: Path, mapping: Mapping[str, str] | None = None, country: str | None = None
) -> Iterator[ContactDraft | RowError]:
    """The contacts of a CSV file with any header. mapping corrects the guess, header by header.

    country decides how 03/04/1980 is read if no date of the file does.

    Raises Invalid as mapping_of does, and if no column could hold a name or a handle.
    """
    table = open_rows(path)
    mapped = _corrected(table.headers, mapping or {})
    if not names_people(mapped):
        wanted = "has no column with a name, a phone number, an e-mail address or another handle"
        raise invalid("file", f"{wanted}: rename one of {listed(table.headers)}, such as to Name or Phone")
    dates = date_order(lambda: open_rows(path), mapped, country)
    yield from read_table(table.rows, table.headers, mapped, dates=dates)


def names_people(mapping: Mapping[str, str]) -> bool:
    """Whether a column of the mapping could hold a name or a handle."""
    return any(path in _NAMES or path.split(":")[0] in CHANNELS for path in mapping.values())
