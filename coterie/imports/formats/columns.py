"""Reads a table whose columns are mapped to fields: what the readers of CSV files share.

Values stay as written; blank cells are dropped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct, field

from coterie.imports.formats import put
from coterie.imports.formats.csv_rows import Row
from coterie.imports.formats.dates import find_day_first
from coterie.imports.formats.fields import TEXT_FIELDS, check_mapping
from coterie.model.cells import plain_cell, split_list
from coterie.model.handles import CHANNELS, EMAIL, PHONE
from coterie.model.imports import AddressDraft, ContactDraft, RowError

_LIST = re.compile(r"[;,\n]|:::")
_SEVERAL = {EMAIL: _LIST, PHONE: re.compile(r"[;\n]|:::")}
_NO_NAME = "The row has no name and no phone, e-mail or other handle"


class Reading(Struct):
    """A draft while its cells are read. addresses: label -> part -> value."""

    draft: ContactDraft
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    day_first: bool = False


Put = Callable[[Reading, str], None]


def read_table(
    rows: Iterable[Row | RowError],
    headers: Sequence[str],
    mapping: Mapping[str, str],
    *,
    day_first: bool = False,
) -> Iterator[ContactDraft | RowError]:
    """The drafts of a table. mapping: header -> path; a column without one is skipped.

    The apostrophe before a formula is removed: our own export adds it, as other programs do.

    Raises Invalid, before the first row, if a path is not in FIELDS.
    """
    check_mapping(mapping)
    puts = [(i, put_of(mapping[h], h)) for i, h in enumerate(headers) if mapping.get(h, "ignore") != "ignore"]
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        reading = Reading(ContactDraft(), day_first=day_first)
        for index, put_cell in puts:
            if cell := plain_cell(row.cells[index]).strip():
                put_cell(reading, cell)
        yield finish(reading, row.source)


def put_of(path: str, header: str) -> Put:
    """The function that puts a cell of a column into the draft."""
    kind, _, label = path.partition(":")
    if kind in TEXT_FIELDS:
        return lambda reading, value: put.put_text(reading.draft, kind, value, header)
    if kind.split(".")[0] == "address":
        name, _, part = label.partition(".") if label else ("", "", kind.partition(".")[2])
        return lambda reading, value: _put_address(reading, put.clean_label(name) or "", part, value)
    if kind == "date":
        return lambda reading, value: put.put_date(reading.draft, label, value, day_first=reading.day_first)
    if kind == "link":
        return lambda reading, value: put.put_link(reading.draft, value, label)
    if kind == "unread":
        return lambda reading, value: reading.draft.warnings.append(f"Skipped: {label}, {value[:100]}")
    if kind in CHANNELS:
        several = _SEVERAL.get(kind)
        return lambda reading, value: put.put_handles(
            reading.draft, kind, several.split(value) if several else [value], label
        )
    puts: dict[str, Put] = {
        "name": lambda reading, value: put.put_name(reading.draft, value),
        "gender": lambda reading, value: put.put_gender(reading.draft, value),
        "relationship_grade": lambda reading, value: put.put_grade(reading.draft, value),
        "birthday": lambda reading, value: put.put_birthday(reading.draft, value, day_first=reading.day_first),
        "picture_url": lambda reading, value: put.put_picture(reading.draft, value),
        "tags": lambda reading, value: put.put_tags(reading.draft, split_list(value)),
        "folders": lambda reading, value: put.put_folders(reading.draft, split_list(value)),
        "note": lambda reading, value: put.put_note(reading.draft, value),
        "extra": lambda reading, value: put.put_extra(reading.draft, header, value),
    }
    return puts[kind]


def _put_address(reading: Reading, label: str, part: str, value: str) -> None:
    parts = reading.addresses.setdefault(label, {})
    if part in parts:
        value = f"{parts[part]}, {value}"
    elif part == "line_1" and "\n" in value:
        first, *rest = [line.strip() for line in value.splitlines() if line.strip()]
        value = first
        if rest:
            parts["line_2"] = ", ".join(rest)
    parts[part] = value


def finish(reading: Reading, source: str) -> ContactDraft | RowError:
    """The draft with its addresses; a RowError if it has no name, nickname, employer or handle.

    An employer alone becomes the display name.
    """
    draft = reading.draft
    for label, parts in reading.addresses.items():
        whole = parts.pop("", "")
        if parts:
            named = {f"address_{k}" if k.startswith("line") else k: v for k, v in parts.items()}
            draft.addresses.append(AddressDraft(**named, label=label or None))
        elif address := put.lines_of_address(whole, label or None):
            draft.addresses.append(address)
    names = (draft.first_name, draft.last_name, draft.display_name, draft.nickname, draft.middle_name)
    if any(names) or draft.handles:
        return draft
    if draft.employer:
        draft.display_name = draft.employer
        return draft
    return RowError(_NO_NAME, source)


def day_first_in(rows: Iterable[Row | RowError], headers: Sequence[str], mapping: Mapping[str, str]) -> bool:
    """Whether the dates of the mapped columns are written day first. Reads until one date decides."""
    paths = [mapping.get(header, "") for header in headers]
    indexes = [i for i, path in enumerate(paths) if path == "birthday" or path.startswith("date:")]
    if not indexes:
        return False
    cells = ([row.cells[i] for i in indexes] for row in rows if isinstance(row, Row))
    return find_day_first(chain.from_iterable(cells))
