"""Contacts as tools show them: in brief, about 60 tokens, or whole with the parts that were asked for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from coterie.errors import NotFound
from coterie.mcp.outputs import without_empty
from coterie.mcp.texts import cut
from coterie.mcp.tool import Call
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.relationships import TYPES
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import find_contact, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.touch_plans import list_last_touches, list_plans_of

TEXT_LENGTH = 500
_NAMES = 10
_ITEMS = 50
_BRIEF: tuple[Part, ...] = ("tags", "folders", "handles")
_REACH = 3
_NAME_LENGTH = 100
# columns of a whole contact, besides those of a brief
_COLUMNS = (
    "uuid", "revision", "display_name", "first_name", "middle_name", "last_name", "nickname", "gender", "birthday",
    "employer", "department", "job_title", "relationship_grade", "status", "language", "is_follower", "follower_count",
    "created_at", "updated_at",
)  # fmt: skip
_ADDRESS = (
    "label", "address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country",
)  # fmt: skip
# texts that other people may have written
_THEIRS = ("bio", "how_you_met", "pinned_note")


def present_briefs(tx: Tx, call: Call, contacts: Iterable[Contact]) -> list[dict[str, Any]]:
    """The contacts in brief, in their order."""
    sheets = sheets_of(tx, call.caller.organization_id, contacts, _BRIEF)
    touches = _touches(tx, call.caller.organization_id, sheets)
    return [_brief(call, sheet) | touches[id_] for id_, sheet in sheets.items()]


def _touches(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """contact id -> last_touch, and by the cadence of the contact due and every."""
    ids = list(contact_ids)
    last, plans = list_last_touches(tx, organization_id, ids), list_plans_of(tx, organization_id, ids)
    return {
        id_: without_empty(
            {
                "last_touch": last.get(id_),
                "due": plans[id_].due_on if id_ in plans else None,
                "every": plans[id_].every if id_ in plans else None,
            }
        )
        for id_ in ids
    }


def _brief(call: Call, sheet: ContactSheet) -> dict[str, Any]:
    contact = sheet.contact
    values = {
        "id": contact.id,
        "name": cut(contact.name or "", _NAME_LENGTH),
        "reach": [cut(f"{handle.channel} {handle.value}", 80) for handle in _reachable(sheet)[:_REACH]],
        "tags": [term.name for term in sheet.tags[:_NAMES]],
        "folders": [name for _, name, _ in sheet.folders[:_NAMES]],
        "url": url_of(call, contact.id),
    }
    return {"id": contact.id, "name": values["name"], **without_empty(values)}


def _reachable(sheet: ContactSheet) -> list[Any]:
    current = [handle for handle in sheet.handles if not handle.is_former]
    return sorted(current, key=lambda handle: not handle.is_primary)


def find_present(tx: Tx, call: Call, contact_id: int) -> Contact:
    """The contact, or the one it was merged into. Raises NotFound if it does not exist or is deleted."""
    contact = find_contact(tx, call.caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFound(f"Contact {contact_id} not found")
    return contact


def names_of(tx: Tx, call: Call, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> its name or what is shown instead, deleted contacts too."""
    ids = set(contact_ids)
    found = list_contacts_by_id(tx, call.caller.organization_id, ids, include_deleted=True) if ids else []
    return {each.id: cut(each.shown_name or "", _NAME_LENGTH) for each in found}


def url_of(call: Call, contact_id: int) -> str:
    """The address of a contact's page."""
    return f"{call.base_url}/{call.caller.organization_id}/people/{contact_id}"


def present_whole(tx: Tx, call: Call, contacts: Iterable[Contact], parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The contacts with all fields that are set and these parts, in their order. Texts are cut at 500 characters."""
    wanted = tuple(dict.fromkeys((*_BRIEF, *parts)))
    organization_id = call.caller.organization_id
    sheets = sheets_of(tx, organization_id, contacts, wanted, reader_id=call.caller.user_id)
    touches = _touches(tx, organization_id, sheets)
    names = names_of(tx, call, _related(sheets.values())) if "relationships" in wanted else {}
    whole = []
    for sheet in sheets.values():
        contact = sheet.contact
        values = _brief(call, sheet) | {name: getattr(contact, name) for name in _COLUMNS}
        values |= touches[contact.id]
        theirs = {name: cut(getattr(contact, name) or "", TEXT_LENGTH) for name in _THEIRS}
        values["their_text"] = without_empty(theirs)
        values |= {part: _PARTS[part](sheet, names)[:_ITEMS] for part in wanted if part in _PARTS}
        if "properties" in wanted:
            values["properties"] = {slug: msgspec.json.decode(raw) for slug, raw in sheet.properties.items()}
        whole.append(without_empty(values))
    return whole


def _related(sheets: Iterable[ContactSheet]) -> set[int]:
    return {each.second_contact_id for sheet in sheets for each in sheet.relationships[:_ITEMS]}


def _handles(sheet: ContactSheet, names: Mapping[int, str]) -> list[Any]:
    return [
        without_empty(
            {
                "channel": h.channel,
                "value": h.value,
                "label": h.label,
                "primary": h.is_primary or None,
                "former": h.is_former or None,
            }
        )
        for h in sheet.handles
    ]


def _addresses(sheet: ContactSheet, names: Mapping[int, str]) -> list[Any]:
    return [without_empty({name: getattr(each, name) for name in _ADDRESS}) for each in sheet.addresses]


def _relationships(sheet: ContactSheet, names: Mapping[int, str]) -> list[Any]:
    return [
        without_empty(
            {
                "contact_id": each.second_contact_id,
                "name": names.get(each.second_contact_id),
                "is_their": TYPES[each.type_id].name,
                "anniversary": each.anniversary_on,
            }
        )
        for each in sheet.relationships
    ]


def _notes(sheet: ContactSheet, names: Mapping[int, str]) -> list[Any]:
    return [
        without_empty(
            {"id": n.id, "their_text": cut(n.text, TEXT_LENGTH), "pinned": n.is_pinned or None, "at": n.created_at}
        )
        for n in sheet.notes
    ]


_PARTS: Mapping[str, Callable[[ContactSheet, Mapping[int, str]], list[Any]]] = {
    "handles": _handles,
    "addresses": _addresses,
    "dates": lambda sheet, _: [{"label": date.label, "on": date.occurs_on} for date in sheet.dates],
    "relationships": _relationships,
    "notes": _notes,
    "gifts": lambda sheet, _: [without_empty({"name": g.name, "link": g.link, "is": g.status}) for g in sheet.gifts],
    "pets": lambda sheet, _: [
        without_empty({"name": p.name, "species": p.species, "born_on": p.born_on}) for p in sheet.pets
    ],
}
