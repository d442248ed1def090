"""The reader of each format. An unreadable file raises Invalid or TooLarge at the first next() of the generator."""

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
from coterie.imports.formats.names import COTERIE, CSV, GOOGLE, INSTAGRAM, LINKEDIN, MONICA, OUTLOOK, R0, VCARD
from coterie.model.imports import ContactDraft, RowError

Drafts = Iterator[ContactDraft | RowError]
# an option that is not stored with an import: the data folder, for readers that store files
FOLDER = "folder"
# another one: the organization's country, by which ambiguous dates are read
COUNTRY = "country"
# another one: the largest file that an archive may attach, in bytes (COTERIE_ATTACHMENT_BYTES_MAX)
FILE_BYTES_MAX = "file_bytes_max"

# options are those of the import; "mapping" corrects the columns of any CSV
READERS: dict[str, Callable[[Path, Mapping[str, Any]], Drafts]] = {
    VCARD: lambda path, options: vcard_file.read(path),
    GOOGLE: lambda path, options: google_csv.read(path),
    OUTLOOK: lambda path, options: outlook_csv.read(path, options.get(COUNTRY)),
    LINKEDIN: lambda path, options: linkedin_csv.read(path),
    R0: lambda path, options: r0_csv.read(path, options.get(COUNTRY)),
    INSTAGRAM: lambda path, options: instagram_zip.read(path),
    MONICA: lambda path, options: monica_json.read(path),
    COTERIE: lambda path, options: coterie_zip.read(
        path, options.get(FOLDER), options.get(FILE_BYTES_MAX, coterie_zip.FILE_BYTES_MAX)
    ),
    CSV: lambda path, options: any_csv.read(path, options.get("mapping"), options.get(COUNTRY)),
}


def columns_of(path: Path, file_format: str, corrections: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The mapping of a CSV file of no known product, header -> path; None for every other format.

    Raises Invalid if there are corrections for another format, or for a column or field that does not exist.
    """
    if file_format == CSV:
        return any_csv.mapping_of(path, corrections)
    if corrections:
        reason = f"works for the format csv only, and this file has the format {file_format}"
        raise invalid("mapping", f"{reason}; set the format to csv to map its columns yourself")
    return None
