"""Detects the format of a file from its content; the filename is ignored."""

import json
import re
import zipfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from itertools import islice
from pathlib import Path

from coterie.errors import Invalid, invalid
from coterie.imports.formats import google_csv, linkedin_csv, outlook_csv, r0_csv
from coterie.imports.formats.any_csv import names_people
from coterie.imports.formats.archives import BROKEN, check_table_of_contents
from coterie.imports.formats.csv_layout import read_head
from coterie.imports.formats.csv_rows import COLUMN_COUNT_MAX, is_any_header
from coterie.imports.formats.header_names import guess_mapping
from coterie.imports.formats.names import COTERIE, CSV, GOOGLE, INSTAGRAM, LINKEDIN, MONICA, OUTLOOK, R0, VCARD
from coterie.imports.formats.vcard_zip import card_names
from coterie.model.encodings import find_utf_16

_HEAD = 64 * 1024
_MANIFEST_SIZE_MAX = 1024**2
_FOLDER_ENTRIES_MAX = 10_000
_VCARD = re.compile(r"(?:^|[\r\n])[ \t\ufeff]*BEGIN:VCARD[ \t]*(?:$|[\r\n])", re.IGNORECASE)
_OF_INSTAGRAM = re.compile(r"(^|/)(followers_and_following|messages/(inbox|message_requests))(/|$)")
_OF_MONICA = re.compile(r'"(app_version|export_date|exported_by)"\s*:')
# the "Contacts Archive" of Contacts on a Mac: a folder, or that folder zipped
_OF_APPLE = re.compile(r"\.(abbu|abcddb)(/|$)")
_APPLE_ARCHIVE = 'it is an archive of Apple\'s Contacts; choose "Export vCard" there instead'
_GZIP = b"\x1f\x8b"
# the compound files of Microsoft Office before 2007
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# RFC 2849
_LDIF = re.compile(r"(version: *1\s+|#[^\n]*\n\s*)?dn::? ", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEADERS = (
    (LINKEDIN, linkedin_csv.is_header),
    (R0, r0_csv.is_header),
    (GOOGLE, google_csv.is_header),
    (OUTLOOK, outlook_csv.is_header),
)


def detect_format(path: Path) -> str:
    """One of FORMATS.

    Raises Invalid, with the reason, for any other file, an empty file, a folder that is not Instagram's export, or a
    file that cannot be opened.
    """
    try:
        if path.is_dir():
            return _of_folder(path)
        if not path.is_file():
            raise _unreadable("it does not exist")
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not head.strip(b"\xef\xbb\xbf\r\n\t "):
            raise _unreadable("it is empty")
        return _of_archive(path) if head.startswith(b"PK") else _of_text(path, head)
    except OSError:
        raise _unreadable("it cannot be opened") from None


def _unreadable(reason: str) -> Invalid:
    return invalid("file", f"is not a file Coterie can read: {reason}")


def _of_folder(path: Path) -> str:
    names = [entry.relative_to(path).as_posix() for entry in islice(path.rglob("*"), _FOLDER_ENTRIES_MAX)]
    if any(_OF_INSTAGRAM.search(name) for name in names):
        return INSTAGRAM
    if any(_OF_APPLE.search(name) for name in (path.name, *names)):
        raise _unreadable(_APPLE_ARCHIVE)
    if card_names(names):
        raise _unreadable("it is a folder of vCards; name its files (FOLDER/*.vcf), or import it as a ZIP archive")
    raise _unreadable("it is a folder, but not an export from Instagram")


def _of_archive(path: Path) -> str:
    try:
        check_table_of_contents(path)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "manifest.json" in names and _is_portable_manifest(archive):
                return COTERIE
    except (Invalid, *BROKEN, ValueError):
        raise _unreadable("it is a damaged ZIP archive") from None
    if any(_OF_INSTAGRAM.search(name) for name in names):
        return INSTAGRAM
    if any(_OF_APPLE.search(name) for name in names):
        raise _unreadable(_APPLE_ARCHIVE)
    if "xl/workbook.xml" in names:
        raise _unreadable("it is an Excel workbook; save it as CSV first")
    if "content.xml" in names and "mimetype" in names:
        raise _unreadable("it is a spreadsheet or document of LibreOffice; save it as CSV first")
    if card_names(names):
        return VCARD
    raise _unreadable("it is a ZIP archive, but not of vCards, and not an export from Instagram or Coterie")


def _is_portable_manifest(archive: zipfile.ZipFile) -> bool:
    with archive.open("manifest.json") as file:
        text = file.read(_MANIFEST_SIZE_MAX + 1)
    if len(text) > _MANIFEST_SIZE_MAX:
        return False
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == COTERIE


def _of_text(path: Path, head: bytes) -> str:
    has_mark = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if head.startswith(_GZIP):
        raise _unreadable("it is compressed with gzip; unpack it first")
    if head.startswith(_OLD_OFFICE):
        raise _unreadable("it is an Excel workbook; save it as CSV first")
    text = head.decode("utf-16" if has_mark else find_utf_16(head) or "utf-8-sig", "replace").lstrip()
    # a stray NUL in a table costs its row only; a file full of control characters is not text
    if len(_CONTROLS.findall(text)) * 50 > len(text):
        raise _unreadable("it is not text")
    if _VCARD.search(text):
        return VCARD
    if text.startswith(("{", "[")):
        if '"account"' in text and _OF_MONICA.search(text):
            return MONICA
        raise _unreadable("it is JSON, but not an export from Monica; export vCard or CSV instead")
    if _LDIF.match(text):
        raise _unreadable("it is LDIF; export vCard or CSV instead")
    if text.startswith(("<", "%PDF")):
        raise _unreadable("it is a page or a document; export vCard or CSV instead")
    return _of_table(path)


def _of_table(path: Path) -> str:
    rows = read_head(path)
    for name, is_header in _HEADERS:
        if any(is_header(row) for row in rows):
            return name
    if rows and any(rows[0][COLUMN_COUNT_MAX:]):
        raise _unreadable(f"it has more than {COLUMN_COUNT_MAX:,} columns")
    # any table is accepted, because its columns can be mapped by hand; a letter with commas is not
    is_table = len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
    headers = next(filter(is_any_header, rows), rows[0] if rows else [])
    if rows and (is_table or names_people(guess_mapping(headers))):
        return CSV
    raise _unreadable("it is not a recognized contacts file")
