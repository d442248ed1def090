"""A row of an import next to the people it may be: what differs and what is the same."""

from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.imports import ContactDraft
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


def sides_of(draft: ContactDraft, matches: Sequence[tuple[Contact, str]]) -> list[Side]:
    """The row, then up to three contacts, each with the fields that one of them has. matches: (contact, reason)."""
    of_row = _values_of_draft(draft)
    candidates = [(contact, why, _values_of_contact(contact)) for contact, why in matches[:CANDIDATES_MAX]]
    names = [name for name in _LABELS if of_row[name] or any(values[name] for _, _, values in candidates)]
    sides = [Side(None, [Fact(_LABELS[name], of_row[name], "") for name in names], "")]
    for contact, why, values in candidates:
        facts = [Fact(_LABELS[name], values[name], _mark(of_row[name], values[name])) for name in names]
        sides.append(Side(contact, facts, why))
    return sides


def _mark(one: str, other: str) -> str:
    if not one or not other:
        return ""
    return "same" if one == other or identity_key(one) == identity_key(other) else "other"


def _values_of_draft(draft: ContactDraft) -> dict[str, str]:
    values = {
        "name": draft.display_name or draft.full_name, "nickname": draft.nickname, "birthday": draft.birthday,
        "job_title": draft.job_title, "employer": draft.employer,
    }  # fmt: skip
    for channel, column in SUMMARY_COLUMNS.items():
        values[column] = ", ".join(handle.value for handle in draft.handles if handle.channel == channel)
    return {name: _shown(name, values[name]) for name in _LABELS}


def _values_of_contact(contact: Contact) -> dict[str, str]:
    return {name: _shown(name, getattr(contact, name)) for name in _LABELS}


def _shown(name: str, value: str | None) -> str:
    return day(value) if value and name == "birthday" else (value or "")[:VALUE_LENGTH_MAX]
