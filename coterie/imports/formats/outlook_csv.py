"""Outlook's CSV export: of the desktop program (92 columns), of outlook.com, and Google's version of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from coterie.imports.formats.columns import date_order, read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.imports.formats.header_names import guess_mapping
from coterie.model.imports import ContactDraft, RowError

_MAPPING = {
    "title": "name_prefix", "first name": "first_name", "middle name": "middle_name",
    "last name": "last_name", "suffix": "name_suffix", "nickname": "nickname", "company": "employer",
    "given yomi": "phonetic_first_name", "surname yomi": "phonetic_last_name", "maiden name": "maiden_name",
    "department": "department", "job title": "job_title", "e-mail address": "email", "e-mail 2 address": "email",
    "e-mail 3 address": "email", "primary phone": "phone", "mobile phone": "phone:mobile",
    "business phone": "phone:work", "business phone 2": "phone:work", "company main phone": "phone:company",
    "home phone": "phone:home", "home phone 2": "phone:home", "other phone": "phone:other",
    "car phone": "phone:car", "radio phone": "phone:radio", "pager": "phone:pager",
    "callback": "phone:callback", "assistant's phone": "phone:assistant", "business fax": "phone:work fax",
    "home fax": "phone:home fax", "other fax": "phone:other fax", "tty/tdd phone": "phone:tty",
    "isdn": "phone:isdn", "telex": "phone:telex", "imaddress": "other:im", "web page": "link",
    "personal web page": "link:home", "business web page": "link:work", "birthday": "birthday",
    "anniversary": "date:anniversary", "gender": "gender", "language": "language", "notes": "note",
    "categories": "tags", "initials": "repeat", "e-mail display name": "repeat",
    "e-mail 2 display name": "repeat", "e-mail 3 display name": "repeat",
    "spouse": "related:spouse", "manager's name": "related:manager",
    # settings of the program
    "e-mail type": "ignore", "e-mail 2 type": "ignore", "e-mail 3 type": "ignore", "priority": "ignore",
    "private": "ignore", "sensitivity": "ignore", "directory server": "ignore",
}  # fmt: skip
_ADDRESS = {
    "address": "", "street": ".line_1", "street 2": ".line_2", "street 3": ".line_3",
    "address po box": ".line_3", "city": ".locality", "state": ".region", "postal code": ".postcode",
    "country": ".country", "country/region": ".country",
}  # fmt: skip
_MAPPING |= {
    f"{place} {name}": f"address:{label}{part}"
    for place, label in (("home", "home"), ("business", "work"), ("other", "other"))
    for name, part in _ADDRESS.items()
}
# Outlook's own "Location" and "Account" are neither an address nor an employer
_REACHING = ("phone", "email", "link", "address.", "address:", "middle_name")
_OF_OUTLOOK = {"e-mail address", "business phone", "home street", "business street", "e-mail 2 address"}


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of an Outlook export, in English."""
    names = {cell.lower() for cell in cells}
    return {"first name", "last name"} <= names and len(names & _OF_OUTLOOK) >= 2


def mapping_of(headers: Sequence[str]) -> dict[str, str]:
    """Header -> path. Phones use the same names for some columns; of theirs, those that reach a person are guessed."""
    guesses = guess_mapping(headers)
    return {header: _MAPPING.get(header.lower()) or _reaching(guesses[header]) for header in headers}


def _reaching(guess: str) -> str:
    return guess if guess.startswith(_REACHING) else "extra"


def read(path: Path, country: str | None = None) -> Iterator[ContactDraft | RowError]:
    """The contacts of an Outlook CSV file. Columns without a field become lines of the note.

    The first date that can only be day first or month first decides for all, otherwise the country. Raises Invalid if
    the file lacks Outlook's column names.
    """
    table = open_rows(path, is_header)
    mapping = mapping_of(table.headers)
    dates = date_order(lambda: open_rows(path, is_header), mapping, country)
    yield from read_table(table.rows, table.headers, mapping, dates=dates)
