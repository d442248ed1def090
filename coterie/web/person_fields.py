"""The fields of a contact that are edited in place: their labels and inputs."""

import re
from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import GENDERS, STATUSES, TEXTS, Contact
from coterie.model.written_dates import read_date, writes_day_first
from coterie.web.languages import language_code, language_name
from coterie.web.words import day


class FormField(Struct, frozen=True):
    """kind: text, lines, date, url, number, choice, choices, check, day, time, person. choices: (value, label).

    hint: shown below the input. only_kept: a choice that is offered only while it is the value.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    length_max: int = 500
    choices: Sequence[tuple[str, str]] = ()
    required: bool = False
    only_kept: str | None = None


_DATE = re.compile(r"(\d{4}|-)-\d{2}-\d{2}")
DATE_HINT = "Like 12 May 1980, or 12 May if you do not know the year"
# in the order in which a page shows them
FIELDS = {
    field.name: field
    for field in (
        FormField("real_name", "Name"),
        FormField("nickname", "Nickname", length_max=TEXTS["nickname"]),
        FormField("display_name", "Shown as", length_max=TEXTS["display_name"]),
        FormField("birthday", "Birthday", "date", DATE_HINT, TEXTS["birthday"]),
        FormField("job_title", "Job", length_max=TEXTS["job_title"]),
        FormField("employer", "Works at", length_max=TEXTS["employer"]),
        FormField("department", "Department", length_max=TEXTS["department"]),
        FormField("how_you_met", "How you met", "lines", length_max=TEXTS["how_you_met"]),
        FormField("maiden_name", "Name before marriage", length_max=TEXTS["maiden_name"]),
        FormField("phonetic_first_name", "First name as spoken", length_max=TEXTS["phonetic_first_name"]),
        FormField("phonetic_last_name", "Last name as spoken", length_max=TEXTS["phonetic_last_name"]),
        FormField("gender", "Gender", "choice",
                  choices=[("", "Not given"), *((each, each.capitalize()) for each in GENDERS)]),
        FormField("language", "Language", hint="Such as English, or a code like de-CH", length_max=TEXTS["language"]),
        FormField("bio", "Bio", "lines", length_max=TEXTS["bio"]),
        FormField("relationship_grade", "Closeness", "choice",
                  choices=[("", "Not given"), *((str(grade), f"{grade} of 5") for grade in range(6))]),
        FormField("status", "Messages", "choice",
                  choices=[(each, "Wants messages" if each == "subscribed" else "Wants none") for each in STATUSES]),
        FormField("name_prefix", "Title", hint="Such as Dr.", length_max=TEXTS["name_prefix"]),
        FormField("first_name", "First name", length_max=TEXTS["first_name"]),
        FormField("middle_name", "Middle name", length_max=TEXTS["middle_name"]),
        FormField("last_name", "Last name", length_max=TEXTS["last_name"]),
        FormField("name_suffix", "Suffix", hint="Such as Jr.", length_max=TEXTS["name_suffix"]),
    )
}  # fmt: skip
# shown elsewhere than among the facts
NAME_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
IN_HEAD = ("real_name", *NAME_PARTS)
_QUIET = {"status": "subscribed"}


def value_of(contact: Contact, name: str) -> str:
    """The value as the form has it, "" for none."""
    value = contact.full_name if name == "real_name" else getattr(contact, name)
    return "" if value is None else str(value)


def shown_value(contact: Contact, field: FormField) -> str:
    """The value as the page shows it: the label of a choice, the name of a language."""
    value = value_of(contact, field.name)
    if field.name == "language":
        return language_name(value)
    return dict(field.choices).get(value, value) if value else ""


def filled(contact: Contact) -> list[FormField]:
    """The fields worth a line, because they have a value that says something."""
    return [
        field
        for field in FIELDS.values()
        if field.name not in IN_HEAD and value_of(contact, field.name) not in ("", _QUIET.get(field.name))
    ]


def empty(contact: Contact) -> list[FormField]:
    """The others, which "Add" offers."""
    shown = {field.name for field in filled(contact)}
    return [field for field in FIELDS.values() if field.name not in shown and field.name not in IN_HEAD]


def iso_date(text: str, country: str | None) -> str:
    """A date as people of a country write it, as YYYY-MM-DD or --MM-DD; any other text unchanged."""
    return read_date(text, day_first=writes_day_first(country)) or text


def written_date(text: str) -> str:
    """A stored date as people write it, if read_date reads that back; any other text unchanged."""
    if not _DATE.fullmatch(text):
        return text
    return day(text) if read_date(day(text)) == text else text


def parsed(name: str, text: str, country: str | None) -> str | int | None:
    """The value that actions.contacts.update_contact takes. country: of the organization."""
    text = text.strip()
    if name == "birthday":
        return iso_date(text, country) or None
    if name == "language":
        return language_code(text) or None
    if name == "relationship_grade":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None
    return text or None


def name_parts(contact: Contact) -> list[tuple[FormField, str]]:
    """The parts of the name, with their values."""
    return [(FIELDS[name], value_of(contact, name)) for name in NAME_PARTS]
