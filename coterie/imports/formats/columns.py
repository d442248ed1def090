"""From the cells of a row to a draft: what every reader of a table shares.

A column is tied to a field of the draft by a path: "first_name", "email", "phone:work",
"address:home.locality", "date:anniversary", "tags", "note". FIELDS lists them.
Values stay as they were typed; blank ones are dropped.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

from msgspec import Struct

from coterie.errors import Invalid, Problem
from coterie.imports.formats.csv_rows import Row
from coterie.imports.formats.dates import find_day_first, is_no_date, read_date
from coterie.model.cells import plain_cell, split_list
from coterie.model.contacts import GENDERS, GRADES, split_name
from coterie.model.handles import CHANNELS, EMAIL, INSTAGRAM, LINKEDIN, PHONE, WEBSITE
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft, RowError
from coterie.model.text import fold

LABEL_LENGTH_MAX = 60
# of one contact: handles, tags, folders
COUNT_MAX = 200
LISTED_MAX = 60
PROBLEMS_MAX = 20

TEXT_FIELDS = {
    "display_name": "the name shown, where it is not the real one",
    "name_prefix": "title before the name: Dr",
    "first_name": "first name",
    "middle_name": "middle names",
    "last_name": "last name",
    "name_suffix": "after the name: Jr, PhD",
    "nickname": "nickname",
    "employer": "where the person works",
    "job_title": "what the person does there",
    "how_you_met": "how you met",
    "language": "language, as a code or a word",
    "bio": "how the person describes himself or herself",
}  # fmt: skip
ADDRESS_PARTS = ("line_1", "line_2", "line_3", "locality", "region", "postcode", "country")
FIELDS: dict[str, str] = {
    "name": "the whole name in one cell; it is taken apart",
    **TEXT_FIELDS,
    "gender": f"one of {', '.join(GENDERS)}; anything else goes to the note",
    "birthday": "birthday, with or without a year",
    "relationship_grade": "how close you are, 0 to 5; anything else is left out with a warning",
    "email": "e-mail addresses; email:work and other labels too; several by ; or , or a new line",
    "phone": "phone numbers; phone:mobile and other labels too; several by ; or a new line",
    "link": "a link: to LinkedIn, to Instagram, or a website",
    **{channel: f"a name or link on {channel}" for channel in CHANNELS if channel not in (PHONE, EMAIL)},
    "address": "a whole postal address in one cell; address:home and other labels too",
    **{f"address.{part}": "part of a postal address; address:work. and others too" for part in ADDRESS_PARTS},
    "date": "another date: date:anniversary, with the label behind the colon",
    "picture_url": "link to a picture",
    "tags": "tags, several by ; or ,",
    "folders": "folders, several by ; or ,",
    "note": "a note",
    "extra": "a line of the note that begins with the name of the column",
    "unread": "only a warning that it was left out: unread:the shoe size",
    "ignore": "nothing: the column is left out",
}  # fmt: skip

_LIST = re.compile(r"[;,\n]|:::")
_SEVERAL = {EMAIL: _LIST, PHONE: re.compile(r"[;\n]|:::")}
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[a-z0-9-]+\.)*?(linkedin|instagram)\.com(?:[/?#]|$)", re.IGNORECASE)
_SERVICES = {
    "google talk": "xmpp", "gtalk": "xmpp", "jabber": "xmpp", "xmpp": "xmpp", "skype": "skype",
    "telegram": "telegram", "whatsapp": "whatsapp", "signal": "signal", "matrix": "matrix",
    "facebook": "facebook", "messenger": "facebook", "facebook messenger": "facebook",
    "instagram": "instagram", "twitter": "twitter", "x": "twitter",
    "mastodon": "mastodon", "github": "github",
}  # fmt: skip
# groups every Google account has by itself: they say nothing about a person
_SYSTEM_TAGS = (
    "mycontacts",
    "my contacts",
    "starred",
    "other contacts",
    "starred in android",
    "suggested contacts",
)


class Reading(Struct):
    """A draft while its cells are read, with the postal addresses by label, in parts."""

    draft: ContactDraft
    addresses: dict[str, dict[str, str]]
    day_first: bool = False


Put = Callable[[Reading, str], None]


def read_table(
    rows: Iterable[Row | RowError],
    headers: Sequence[str],
    mapping: Mapping[str, str],
    *,
    day_first: bool = False,
) -> Iterator[ContactDraft | RowError]:
    """The drafts of a table whose columns are mapped, header to path; columns not mapped are left out.

    The apostrophe before what a spreadsheet would take for a formula is left out: our own export puts it there, as
    other programs do.

    Refused (Invalid, before the first row): a path that FIELDS does not know.
    """
    check_mapping(mapping)
    puts = [(i, place(mapping[h], h)) for i, h in enumerate(headers) if mapping.get(h, "ignore") != "ignore"]
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        reading = Reading(ContactDraft(), {}, day_first)
        for index, put in puts:
            if cell := plain_cell(row.cells[index]).strip():
                put(reading, cell)
        yield finish(reading, row.source)


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Refuses (Invalid, naming each) paths that FIELDS does not know."""
    wrong = [(header, path) for header, path in mapping.items() if not _is_path(path)]
    problems = [
        Problem(("mapping", header), "choice", f"is mapped to {path[:LABEL_LENGTH_MAX]!r}, which is no field")
        for header, path in wrong[:PROBLEMS_MAX]
    ]
    if problems:
        last = problems[-1]
        problems[-1] = last._replace(reason=f"{last.reason}; fields are {listed(FIELDS)}")
        raise Invalid(*problems)


