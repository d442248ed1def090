"""The draft of one row of a table while its cells are read, and what only the whole row decides."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from coterie.imports.formats import put
from coterie.imports.formats.addresses import address_of
from coterie.imports.formats.cells import split_values
from coterie.model.imports import ContactDraft, HandleDraft, RowError
from coterie.model.text import words
from coterie.model.written_dates import date_of_parts, is_ambiguous

_NO_NAME = "The row has no name and no phone, e-mail or other handle"


class Reading(Struct):
    """addresses: label -> part -> value. birthday: year, month or day -> (header, value), each from its own column.

    repeats: (header, value) of columns that usually repeat others; they go to the note if they say more.
    name_is_last: the table has a column of first names and none of last names.
    """

    draft: ContactDraft = field(default_factory=ContactDraft)
    # (kind, number) -> part -> value, of columns such as email_2 and email_2_label
    numbered: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    name: str | None = None
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    birthday: dict[str, tuple[str, str]] = field(default_factory=dict)
    repeats: list[tuple[str, str]] = field(default_factory=list)
    day_first: bool = False
    # nothing in the file says whether dates are day first
    date_is_guess: bool = False
    name_is_last: bool = False


def warn_of_guess(reading: Reading, value: str) -> None:
    """Warns of a date that may be read in two ways, if only the organization's country decides."""
    if reading.date_is_guess and is_ambiguous(value):
        order = "day/month" if reading.day_first else "month/day"
        reading.draft.warnings.append(f"The date {value[:30]} was read as {order}")


def put_address(reading: Reading, label: str, part: str, value: str) -> None:
    """Adds a part of an address; a second, different value of a part is joined to the first."""
    parts = reading.addresses.setdefault(label, {})
    if part not in parts:
        parts[part] = value
    elif value not in parts[part].split(", "):
        parts[part] = f"{parts[part]}, {value}"


def finish(reading: Reading, source: str) -> ContactDraft | RowError:
    """The draft of the row; a RowError if it has no name, nickname, employer or handle.

    An employer alone becomes the display name.
    """
    draft = reading.draft
    _finish_name(reading)
    _finish_birthday(reading)
    for label, parts in reading.addresses.items():
        if address := address_of(parts, label or None):
            draft.addresses.append(address)
    _finish_numbered(reading)
    _finish_repeats(reading)
    names = (draft.first_name, draft.last_name, draft.display_name, draft.nickname, draft.middle_name)
    if any(names) or draft.handles:
        return draft
    if draft.employer:
        draft.display_name = draft.employer
        return draft
    return RowError(_NO_NAME, source)


def _finish_name(reading: Reading) -> None:
    """A column "Name" is the whole name, unless other columns have only the first name or the last name."""
    draft, name = reading.draft, reading.name
    if name is None:
        return
    first, last = draft.first_name, draft.last_name
    if not last and (not _says(name, first) if first else reading.name_is_last):
        draft.last_name = name
    elif last and not first and not _says(name, last):
        draft.first_name = name
    else:
        put.put_name(draft, name)


def _says(text: str, part: str | None) -> bool:
    return set(words(part or "")) <= set(words(text))


def _finish_birthday(reading: Reading) -> None:
    """Year, month and day of three columns are a birthday; parts that are not one go to the note."""
    draft, parts = reading.draft, reading.birthday
    if not parts:
        return
    year, month, day = (parts[name][1] if name in parts else None for name in ("year", "month", "day"))
    date = date_of_parts(year, month, day)
    if date and draft.birthday in (None, date):
        draft.birthday = date
        return
    if not draft.birthday:
        draft.warnings.append(f"The birthday is not a date: {' '.join(value for _, value in parts.values())}")
    for header, value in parts.values():
        put.put_extra(draft, header, value)


def _finish_numbered(reading: Reading) -> None:
    draft = reading.draft
    for (kind, _), parts in reading.numbered.items():
        label, type_, value = parts.pop("label", None), parts.pop("type", None), parts.get("", "")
        if kind == "address":
            label = label or put.clean_label(type_)
            address = address_of(parts, label)
            draft.addresses += [address] if address else []
        elif kind == "date" and value:
            warn_of_guess(reading, value)
            put.put_date(draft, label or "other", value, day_first=reading.day_first)
        elif value and type_:
            put.put_handles(draft, kind, split_values(kind, value), type_)
        elif value:
            draft.handles.append(HandleDraft(kind, value, label))
        elif label:
            put.put_extra(draft, f"{kind.capitalize()} label", label)


def _finish_repeats(reading: Reading) -> None:
    if not reading.repeats:
        return
    draft = reading.draft
    known = set(words(_text_of(msgspec.to_builtins(draft))))
    for header, value in reading.repeats:
        if not set(words(value)) <= known and not _is_initials(value, draft):
            put.put_extra(draft, header, value)


def _text_of(value: object) -> str:
    """The texts of a draft except labels: a label goes with a value that is not a number or address."""
    if isinstance(value, Mapping):
        return " ".join(_text_of(inner) for name, inner in value.items() if name != "label")
    if isinstance(value, list | tuple):
        return " ".join(map(_text_of, value))
    return value if isinstance(value, str) else ""


def _is_initials(value: str, draft: ContactDraft) -> bool:
    letters = "".join(words(value))
    names = [word for name in (draft.first_name, draft.middle_name, draft.last_name) for word in words(name or "")]
    return letters == "".join(word[0] for word in names)
