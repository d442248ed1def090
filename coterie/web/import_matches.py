"""A row of an import next to the people it may be: their differences and their common values."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.imports import ContactDraft, HandleDraft
from coterie.model.text import identity_key
from coterie.web.words import day

CANDIDATES_MAX = 3
VALUE_LENGTH_MAX = 200
_LABELS = {
    "name": "Name", "nickname": "Nickname", "birthday": "Birthday", "job_title": "Job", "employer": "Works at",
    "phone": "Phone", "email": "E-mail", "username": "Instagram", "website": "Website", "linkedin_url": "LinkedIn",
}  # fmt: skip


class Fact(Struct, frozen=True):
    """A value of one side. mark: same or other, next to the value of the row; "" if one of both has none."""

    label: str
    value: str
    mark: str


class Side(Struct, frozen=True):
    """One of the people a row may be; contact: None for the row itself."""

    contact: Contact | None
    facts: Sequence[Fact]
    why: str


# field -> each of its values with the form by which two are compared
Values = Mapping[str, Mapping[str, str]]


def sides_of(
    draft: ContactDraft, matches: Sequence[tuple[Contact, str]], handles: Mapping[int, Sequence[Handle]]
) -> list[Side]:
    """The row, then up to three contacts, each with the fields that one of them has.

    matches: (contact, reason). handles: contact id -> its handles.
    """
    of_row = _values(draft, draft.display_name or draft.full_name, draft.handles)
    candidates = [
        (contact, why, _values(contact, contact.name, handles.get(contact.id, ())))
        for contact, why in matches[:CANDIDATES_MAX]
    ]
    names = [name for name in _LABELS if of_row[name] or any(values[name] for _, _, values in candidates)]
    sides = [Side(None, [Fact(_LABELS[name], _shown(of_row[name]), "") for name in names], "")]
    for contact, why, values in candidates:
        facts = [Fact(_LABELS[name], _shown(values[name]), _mark(of_row[name], values[name])) for name in names]
        sides.append(Side(contact, facts, why))
    return sides


def _mark(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Two lists of numbers are the same if they share one."""
    if not one or not other:
        return ""
    return "other" if set(one.values()).isdisjoint(other.values()) else "same"


def _values(side: ContactDraft | Contact, name: str | None, handles: Sequence[HandleDraft | Handle]) -> Values:
    texts = {"name": name, "nickname": side.nickname, "job_title": side.job_title, "employer": side.employer}
    values = {field: {text: identity_key(text)} if text else {} for field, text in texts.items()}
    values["birthday"] = {day(side.birthday): side.birthday} if side.birthday else {}
    for channel, column in SUMMARY_COLUMNS.items():
        of_channel = [handle for handle in handles if handle.channel == channel]
        values[column] = {handle.value: handle.normalized or handle.value for handle in of_channel}
    return values


def _shown(values: Mapping[str, str]) -> str:
    return ", ".join(values)[:VALUE_LENGTH_MAX]