def listed(names: Iterable[str]) -> str:
    """Names as they stand in a sentence: the first of them, shortened."""
    some = list(islice(names, LISTED_MAX + 1))
    more = ", …" if len(some) > LISTED_MAX else ""
    return ", ".join(name[:LABEL_LENGTH_MAX] for name in some[:LISTED_MAX]) + more


def _is_path(path: str) -> bool:
    kind, _, label = path.partition(":")
    if kind == "unread":
        return bool(label)
    if not label:
        return path in FIELDS and path not in ("date", "unread")
    if kind == "address":
        _, _, part = label.rpartition(".")
        return "." not in label or part in ADDRESS_PARTS
    return len(label) <= LABEL_LENGTH_MAX and (kind == "date" or kind in CHANNELS or kind == "link")


def place(path: str, header: str) -> Put:
    """What puts a cell of the column into the draft."""
    kind, _, label = path.partition(":")
    if kind in TEXT_FIELDS:
        return lambda reading, value: put_text(reading.draft, kind, value, header)
    if kind.split(".")[0] == "address":
        name, _, part = label.partition(".") if label else ("", "", kind.partition(".")[2])
        return lambda reading, value: _put_address(reading, clean_label(name) or "", part, value)
    if kind == "date":
        return lambda reading, value: put_date(reading.draft, label, value, day_first=reading.day_first)
    if kind == "link":
        return lambda reading, value: put_link(reading.draft, value, label)
    if kind == "unread":
        return lambda reading, value: reading.draft.warnings.append(f"Left out: {label}, {value[:100]}")
    if kind in CHANNELS:
        several = _SEVERAL.get(kind)
        return lambda reading, value: put_handles(
            reading.draft, kind, several.split(value) if several else [value], label
        )
    puts: dict[str, Put] = {
        "name": lambda reading, value: _put_name(reading.draft, value),
        "gender": lambda reading, value: put_gender(reading.draft, value),
        "relationship_grade": lambda reading, value: put_grade(reading.draft, value),
        "birthday": lambda reading, value: put_birthday(reading.draft, value, day_first=reading.day_first),
        "picture_url": lambda reading, value: put_picture(reading.draft, value),
        "tags": lambda reading, value: put_tags(reading.draft, split_list(value)),
        "folders": lambda reading, value: _put_folders(reading.draft, split_list(value)),
        "note": lambda reading, value: put_note(reading.draft, value),
        "extra": lambda reading, value: put_extra(reading.draft, header, value),
    }
    return puts[kind]


