"""Two to five contacts side by side: the fields that differ, those that are equal, and the lists that a merge joins."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from coterie.actions.merge_fields import COLUMNS, NAME, NOTE, PROPERTY, completeness
from coterie.errors import Invalid, invalid
from coterie.model.addresses import Address
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import OPTOUT, Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.names import NAME_COLUMNS
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.properties import find_definitions
from coterie.web.history_words import value_words
from coterie.web.languages import language_name
from coterie.web.page import Visit
from coterie.web.person_fields import FIELDS
from coterie.web.words import day

PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "folders", "tags", "expertises", "properties", "notes", "gifts", "pets",
    "relationships", "attachments",
)  # fmt: skip
Sheets = Sequence[ContactSheet]
Contacts = Sequence[Contact]
COMPARED_MAX = 5
_LABELS = {
    NAME: "Name", NOTE: "Note", "username": "Instagram", "linkedin_url": "LinkedIn", "email": "Main e-mail address",
    "phone": "Main phone number", "website": "Main website", "profile_picture_url": "Picture",
} | {name: field.label for name, field in FIELDS.items()}  # fmt: skip
_LEFT_OUT = {*NAME_COLUMNS, "is_follower", "follower_count", "follower_growth"}
_COLUMNS = (*SUMMARY_COLUMNS.values(), *(name for name in COLUMNS if name not in _LEFT_OUT))
_SHORT = 300


class ComparedField(Struct, frozen=True, kw_only=True):
    """A field. values: one for each contact, as people read it, "" for none; chosen: the contact whose value is
    suggested."""

    name: str
    label: str
    values: Sequence[str]
    chosen: int


class Listed(Struct, frozen=True):
    """A list of each contact, such as its addresses; the merged contact has all of them."""

    label: str
    values: Sequence[Sequence[str]]


class Comparison(Struct, frozen=True, kw_only=True):
    """survivor: the id of the suggested survivor. seen: the revisions shown."""

    contacts: Contacts
    survivor: int
    different: Sequence[ComparedField]
    same: Sequence[ComparedField]
    lists: Sequence[Listed]
    seen: str


def load_compared(tx: Tx, visit: Visit, contact_ids: Sequence[int]) -> Sheets | None:
    """The contacts with their parts, in this order; None if one of them is deleted, was merged or does not exist."""
    sheets = load_sheets(tx, visit.acting.organization_id, contact_ids, PARTS, reader_id=visit.acting.user_id)
    return [sheets[each] for each in contact_ids] if all(each in sheets for each in contact_ids) else None


def compare(tx: Tx, visit: Visit, sheets: Sheets) -> Comparison:
    contacts = [sheet.contact for sheet in sheets]
    stays = max(contacts, key=completeness)
    rows = [_row(name, contacts, stays) for name in (NAME, *_COLUMNS, NOTE)] + _properties(tx, visit, sheets, stays)
    filled = [row for row in rows if any(row.values)]
    return Comparison(
        contacts=contacts,
        survivor=stays.id,
        # fields that all contacts have come first
        different=sorted((row for row in filled if not _is_same(row)), key=lambda row: not all(row.values)),
        same=[row for row in filled if _is_same(row)],
        lists=[listed for listed in _lists(sheets) if any(listed.values)],
        seen=seen_of(sheets),
    )


def _is_same(row: ComparedField) -> bool:
    return len(set(row.values)) == 1


def seen_of(sheets: Sheets) -> str:
    """The revisions of the contacts, by which a form tells whether one was changed since it was shown."""
    return "-".join(str(sheet.contact.revision) for sheet in sheets)


def choices_of(visit: Visit, contact_ids: Sequence[int]) -> dict[str, int]:
    """The choices of the form: field -> contact. Raises Invalid if a choice is not one of the contacts."""
    choices = {}
    for key in visit.form:
        if key.startswith("choose-"):
            value = visit.text(key, 20)
            if value not in map(str, contact_ids):
                raise invalid(key.removeprefix("choose-"), "is not one of these people", kind="choice")
            choices[key.removeprefix("choose-")] = int(value)
    return choices


def problem_text(error: Invalid) -> str:
    """The problems of a merge, with the fields as the page names them."""
    return "; ".join(f"{_label(str(problem.path[-1]))} {problem.reason}" for problem in error.problems)


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _row(name: str, contacts: Contacts, stays: Contact) -> ComparedField:
    values = [_value(contact, name) for contact in contacts]
    chosen = _chosen(values, contacts, stays)
    if name == "status":
        # an opt-out is never lost
        chosen = next((each.id for each in contacts if each.status == OPTOUT), chosen)
    return ComparedField(name=name, label=_label(name), values=values, chosen=chosen)


def _value(contact: Contact, name: str) -> str:
    value: Any = contact.full_name if name == NAME else getattr(contact, name)
    if name in FIELDS and FIELDS[name].choices:
        value = dict(FIELDS[name].choices).get("" if value is None else str(value), value)
        return "" if getattr(contact, name) is None else str(value)
    if name == "birthday" and value:
        return day(value)
    if name == "language" and value:
        return language_name(value)
    return "" if value is None else str(value)


def _chosen(values: Sequence[str], contacts: Contacts, stays: Contact) -> int:
    """The survivor where it has a value, otherwise the first that has one."""
    ordered = sorted(zip(contacts, values, strict=True), key=lambda each: each[0].id != stays.id)
    return next((contact.id for contact, value in ordered if value), stays.id)


def _properties(tx: Tx, visit: Visit, sheets: Sheets, stays: Contact) -> list[ComparedField]:
    slugs = sorted({slug for sheet in sheets for slug in sheet.properties})
    titles = find_definitions(tx, visit.acting.organization_id, slugs) if slugs else {}
    contacts, rows = [sheet.contact for sheet in sheets], []
    for slug in [slug for slug in slugs if slug in titles]:
        values = [value_words(bytes(each.properties[slug])) if slug in each.properties else "" for each in sheets]
        chosen = _chosen(values, contacts, stays)
        rows.append(ComparedField(name=PROPERTY + slug, label=titles[slug].title, values=values, chosen=chosen))
    return rows


def _lists(sheets: Sheets) -> list[Listed]:
    return [
        _listed("Ways to reach", sheets, lambda sheet: [each.value for each in sheet.handles]),
        _listed("Addresses", sheets, lambda sheet: [_address(each) for each in sheet.addresses]),
        _listed("Dates", sheets, lambda sheet: [f"{each.label} {day(each.occurs_on)}" for each in sheet.dates]),
        _listed("Tags", sheets, lambda sheet: [each.name for each in (*sheet.tags, *sheet.expertises)]),
        _listed("Folders", sheets, lambda sheet: [name for _, name, _ in sheet.folders]),
        _listed("Notes", sheets, lambda sheet: [each.text[:_SHORT] for each in sheet.notes if not each.is_pinned]),
        _listed(
            "Gifts and pets",
            sheets,
            lambda sheet: [*(each.name for each in sheet.gifts), *(each.name for each in sheet.pets)],
        ),
        _listed("Files", sheets, lambda sheet: [each.filename for each in sheet.attachments]),
    ]


def _listed(label: str, sheets: Sheets, values: Callable[[ContactSheet], list[str]]) -> Listed:
    return Listed(label, [values(sheet) for sheet in sheets])


def _address(address: Address) -> str:
    return ", ".join(filter(None, (address.address_line_1, address.postcode, address.locality, address.country)))
