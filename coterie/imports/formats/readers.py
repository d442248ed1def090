"""The readers by the name of their format. Each is a generator: what is wrong with a whole file comes at the first
next(), as Invalid or TooLarge."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from coterie.errors import invalid
from coterie.imports.formats import (
    any_csv,
    coterie_zip,
    google_csv,
    instagram_zip,
    linkedin_csv,
    monica_json,
    outlook_csv,
    r0_csv,
    vcard_file,
)
from coterie.imports.formats.detect import COTERIE, CSV, GOOGLE, INSTAGRAM, LINKEDIN, MONICA, OUTLOOK, R0, VCARD
from coterie.model.imports import ContactDraft, RowError

Rows = Iterator[ContactDraft | RowError]
# the option that is no import's own: the data folder, for files that are kept as they are met
FOLDER = "folder"

# A format is an entry here. options are those of the import: of them "mapping" corrects the columns of any CSV.
READERS: dict[str, Callable[[Path, Mapping[str, Any]], Rows]] = {
    VCARD: lambda path, options: vcard_file.read(path),
    GOOGLE: lambda path, options: google_csv.read(path),
    OUTLOOK: lambda path, options: outlook_csv.read(path),
    LINKEDIN: lambda path, options: linkedin_csv.read(path),
    R0: lambda path, options: r0_csv.read(path),
    INSTAGRAM: lambda path, options: instagram_zip.read(path),
    MONICA: lambda path, options: monica_json.read(path),
    COTERIE: lambda path, options: coterie_zip.read(path, options.get(FOLDER)),
    CSV: lambda path, options: any_csv.read(path, options.get("mapping")),
}


def columns_of(path: Path, file_format: str, corrections: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """What each column of a CSV file of no known product is taken for, header to field; None for every other file.

    Refused (Invalid): corrections for another file, or that name a column or a field that is not there.
    """
    if file_format == CSV:
        return any_csv.mapping_of(path, corrections)
    if corrections:
        reason = f"is for CSV files of no known product, and this one is of the format {file_format}"
        raise invalid("mapping", f"{reason}; named as csv, a table is read as any other")
    return None