def put_text(draft: ContactDraft, name: str, value: str, header: str) -> None:
    """Sets a field of one text; a second, different value of it becomes a line of the note."""
    if getattr(draft, name) is None:
        setattr(draft, name, value)
    elif getattr(draft, name) != value:
        put_extra(draft, header, value)


def put_handles(
    draft: ContactDraft, channel: str, values: Iterable[str], label: str | None, *, is_primary: bool = False
) -> None:
    """Adds ways to reach someone, 200 at most; blank and repeated ones are dropped. Only the first may be
    primary."""
    for value in values:
        plain = value.strip()
        if not plain:
            continue
        if len(draft.handles) >= COUNT_MAX:
            draft.warnings.append(f"More than {COUNT_MAX} ways to reach one person; the rest is left out")
            return
        for known in draft.handles:
            if known.value == plain and known.channel == channel:
                break
        else:
            draft.handles.append(HandleDraft(channel, plain, clean_label(label), is_primary))
            is_primary = False


def put_link(draft: ContactDraft, value: str, label: str | None, *, is_primary: bool = False) -> None:
    """Adds a link on the channel it leads to: linkedin, instagram, else website."""
    host = _HOST.match(value.strip())
    channel = WEBSITE if host is None else LINKEDIN if host[1].lower() == "linkedin" else INSTAGRAM
    is_said_by_channel = channel != WEBSITE and fold(label or "") == channel
    put_handles(draft, channel, [value], None if is_said_by_channel else label, is_primary=is_primary)


def put_message_name(draft: ContactDraft, service: str, value: str, label: str | None) -> None:
    """Adds a name on an instant messenger; one not known is on the channel "other", labelled by it."""
    channel = _SERVICES.get(fold(service), "other")
    put_handles(draft, channel, [value], (service or label) if channel == "other" else label)


def put_birthday(draft: ContactDraft, value: str, *, day_first: bool = False) -> None:
    """Sets the birthday; what cannot be read becomes a warning."""
    if not is_no_date(value):
        draft.birthday = read_date(value, day_first=day_first) or draft.birthday
        if draft.birthday is None:
            draft.warnings.append(f"The birthday is not a date: {value[:100]}")


def put_date(draft: ContactDraft, label: str, value: str, *, day_first: bool = False) -> None:
    """Adds a date; what cannot be read becomes a warning. "Birthday" among them is the birthday."""
    if fold(label) == "birthday" and draft.birthday is None:
        put_birthday(draft, value, day_first=day_first)
    elif not is_no_date(value):
        if occurs_on := read_date(value, day_first=day_first):
            draft.dates.append(DateDraft(label.strip()[:LABEL_LENGTH_MAX] or "other", occurs_on))
        else:
            draft.warnings.append(f"{label.strip() or 'A date'} is not a date: {value[:100]}")


def put_gender(draft: ContactDraft, value: str) -> None:
    """Sets the gender where it is one of ours; "Unspecified" is none, anything else a line of the note."""
    plain = {"m": "male", "f": "female", "nonbinary": "non-binary"}.get(fold(value), fold(value))
    if plain in GENDERS:
        draft.gender = plain
    elif plain != "unspecified":
        put_extra(draft, "Gender", value)


def put_grade(draft: ContactDraft, value: str) -> None:
    """Sets how close someone is; what is no whole number from 0 to 5 becomes a warning."""
    if value.isascii() and value.isdigit() and int(value[:9]) in GRADES:
        draft.relationship_grade = int(value)
    else:
        draft.warnings.append(f"Left out: the relationship type is not 0 to 5, {value[:100]}")


