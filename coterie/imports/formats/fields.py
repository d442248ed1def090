"""The fields of a contact that a column of a table can be mapped to.

A path names a field, with a label where the field takes one: "first_name", "email", "phone:work",
"address:home.locality", "date:anniversary", "tags", "note".
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from coterie.errors import Invalid, Problem
from coterie.model.contacts import GENDERS
from coterie.model.handles import CHANNELS, EMAIL, LABEL_LENGTH_MAX, PHONE

LISTED_MAX = 60
PROBLEMS_MAX = 20

TEXT_FIELDS = {
    "display_name": "the name shown, where it is not the real one",
    "name_prefix": "title before the name: Dr",
    "first_name": "first name",
    "middle_name": "middle names",
    "last_name": "last name",
    "name_suffix": "after the name: Jr, PhD",
    "formatted_name": "the full name as written, next to its parts",
    "phonetic_first_name": "how the first name is pronounced",
    "phonetic_last_name": "how the last name is pronounced",
    "maiden_name": "name before marriage",
    "nickname": "nickname",
    "employer": "where the person works",
    "department": "in which part of it",
    "job_title": "what the person does there",
    "how_you_met": "how you met",
    "language": "language, as a code or a word",
    "bio": "how the person describes himself or herself",
}
ADDRESS_PARTS = ("line_1", "line_2", "line_3", "locality", "region", "postcode", "country", "house_number")
FIELDS: dict[str, str] = {
    "name": "the whole name in one cell; it is split into its parts. Next to a first name, the last name",
    **TEXT_FIELDS,
    "title": "before the name: Dr; any other word is what the person does",
    "gender": f"one of {', '.join(GENDERS)}; any other value goes to the note",
    "birthday": "birthday, with or without a year",
    **{f"birthday.{part}": f"the {part} of the birthday, in a separate column" for part in ("year", "month", "day")},
    "relationship_grade": "how close you are, 0 to 5; any other value is skipped with a warning",
    "email": "e-mail addresses; email:work and other labels too; several by ; or , or a new line",
    "phone": "phone numbers; phone:mobile and other labels too; several by ; or a new line",
    "link": "a link: to LinkedIn, to Instagram, or a website",
    **{channel: f"a name or link on {channel}" for channel in CHANNELS if channel not in (PHONE, EMAIL)},
    "address": "a whole postal address in one cell; address:home and other labels too",
    **{f"address.{part}": "part of a postal address; address:work. and others too" for part in ADDRESS_PARTS},
    "date": "another date: date:anniversary, with the label after the colon",
    "related": "the full name of a related person, with the role after the colon: related:spouse",
    "uid": "the UID of a vCard, by which the contact is known",
    "picture_url": "link to a picture",
    "tags": "tags, several by ; or ,",
    "folders": "folders, several by ; or ,",
    "note": "a note",
    "extra": "a line of the note that begins with the name of the column",
    "repeat": "a line of the note, unless it only repeats what other columns say",
    "unread": "only a warning that the value was skipped: unread:the shoe size",
    "ignore": "nothing: the column is skipped",
}


_NUMBERED_KINDS = "|".join((*CHANNELS, "address", "date"))
_NUMBERED = re.compile(rf"({_NUMBERED_KINDS})#([1-9][0-9]{{0,2}})(?:\.({'|'.join(ADDRESS_PARTS)}|label|type))?")


def numbered_of(path: str) -> tuple[str, int, str] | None:
    """(kind, number, part) of a path such as "email#2", "email#2.label" or "address#2.locality"; otherwise None.

    A label is taken as written, a type as the word of a program for it ("* Mobile", "INTERNET").
    """
    match = _NUMBERED.fullmatch(path)
    return (match[1], int(match[2]), match[3] or "") if match else None


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises Invalid, with a problem for each header, if a path is not in FIELDS."""
    wrong = [(header, path) for header, path in mapping.items() if not _is_path(path)]
    problems = [
        Problem(("mapping", header), "choice", f"is mapped to {path[:LABEL_LENGTH_MAX]!r}, which is not a field")
        for header, path in wrong[:PROBLEMS_MAX]
    ]
    if problems:
        last = problems[-1]
        problems[-1] = last._replace(reason=f"{last.reason}; fields are {listed(FIELDS)}")
        raise Invalid(*problems)


def listed(names: Iterable[str]) -> str:
    """The first names, each shortened, for a sentence."""
    some = list(islice(names, LISTED_MAX + 1))
    more = ", …" if len(some) > LISTED_MAX else ""
    return ", ".join(name[:LABEL_LENGTH_MAX] for name in some[:LISTED_MAX]) + more


def _is_path(path: str) -> bool:
    if numbered_of(path):
        return True
    kind, _, label = path.partition(":")
    if kind == "unread":
        return bool(label)
    if not label:
        return path in FIELDS and path not in ("date", "related", "unread")
    if kind == "address":
        _, _, part = label.rpartition(".")
        return "." not in label or part in ADDRESS_PARTS
    return len(label) <= LABEL_LENGTH_MAX and (kind in ("date", "related", "link") or kind in CHANNELS)
