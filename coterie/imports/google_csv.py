"""Google Contacts' CSV export: today's header (First Name, …, Labels, E-mail 1 - Label) and the older one
(Name, Given Name, …, Group Membership, E-mail 1 - Type).

Several values stand in one cell, separated by " ::: "; a label that begins with "* " is primary.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from coterie.imports import columns
from coterie.imports.columns import Put, Reading
from coterie.imports.csv_rows import Row, open_rows
from coterie.model.contacts import split_name
from coterie.model.handles import EMAIL, PHONE
from coterie.model.imports import AddressDraft, ContactDraft, RowError

_NUMBERED = re.compile(r"(.+?) (\d+) - (.+)")
_SEPARATOR = re.compile(r"\s*:::\s*")

_SINGLES = {
    "first name": "first_name", "given name": "first_name",
    "middle name": "middle_name", "additional name": "middle_name",
    "last name": "last_name", "family name": "last_name",
    "name prefix": "name_prefix", "name suffix": "name_suffix", "nickname": "nickname",
    "organization name": "employer", "organization title": "job_title", "organization department": "extra",
    "birthday": "birthday", "gender": "gender", "notes": "note", "photo": "picture_url",
    "language": "language",
    "initials": "ignore", "short name": "ignore", "sensitivity": "ignore", "priority": "ignore",
    "mileage": "ignore", "directory server": "ignore", "subject": "ignore", "billing information": "ignore",
    "file as": "ignore", "name": "ignore", "labels": "ignore", "group membership": "ignore",
}  # fmt: skip


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the column names of a Google Contacts export, of either age."""
    names = {cell.lower() for cell in cells}
    is_today = {"first name", "last name", "labels"} <= names
    is_older = {"given name", "family name"} <= names and "name" in names
    has_numbered = any(_NUMBERED.fullmatch(name) for name in names)
    return (is_today or is_older) and (has_numbered or "file as" in names or "group membership" in names)


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """The contacts of a Google Contacts CSV file. Refused (Invalid): a file without Google's column names."""
    table = open_rows(path, is_header)
    puts, groups, others = _plan(table.headers)
    for row in table.rows:
        yield row if isinstance(row, RowError) else _draft(row, puts, groups, others)


Groups = list[tuple[str, dict[str, int]]]


def _plan(headers: Sequence[str]) -> tuple[list[tuple[int, Put]], Groups, dict[str, int]]:
    """(what to do with single columns, the numbered groups with the columns of their parts, the rest)."""
    puts: list[tuple[int, Put]] = []
    groups: dict[tuple[str, str], dict[str, int]] = {}
    others: dict[str, int] = {}
    for index, header in enumerate(headers):
        name = header.lower()
        if match := _NUMBERED.fullmatch(name):
            groups.setdefault((match[1], match[2]), {})[match[3]] = index
        elif (path := _SINGLES.get(name, "extra")) != "ignore":
            puts.append((index, columns.place(path, header)))
        else:
            others.setdefault(name, index)
    return puts, [(kind, parts) for (kind, _), parts in groups.items()], others


def _draft(
    row: Row, puts: list[tuple[int, Put]], groups: Groups, others: dict[str, int]
) -> ContactDraft | RowError:
    cells = row.cells
    reading = Reading(ContactDraft(), {})
    draft = reading.draft
    for index, put in puts:
        if cells[index]:
            put(reading, cells[index])
    for name in ("labels", "group membership"):
        if name in others:
            columns.put_tags(draft, _SEPARATOR.split(cells[others[name]]))
    for kind, parts in groups:
        found = {part: cells[index] for part, index in parts.items() if cells[index]}
        if found:
            _put_group(draft, kind, found)
    if not (draft.first_name or draft.last_name):
        _put_whole_name(draft, {name: cells[i] for name, i in others.items()})
    return columns.finish(reading, row.source)


def _put_whole_name(draft: ContactDraft, others: dict[str, str]) -> None:
    """The older "Name" is the real name in one text; "File As" is what the card is filed under."""
    if whole := others.get("name"):
        for name, part in split_name(whole).items():
            if part and getattr(draft, name) is None:
                setattr(draft, name, part)
    elif filed := others.get("file as"):
        draft.display_name = filed


def _put_group(draft: ContactDraft, kind: str, parts: dict[str, str]) -> None:
    """One numbered group of columns, such as E-mail 1, with the parts that are not blank."""
    if kind == "address":
        _put_addresses(draft, parts)
    elif kind == "organization":
        _put_organization(draft, parts)
    else:
        labels = _SEPARATOR.split(parts.get("label") or parts.get("type") or "")
        values = [value for value in _SEPARATOR.split(parts.get("value", "")) if value]
        # one label for several values: all of them have it, the first alone is primary
        repeated = labels[-1].removeprefix("*")
        for value, label in zip(values, labels + [repeated] * len(values), strict=False):
            _put_value(draft, kind, label, value, parts)


def _put_value(draft: ContactDraft, kind: str, label: str, value: str, parts: dict[str, str]) -> None:
    is_primary = label.startswith("*")
    plain = label.removeprefix("*").strip()
    if kind in ("e-mail", "phone"):
        columns.put_handles(
            draft, EMAIL if kind == "e-mail" else PHONE, [value], plain, is_primary=is_primary
        )
    elif kind == "website":
        columns.put_link(draft, value, plain, is_primary=is_primary)
    elif kind == "im":
        columns.put_message_name(draft, parts.get("service", plain), value, plain)
    elif kind == "event":
        columns.put_date(draft, plain.lower(), value)
    else:
        columns.put_extra(draft, plain or kind.capitalize(), value)


def _put_organization(draft: ContactDraft, parts: dict[str, str]) -> None:
    fields = {"name": "employer", "title": "job_title"}
    for part, value in parts.items():
        header = f"Organization {part}"
        if part in fields:
            columns.put_text(draft, fields[part], value, header.capitalize())
        elif part not in ("type", "label"):
            columns.put_extra(draft, header.capitalize(), value)


def _put_addresses(draft: ContactDraft, parts: dict[str, str]) -> None:
    names = list(parts)
    for values in zip_longest(*(_SEPARATOR.split(text) for text in parts.values()), fillvalue=""):
        one = dict(zip(names, values, strict=True))
        label = columns.clean_label(one.get("label") or one.get("type"))
        street = [one.get(part, "") for part in ("street", "extended address", "po box")]
        lines = [line.strip() for text in street for line in text.splitlines() if line.strip()]
        named = {name: one.get(part) or None for name, part in _ADDRESS_PARTS.items()}
        if lines or any(named.values()):
            rest = [", ".join(lines[2:]) or None]
            first, second, third = ([*lines[:2], None, None])[:2] + rest
            draft.addresses.append(AddressDraft(first, second, third, **named, label=label))
        elif address := columns.lines_of_address(one.get("formatted", ""), label):
            draft.addresses.append(address)


_ADDRESS_PARTS = {"locality": "city", "region": "region", "postcode": "postal code", "country": "country"}