def put_picture(draft: ContactDraft, value: str) -> None:
    """Adds a picture named by a web address; anything else becomes a warning."""
    if value.lower().startswith(("http://", "https://")):
        draft.pictures.append(PictureDraft(url=value))
    else:
        draft.warnings.append(f"The picture is not a web address: {value[:100]}")


def put_tags(draft: ContactDraft, values: Iterable[str]) -> None:
    """Adds tags; Google's own groups (* myContacts, * starred) are none, nor are repeated ones."""
    for value in values:
        tag = value.strip().removeprefix("*").strip()
        if tag and fold(tag) not in _SYSTEM_TAGS and tag not in draft.tags and len(draft.tags) < COUNT_MAX:
            draft.tags.append(tag)


def put_note(draft: ContactDraft, value: str) -> None:
    """Adds to the note, as a paragraph of its own."""
    draft.note = f"{draft.note}\n\n{value}" if draft.note else value


def put_extra(draft: ContactDraft, label: str, value: str) -> None:
    """Adds what has no field of its own to the note, as a line "label: value"."""
    line = f"{label.strip()}: {value}" if label.strip() else value
    draft.note = f"{draft.note}\n{line}" if draft.note else line


@lru_cache(maxsize=1024)
def clean_label(label: str | None) -> str | None:
    """A label in lower case, without the star that marks a primary one; "internet" and "smtp" say nothing."""
    plain = " ".join((label or "").strip().removeprefix("*").lower().split())
    plain = {"business": "work", "cell": "mobile", "cellular": "mobile"}.get(plain, plain)
    return plain[:LABEL_LENGTH_MAX] if plain and plain not in ("internet", "smtp", "custom") else None


def lines_of_address(text: str, label: str | None) -> AddressDraft | None:
    """A whole address in one text: its first three lines, the rest joined to the third."""
    lines = [line.strip(" ,") for line in text.splitlines() if line.strip(" ,")]
    if not lines:
        return None
    second = lines[1] if len(lines) > 1 else None
    return AddressDraft(lines[0], second, ", ".join(lines[2:]) or None, label=label)


def finish(reading: Reading, source: str) -> ContactDraft | RowError:
    """The draft with its addresses, or a RowError where there is nothing to call a person by.

    A name, a nickname, an employer or any way to reach someone will do; a lone employer is the display name.
    """
    draft = reading.draft
    for label, parts in reading.addresses.items():
        whole = parts.pop("", "")
        if parts:
            named = {f"address_{k}" if k.startswith("line") else k: v for k, v in parts.items()}
            draft.addresses.append(AddressDraft(**named, label=label or None))
        elif address := lines_of_address(whole, label or None):
            draft.addresses.append(address)
    if any(
        (
            draft.first_name,
            draft.last_name,
            draft.display_name,
            draft.nickname,
            draft.middle_name,
            draft.handles,
        )
    ):
        return draft
    if draft.employer:
        draft.display_name = draft.employer
        return draft
    return RowError("The row has no name and no way to reach anyone", source)


def day_first_in(rows: Iterable[Row | RowError], headers: Sequence[str], mapping: Mapping[str, str]) -> bool:
    """Whether the dates in the mapped columns of a file are written day first; reads until one decides."""
    paths = [mapping.get(header, "") for header in headers]
    indexes = [i for i, path in enumerate(paths) if path == "birthday" or path.startswith("date:")]
    if not indexes:
        return False
    cells = ([row.cells[i] for i in indexes] for row in rows if isinstance(row, Row))
    return find_day_first(chain.from_iterable(cells))


def _put_folders(draft: ContactDraft, values: Iterable[str]) -> None:
    for value in values:
        folder = value.strip()
        if folder and folder not in draft.folders and len(draft.folders) < COUNT_MAX:
            draft.folders.append(folder)


def _put_name(draft: ContactDraft, value: str) -> None:
    for name, part in split_name(value).items():
        if part and getattr(draft, name) is None:
            setattr(draft, name, part)


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
