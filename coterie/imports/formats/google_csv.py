"""Google Contacts' CSV export: the current header (First Name, …, Labels, E-mail 1 - Label) and the older one
(Name, Given Name, …, Group Membership, E-mail 1 - Type).

A cell can hold several values, separated by " ::: ". A label that begins with "* " marks the primary value.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from coterie.imports.formats import put
from coterie.imports.formats.addresses import WHOLE, address_of, fit_lines
from coterie.imports.formats.cells import is_no_value, read_cell
from coterie.imports.formats.columns import Put, put_of
from coterie.imports.formats.csv_rows import CsvRow, open_rows
from coterie.imports.formats.reading import Reading, finish
from coterie.model.handles import EMAIL, PHONE
from coterie.model.imports import ContactDraft, RowError

_NUMBERED = re.compile(r"(.+?) (\d+) - (.+)")

_SINGLES = {
    "first name": "first_name", "given name": "first_name",
    "middle name": "middle_name", "additional name": "middle_name",
    "last name": "last_name", "family name": "last_name",
    "phonetic first name": "phonetic_first_name", "given name yomi": "phonetic_first_name",
    "phonetic last name": "phonetic_last_name", "family name yomi": "phonetic_last_name", "maiden name": "maiden_name",
    "name prefix": "name_prefix", "name suffix": "name_suffix", "nickname": "nickname",
    "organization name": "employer", "organization title": "job_title", "organization department": "department",
    "birthday": "birthday", "gender": "gender", "notes": "note", "photo": "picture_url",
    "language": "language",
    "name": "name", "initials": "repeat", "short name": "repeat", "file as": "repeat", "subject": "extra",
    "billing information": "extra", "mileage": "extra",
    # settings of the program
    "sensitivity": "ignore", "priority": "ignore", "directory server": "ignore",
}  # fmt: skip
_ADDRESS_LINES = ("street", "extended address", "po box")
_ADDRESS_PARTS = {
    "city": "locality", "region": "region", "postal code": "postcode", "country": "country", "formatted": WHOLE,
}  # fmt: skip


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of a Google Contacts export, current or older."""
    names = {cell.lower() for cell in cells}
    is_current = {"first name", "last name", "labels"} <= names
    is_older = {"given name", "family name"} <= names and "name" in names
    # others number their columns too ("Address 1 - Street"), but say of what type a value is in one of its own
    has_numbered = any(_NUMBERED.fullmatch(name) and name.endswith((" - label", " - type")) for name in names)
    return (is_current or is_older) and (has_numbered or "file as" in names or "group membership" in names)


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """The contacts of a Google Contacts CSV file. Raises Invalid if the file lacks Google's column names."""
    table = open_rows(path, is_header)
    steps = [_step(header) for header in table.headers]
    for row in table.rows:
        yield row if isinstance(row, RowError) else _draft(row, steps)


class Part(NamedTuple):
    """A column of a numbered group: the group "e-mail 1", its kind "e-mail", the part "value"."""

    group: str
    kind: str
    name: str


def _step(header: str) -> Put | Part | None:
    """How to read a column: put it into the draft, collect it for its group, or ignore it (None)."""
    name = header.lower()
    if match := _NUMBERED.fullmatch(name):
        return Part(f"{match[1]} {match[2]}", match[1], match[3])
    if name in ("labels", "group membership"):
        return lambda reading, value: put.put_tags(reading.draft, _split(value))
    path = _SINGLES.get(name, "extra")
    return None if path == "ignore" else put_of(path, header)


def _draft(row: CsvRow, steps: list[Put | Part | None]) -> ContactDraft | RowError:
    reading = Reading()
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    for raw, step in zip(row.cells, steps, strict=True):
        if step is None or not (cell := read_cell(raw)):
            continue
        if isinstance(step, Part):
            groups.setdefault(step.group, (step.kind, {}))[1][step.name] = cell
        elif not is_no_value(cell, is_name=True):
            step(reading, cell)
    for kind, parts in groups.values():
        _put_group(reading.draft, kind, parts)
    _put_filed_name(reading)
    return finish(reading, row.source)


def _put_filed_name(reading: Reading) -> None:
    """Without any name, "File As" is the display name."""
    draft = reading.draft
    if not (reading.name or draft.first_name or draft.last_name or draft.display_name):
        draft.display_name = next((value for header, value in reading.repeats if header.lower() == "file as"), None)


def _put_group(draft: ContactDraft, kind: str, parts: dict[str, str]) -> None:
    """Puts a numbered group of columns, such as E-mail 1. parts: its cells that are not blank."""
    if kind == "address":
        _put_addresses(draft, parts)
        return
    if kind == "organization":
        _put_organization(draft, parts)
        return
    for part, value in parts.items():
        if part not in ("label", "type", "value", "service"):
            put.put_extra(draft, f"{kind.capitalize()} {part}", value)
    label, value = parts.get("label") or parts.get("type") or "", parts.get("value", "")
    if value and ":::" not in value:
        _put_value(draft, kind, label, value, parts)
        return
    labels = _split(label)
    values = [value for value in _split(value) if value]
    # one label for several values applies to all; only the first is primary
    repeated = labels[-1].removeprefix("*")
    for value, label in zip(values, labels + [repeated] * len(values), strict=False):
        _put_value(draft, kind, label, value, parts)


def _put_value(draft: ContactDraft, kind: str, label: str, value: str, parts: dict[str, str]) -> None:
    is_primary = label.startswith("*")
    plain = label.removeprefix("*").strip()
    if kind in ("e-mail", "phone"):
        put.put_handles(draft, EMAIL if kind == "e-mail" else PHONE, [value], plain, is_primary=is_primary)
    elif kind == "website":
        # Google writes the colon of an address as in a vCard
        put.put_link(draft, value.replace("\\:", ":"), plain, is_primary=is_primary)
    elif kind == "im":
        put.put_message_name(draft, parts.get("service", plain), value, plain)
    elif kind == "relation":
        put.put_related(draft, plain or kind.capitalize(), value)
    elif kind == "event":
        put.put_date(draft, plain.lower(), value)
    else:
        put.put_extra(draft, plain or kind.capitalize(), value)


def _put_organization(draft: ContactDraft, parts: dict[str, str]) -> None:
    fields = {"name": "employer", "title": "job_title", "department": "department"}
    for part, value in parts.items():
        header = f"Organization {part}"
        if part in fields:
            put.put_text(draft, fields[part], value, header.capitalize())
        elif part not in ("type", "label"):
            put.put_extra(draft, header.capitalize(), value)


def _put_addresses(draft: ContactDraft, parts: dict[str, str]) -> None:
    names = list(parts)
    for values in zip_longest(*(_split(text) for text in parts.values()), fillvalue=""):
        one = dict(zip(names, values, strict=True))
        label = put.clean_label(one.pop("label", "") or one.pop("type", ""))
        lines = [line.strip() for name in _ADDRESS_LINES for line in one.pop(name, "").splitlines() if line.strip()]
        named = dict(zip(("line_1", "line_2", "line_3"), fit_lines(lines), strict=True))
        named |= {_ADDRESS_PARTS[name]: one.pop(name) for name in list(one) if name in _ADDRESS_PARTS}
        if address := address_of(named, label):
            draft.addresses.append(address)
        for name, value in one.items():
            if value and name != "type":
                put.put_extra(draft, f"Address {name}", value)


def _split(text: str) -> list[str]:
    return [value.strip() for value in text.split(":::")] if ":::" in text else [text]
