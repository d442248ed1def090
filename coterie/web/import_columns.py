"""The columns of an imported table: what each goes to, with sample values. Another choice reads the file again."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from coterie.actions.imports import delete_import
from coterie.errors import Conflict, Invalid, NotFound
from coterie.imports.formats.names import CSV
from coterie.model.imports import FAILED, STAGED, Import, RowError
from coterie.store.database import Database, Tx
from coterie.store.files import file_path
from coterie.store.imports import find_import
from coterie.web.page import Go, Page, Result, Show, Visit

if TYPE_CHECKING:
    from coterie.imports.upload import StoredUpload

SAMPLES = 3
SAMPLE_LENGTH_MAX = 60
# rows that are looked at for samples
ROWS_READ = 200
# a column without a field: the default is a line of the note
EXTRA, IGNORE = "extra", "ignore"
CHOICES: Mapping[str, Mapping[str, str]] = {
    "Name": {
        "name": "Whole name", "first_name": "First name", "middle_name": "Middle name", "last_name": "Last name",
        "nickname": "Nickname", "name_prefix": "Before the name (Dr)", "name_suffix": "After the name (Jr)",
        "maiden_name": "Name before marriage", "display_name": "Shown as",
    },
    "Reach": {
        "email": "E-mail", "email:home": "E-mail, home", "email:work": "E-mail, work", "phone": "Phone",
        "phone:mobile": "Phone, mobile", "phone:home": "Phone, home", "phone:work": "Phone, work",
        "instagram": "Instagram", "linkedin": "LinkedIn", "website": "Website", "link": "Any link",
    },
    "Work": {"employer": "Works at", "department": "Department", "job_title": "Job"},
    "Place": {
        "address": "Whole address", "address.line_1": "Street", "address.line_2": "Street, second line",
        "address.house_number": "House number", "address.postcode": "Postcode", "address.locality": "Town",
        "address.region": "Region", "address.country": "Country",
    },
    "About": {
        "birthday": "Birthday", "date:anniversary": "Anniversary", "gender": "Gender", "language": "Language",
        "how_you_met": "How you met", "bio": "Bio", "relationship_grade": "Closeness (0 to 5)", "tags": "Tags",
        "folders": "Folders", "related:spouse": "Spouse", "note": "Note", EXTRA: "A line of the note",
        IGNORE: "Nothing: leave it out",
    },
}  # fmt: skip
_LABELS = {path: label for group in CHOICES.values() for path, label in group.items()}


class Column(Struct, frozen=True):
    """A column of the file. field: the path of where it goes; label: of a path that is not among the choices."""

    number: int
    header: str
    samples: Sequence[str]
    field: str
    label: str


def can_map(import_: Import) -> bool:
    """Whether the columns of an import can be chosen: a table of no known product, of which nothing is applied."""
    return import_.format == CSV and import_.state in (STAGED, FAILED) and import_.file_digest is not None


def _find(tx: Tx, visit: Visit) -> Import:
    import_ = find_import(tx, visit.acting.organization_id, visit.path["import"])
    if import_ is None:
        raise NotFound("Import not found")
    if not can_map(import_):
        raise Conflict("The columns of this import can no longer be changed")
    return import_


def show(tx: Tx, visit: Visit) -> Result:
    return _show(tx, visit, "")


def _show(tx: Tx, visit: Visit, problem: str) -> Result:
    from coterie.imports.formats.header_names import guess_mapping  # lazy: as in imports.store_file

    import_ = _find(tx, visit)
    headers, samples = _read(visit, import_)
    mapping = guess_mapping(headers) | _corrections(import_)
    columns = [
        Column(number, header, samples[number], field, "" if field in _LABELS else field.replace(":", ", "))
        for number, header in enumerate(headers)
        if (field := mapping.get(header, EXTRA))
    ]
    columns.sort(key=lambda column: column.field in (EXTRA, IGNORE))
    values = {"import_": import_, "columns": columns, "choices": CHOICES, "problem": problem, "unmatched": (EXTRA,)}
    return Show(template="imports/columns.html", values=values, status=422 if problem else 200)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _show(tx, visit, "; ".join(f"{problem.path[-1]} {problem.reason}" for problem in error.problems))


def _corrections(import_: Import) -> dict[str, str]:
    return dict(msgspec.json.decode(import_.options).get("mapping") or {})


def _read(visit: Visit, import_: Import) -> tuple[list[str], list[list[str]]]:
    """(the headers of the file, up to three different values of each column)."""
    from coterie.imports.formats.csv_rows import open_rows  # lazy: as in imports.store_file

    table = open_rows(_path(visit, import_))
    samples: list[list[str]] = [[] for _ in table.headers]
    for row in islice(table.rows, ROWS_READ):
        for values, cell in zip(samples, () if isinstance(row, RowError) else row.cells, strict=False):
            text = cell if len(cell) <= SAMPLE_LENGTH_MAX else f"{cell[: SAMPLE_LENGTH_MAX - 1]}…"
            if text and text not in values and len(values) < SAMPLES:
                values.append(text)
    return table.headers, samples


def _path(visit: Visit, import_: Import) -> Path:
    path = file_path(visit.settings.data_folder, import_.file_digest or "")
    if not path.exists():
        raise NotFound("The file of this import was deleted", hint="upload it again")
    return path


async def map_again(database: Database, visit: Visit) -> "StoredUpload":
    """The file is recognized again with the columns of the form, in a thread."""
    import_ = await database.run_read(lambda tx: _find(tx, visit))

    def recognize() -> "StoredUpload":
        from coterie.imports.formats.header_names import guess_mapping  # lazy: as in imports.store_file
        from coterie.imports.upload import store_upload  # lazy: the same

        headers, _ = _read(visit, import_)
        guessed = guess_mapping(headers)
        chosen = {header: visit.text(f"field-{number}", 200) for number, header in enumerate(headers)}
        corrections = {header: field for header, field in chosen.items() if field and field != guessed.get(header)}
        path = _path(visit, import_)
        return store_upload(
            visit.settings.data_folder, path, filename=import_.filename, file_format=CSV, corrections=corrections
        )

    return await asyncio.to_thread(recognize)


def save(tx: Tx, visit: Visit) -> Result:
    """The file is imported again with the chosen columns, in place of the import before."""
    from coterie.imports.upload import start_import  # lazy: as in imports.store_file

    before = _find(tx, visit)
    import_ = start_import(tx, visit.acting, visit.settings.data_folder, visit.prepared, in_background=True)
    delete_import(tx, visit.acting, before.id)
    return Go(url=f"{visit.root}/imports/{import_.id}", message="The file is read again with these columns")


_COLUMNS = "/{o:int}/imports/{import}/columns"
PAGES = (
    Page("GET", _COLUMNS, show, "slow"),
    Page("POST", _COLUMNS, save, "write", prepare=map_again, again=show_again),
)
