"""Reads a table whose columns are mapped to fields: shared by the readers of CSV files.

Values stay as written. Nothing is lost: a value that is not one of its field goes to the note.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from coterie.imports.formats import put
from coterie.imports.formats.cells import is_no_value, read_cell, split_values
from coterie.imports.formats.csv_rows import CsvRow, Table
from coterie.imports.formats.fields import TEXT_FIELDS, check_mapping, numbered_of
from coterie.imports.formats.header_names import is_setting
from coterie.imports.formats.reading import Reading, finish, put_address, warn_of_guess
from coterie.model.cells import split_list
from coterie.model.handles import CHANNELS
from coterie.model.imports import UID_SOURCE, ContactDraft, RowError
from coterie.model.text import words
from coterie.model.written_dates import find_day_first, is_day_of_month, writes_day_first

_NAMES = ("name", "first_name", "middle_name", "last_name", "nickname", "display_name")
Put = Callable[[Reading, str], None]


class DateOrder(NamedTuple):
    """Whether dates are day first, and whether that is only the habit of the organization's country."""

    day_first: bool = False
    is_guess: bool = False


def read_table(
    rows: Iterable[CsvRow | RowError],
    headers: Sequence[str],
    mapping: Mapping[str, str],
    *,
    dates: DateOrder = DateOrder(),
) -> Iterator[ContactDraft | RowError]:
    """The drafts of a table. mapping: header -> path; a column without one is skipped.

    Raises Invalid, before the first row, if a path is not in FIELDS.
    """
    check_mapping(mapping)
    columns = [
        (index, put_of(path, header), path in _NAMES)
        for index, header in enumerate(headers)
        if (path := mapping.get(header, "ignore")) != "ignore"
    ]
    paths = {mapping.get(header) for header in headers}
    name_is_last = {"name", "first_name"} <= paths and "last_name" not in paths
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        reading = Reading(day_first=dates.day_first, date_is_guess=dates.is_guess, name_is_last=name_is_last)
        for index, put_cell, is_name in columns:
            if (cell := read_cell(row.cells[index])) and not is_no_value(cell, is_name=is_name):
                put_cell(reading, cell)
        yield finish(reading, row.source)


def put_of(path: str, header: str) -> Put:
    """The function that puts a cell of a column into the draft."""
    if numbered := numbered_of(path):
        kind, number, part = numbered
        return lambda reading, value: reading.numbered.setdefault((kind, number), {}).update({part: value})
    kind, _, label = path.partition(":")
    if kind in TEXT_FIELDS:
        return lambda reading, value: put.put_text(reading.draft, kind, value, header)
    if kind.split(".")[0] == "address":
        name, _, part = label.partition(".") if label else ("", "", kind.partition(".")[2])
        return lambda reading, value: put_address(reading, put.clean_label(name) or "", part, value)
    if kind == "date":
        return _date(label)
    if kind == "link":
        return _link(label)
    if kind == "related":
        return lambda reading, value: put.put_related(reading.draft, label.capitalize(), value)
    if kind == "unread":
        return lambda reading, value: reading.draft.warnings.append(f"Skipped: {label}, {value[:100]}")
    if kind in CHANNELS:
        return _handles(kind, label, header)
    return _OTHERS[kind](header)


def _handles(channel: str, label: str, header: str) -> Put:
    def put_handles(reading: Reading, value: str) -> None:
        if not is_setting(header, value):
            put.put_handles(reading.draft, channel, split_values(channel, value), label)

    return put_handles


def _link(label: str) -> Put:
    def put_links(reading: Reading, value: str) -> None:
        for link in split_values("link", value):
            put.put_link(reading.draft, link, label)

    return put_links


def _birthday(header: str) -> Put:
    def put_birthday(reading: Reading, value: str) -> None:
        if is_day_of_month(value):  # "Birth Day", next to "Birth Month"
            reading.birthday["day"] = (header, value)
        else:
            warn_of_guess(reading, value)
            put.put_birthday(reading.draft, value, header, day_first=reading.day_first)

    return put_birthday


def _date(label: str) -> Put:
    def put_date(reading: Reading, value: str) -> None:
        warn_of_guess(reading, value)
        put.put_date(reading.draft, label, value, day_first=reading.day_first)

    return put_date


def _birthday_part(part: str) -> Callable[[str], Put]:
    return lambda header: lambda reading, value: reading.birthday.update({part: (header, value)})


def _extra(header: str) -> Put:
    if words(header):
        return lambda reading, value: None if is_setting(header, value) else put.put_extra(reading.draft, header, value)
    # a column without a name that counts the rows, as data frames are exported
    return lambda reading, value: None if value.isdigit() else put.put_extra(reading.draft, header, value)


def _name(reading: Reading, value: str) -> None:
    if reading.name is None:
        reading.name = value
    elif reading.name != value:
        reading.repeats.append(("Name", value))


# path -> the function that puts a cell, given the header of its column
_OTHERS: dict[str, Callable[[str], Put]] = {
    "name": lambda header: _name,
    "title": lambda header: lambda reading, value: put.put_title(reading.draft, value, header),
    "gender": lambda header: lambda reading, value: put.put_gender(reading.draft, value),
    "relationship_grade": lambda header: lambda reading, value: put.put_grade(reading.draft, value),
    "birthday": _birthday,
    "birthday.year": _birthday_part("year"),
    "birthday.month": _birthday_part("month"),
    "birthday.day": _birthday_part("day"),
    "uid": lambda header: lambda reading, value: reading.draft.external_ids.append((UID_SOURCE, value)),
    "picture_url": lambda header: lambda reading, value: put.put_picture(reading.draft, value),
    "tags": lambda header: lambda reading, value: put.put_tags(reading.draft, split_list(value)),
    "folders": lambda header: lambda reading, value: put.put_folders(reading.draft, split_list(value)),
    "note": lambda header: lambda reading, value: put.put_note(reading.draft, value),
    "extra": _extra,
    "repeat": lambda header: lambda reading, value: reading.repeats.append((header, value)),
}


def date_order(open_again: Callable[[], Table], mapping: Mapping[str, str], country: str | None) -> DateOrder:
    """How a table writes its dates: as the file shows, otherwise as the country does. open_again opens the table."""
    table = open_again()
    if table.is_day_first:
        return DateOrder(day_first=True)
    day_first = day_first_in(table.rows, table.headers, mapping)
    return DateOrder(writes_day_first(country), is_guess=True) if day_first is None else DateOrder(day_first)


def day_first_in(rows: Iterable[CsvRow | RowError], headers: Sequence[str], mapping: Mapping[str, str]) -> bool | None:
    """Whether the dates of the mapped columns are written day first; None if no date decides. Reads until one does."""
    paths = [mapping.get(header, "") for header in headers]
    indexes = [i for i, path in enumerate(paths) if path == "birthday" or path.startswith(("date:", "date#"))]
    if not indexes:
        return None
    cells = ([row.cells[i] for i in indexes] for row in rows if isinstance(row, CsvRow))
    return find_day_first(chain.from_iterable(cells))
