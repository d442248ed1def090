"""Two contacts side by side: the fields in which they differ, what is the same, and the lists that a merge joins."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from coterie.actions.merge_fields import COLUMNS, NAME, NOTE, PROPERTY, completeness
from coterie.errors import invalid
from coterie.model.addresses import Address
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import OPTOUT, Contact
from coterie.model.handles import SUMMARY_COLUMNS
from coterie.model.names import NAME_COLUMNS
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.properties import find_definitions
from coterie.web.history_words import value_words
from coterie.web.page import Visit
from coterie.web.person_fields import FIELDS
from coterie.web.words import day

PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "folders", "tags", "expertises", "properties", "notes", "gifts", "pets",
    "relationships", "attachments",
)  # fmt: skip
Pair = tuple[ContactSheet, ContactSheet]
_LABELS = {
    NAME: "Name", NOTE: "Note", "username": "Instagram", "linkedin_url": "LinkedIn", "email": "Main e-mail address",
    "phone": "Main phone number", "website": "Main website", "profile_picture_url": "Picture",
} | {name: field.label for name, field in FIELDS.items()}  # fmt: skip
_LEFT_OUT = {*NAME_COLUMNS, "is_follower", "follower_count", "follower_growth"}
_COLUMNS = (*SUMMARY_COLUMNS.values(), *(name for name in COLUMNS if name not in _LEFT_OUT))
_SHORT = 300


class Row(Struct, frozen=True, kw_only=True):
    """A field of both. values: for people, "" for none; chosen: the contact whose value is suggested."""

    name: str
    label: str
    values: tuple[str, str]
    chosen: int


class Listed(Struct, frozen=True):
    """A list of both, such as the addresses; the merged contact has all of them."""

    label: str
    values: tuple[Sequence[str], Sequence[str]]


class Comparison(Struct, frozen=True, kw_only=True):
    """contacts: both. survivor: the id of the suggested survivor. seen: the revisions shown."""

    contacts: tuple[Contact, Contact]
    survivor: int
    different: Sequence[Row]
    same: Sequence[Row]
    lists: Sequence[Listed]
    seen: str


def load_pair(tx: Tx, visit: Visit, one: int, other: int) -> Pair | None:
    """Both contacts with their parts; None if one of them is deleted, was merged or does not exist."""
    sheets = load_sheets(tx, visit.acting.organization_id, [one, other], PARTS, reader_id=visit.acting.user_id)
    return (sheets[one], sheets[other]) if one in sheets and other in sheets else None


def compare(tx: Tx, visit: Visit, pair: Pair) -> Comparison:
    contacts = (pair[0].contact, pair[1].contact)
    stays = max(contacts, key=completeness)
    rows = [_row(name, contacts, stays) for name in (NAME, *_COLUMNS, NOTE)] + _properties(tx, visit, pair, stays)
    filled = [row for row in rows if any(row.values)]
    return Comparison(
        contacts=contacts,
        survivor=stays.id,
        # those that both have come first
        different=sorted(
            (row for row in filled if row.values[0] != row.values[1]), key=lambda row: not all(row.values)
        ),
        same=[row for row in filled if row.values[0] == row.values[1]],
        lists=[listed for listed in _lists(pair) if any(listed.values)],
        seen=f"{contacts[0].revision}-{contacts[1].revision}",
    )


def choices_of(visit: Visit, contact_ids: tuple[int, int]) -> dict[str, int]:
    """The choices of the form: field -> contact. Raises Invalid if one is none of the two."""
    choices = {}
    for key in visit.form:
        if key.startswith("choose-"):
            value = visit.text(key, 20)
            if value not in map(str, contact_ids):
                raise invalid(key.removeprefix("choose-"), "is not one of the two people", kind="choice")
            choices[key.removeprefix("choose-")] = int(value)
    return choices


def _row(name: str, contacts: tuple[Contact, Contact], stays: Contact) -> Row:
    values = _value(contacts[0], name), _value(contacts[1], name)
    chosen = _chosen(values, contacts, stays)
    if name == "status" and values[0] != values[1]:
        chosen = next(each.id for each in contacts if each.status == OPTOUT)
    return Row(name=name, label=_LABELS.get(name, name.replace("_", " ").capitalize()), values=values, chosen=chosen)


def _value(contact: Contact, name: str) -> str:
    value: Any = contact.full_name if name == NAME else getattr(contact, name)
    if name in FIELDS and FIELDS[name].choices:
        value = dict(FIELDS[name].choices).get("" if value is None else str(value), value)
        return "" if getattr(contact, name) is None else str(value)
    if name == "birthday" and value:
        return day(value)
    return "" if value is None else str(value)


def _chosen(values: tuple[str, str], contacts: tuple[Contact, Contact], stays: Contact) -> int:
    """The survivor where it has a value, otherwise the other."""
    ordered = sorted(zip(contacts, values, strict=True), key=lambda each: each[0].id != stays.id)
    return next((contact.id for contact, value in ordered if value), stays.id)


def _properties(tx: Tx, visit: Visit, pair: Pair, stays: Contact) -> list[Row]:
    slugs = sorted({*pair[0].properties, *pair[1].properties})
    titles = find_definitions(tx, visit.acting.organization_id, slugs) if slugs else {}
    contacts, rows = (pair[0].contact, pair[1].contact), []
    for slug in [slug for slug in slugs if slug in titles]:
        one, other = (value_words(bytes(each.properties[slug])) if slug in each.properties else "" for each in pair)
        chosen = _chosen((one, other), contacts, stays)
        rows.append(Row(name=PROPERTY + slug, label=titles[slug].title, values=(one, other), chosen=chosen))
    return rows


def _lists(pair: Pair) -> list[Listed]:
    return [
        _listed("Ways to reach", pair, lambda sheet: [each.value for each in sheet.handles]),
        _listed("Addresses", pair, lambda sheet: [_address(each) for each in sheet.addresses]),
        _listed("Dates", pair, lambda sheet: [f"{each.label} {day(each.occurs_on)}" for each in sheet.dates]),
        _listed("Tags", pair, lambda sheet: [each.name for each in (*sheet.tags, *sheet.expertises)]),
        _listed("Folders", pair, lambda sheet: [name for _, name, _ in sheet.folders]),
        _listed("Notes", pair, lambda sheet: [each.text[:_SHORT] for each in sheet.notes if not each.is_pinned]),
        _listed(
            "Gifts and pets",
            pair,
            lambda sheet: [*(each.name for each in sheet.gifts), *(each.name for each in sheet.pets)],
        ),
        _listed("Files", pair, lambda sheet: [each.filename for each in sheet.attachments]),
    ]


def _listed(label: str, pair: Pair, values: Callable[[ContactSheet], list[str]]) -> Listed:
    return Listed(label, (values(pair[0]), values(pair[1])))


def _address(address: Address) -> str:
    return ", ".join(filter(None, (address.address_line_1, address.postcode, address.locality, address.country)))
