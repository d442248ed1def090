"""A person: everything that is known of a contact on one page, with one timeline."""

from typing import Any

from coterie.actions import contacts as actions
from coterie.errors import NotFound
from coterie.model.attachments import PICTURE, PICTURE_ENDINGS, Attachment
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.handles import is_unsafe_link
from coterie.model.interactions import KINDS
from coterie.model.merges import Merge
from coterie.model.properties import DEFINITIONS_MAX, PropertyDefinition
from coterie.model.relationships import TYPES
from coterie.model.touches import KINDS as TOUCH_KINDS
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import find_contact, find_contact_to_change, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.merges import list_merges_into
from coterie.store.organizations import names_of_members
from coterie.store.properties import list_definitions
from coterie.store.timeline import CHANGE, INTERACTION, NOTE, SOURCES, list_timeline
from coterie.web import history_words, in_touch
from coterie.web.circle import circle_of
from coterie.web.log import KINDS as LOG_KINDS
from coterie.web.neighbours import neighbours
from coterie.web.page import Go, NoPage, Page, Result, Show, Visit
from coterie.web.person_fields import empty, filled, name_parts, shown_value
from coterie.web.person_parts import CHANNEL_LABELS
from coterie.web.person_things import list_of_contact
from coterie.web.pictures import pictures_of

ENTRIES = 20
MERGES_SHOWN = 20
INSTAGRAM_PROFILES = "https://www.instagram.com/"
# properties without a value that "Add" lists; the others are on a page of their own
OFFERED_MAX = 12
SHEET_PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "folders", "tags", "expertises", "properties", "gifts", "pets",
    "relationships", "user_relationships", "attachments",
)  # fmt: skip
# filters of the timeline: value in the query -> (label, sources)
SHOWN = {
    "": ("Everything", SOURCES), "conversations": ("Conversations", (INTERACTION,)), "notes": ("Notes", (NOTE,)),
    "changes": ("Changes", (CHANGE,)),
}  # fmt: skip


def find_person(tx: Tx, visit: Visit) -> Contact:
    """The contact of the path, deleted or not. Raises NoPage."""
    contact = find_contact(tx, visit.acting.organization_id, visit.id("id"))
    if contact is None:
        raise NoPage
    return contact


def find_person_to_change(tx: Tx, visit: Visit) -> Contact:
    """The contact of the path, or the one it was merged into, locked. Raises NoPage, or NotFound if it is deleted."""
    contact = find_contact_to_change(tx, visit.acting.organization_id, visit.id("id"))
    if contact is None:
        raise NoPage
    if contact.deleted_at is not None:
        raise NotFound("This person was deleted", hint="restore it first")
    return contact


def load_sheet(tx: Tx, visit: Visit, contact: Contact) -> ContactSheet:
    """The contact with every part of the page."""
    sheets = sheets_of(
        tx, visit.acting.organization_id, [contact], SHEET_PARTS, reader_id=visit.acting.user_id
    )  # fmt: skip
    return sheets[contact.id]


def values_of_sections(tx: Tx, visit: Visit, contact: Contact) -> dict[str, Any]:
    """The values of the sections of the page."""
    organization_id = visit.acting.organization_id
    sheet = load_sheet(tx, visit, contact)
    ids = {each.second_contact_id for each in sheet.relationships}
    others = {each.id: each for each in list_contacts_by_id(tx, organization_id, ids)}
    related = [
        (side, others[side.second_contact_id], TYPES[side.type_id])
        for side in sheet.relationships
        if side.second_contact_id in others
    ]
    definitions = list_definitions(tx, organization_id, limit=DEFINITIONS_MAX)
    return {
        "contact": contact,
        "sheet": sheet,
        "base": f"{visit.root}/people/{contact.id}",
        "facts": [(field, shown_value(contact, field)) for field in filled(contact)],
        "more_facts": empty(contact),
        "name_parts": name_parts(contact),
        "related": related,
        "pictures": pictures_of(tx, visit, others.values()),
        "circle": circle_of(related),
        "roles": [(each, TYPES[each.type_id].name) for each in sheet.user_relationships],
        "properties": _properties(definitions, sheet),
        "more_properties": [each for each in definitions if each.slug not in sheet.properties][:OFFERED_MAX],
        "has_properties": bool(definitions),
        "reminders": list_of_contact(tx, visit.acting, contact),
        "picture": next((each.id for each in reversed(sheet.attachments) if _is_shown(each)), ""),
        "picture_types": PICTURE_ENDINGS,
        "merges": _merges(tx, organization_id, contact),
        **in_touch.person_values(tx, visit, contact),
        "channel_labels": CHANNEL_LABELS,
        "instagram": INSTAGRAM_PROFILES,
        "is_link": lambda text: not is_unsafe_link(text) and text.lower().startswith(("http://", "https://")),
    }


def _is_shown(attachment: Attachment) -> bool:
    return attachment.kind == PICTURE and attachment.media_type in PICTURE_ENDINGS


def _merges(tx: Tx, organization_id: int, contact: Contact) -> list[tuple[Merge, str]]:
    """(merge, name of the other contact) of contacts merged into this one, newest first."""
    merges = list_merges_into(tx, organization_id, contact.id)[::-1][:MERGES_SHOWN]
    ids = [merge.loser_id for merge in merges]
    losers = list_contacts_by_id(tx, organization_id, ids, include_deleted=True) if ids else []
    names = {each.id: each.shown_name or "No name" for each in losers}
    return [(merge, names[merge.loser_id]) for merge in merges if merge.loser_id in names]


def _properties(definitions: list[PropertyDefinition], sheet: ContactSheet) -> list[tuple[str, str, str]]:
    """(slug, title, value) of each property the contact has."""
    return [
        (each.slug, each.title, history_words.value_words(bytes(sheet.properties[each.slug])))
        for each in definitions
        if each.slug in sheet.properties
    ]


def timeline_values(tx: Tx, visit: Visit, contact: Contact) -> dict[str, Any]:
    """A page of the timeline, after the cursor of the query, and where the next begins."""
    cursor, shown = visit.query.get("after", "")[:200], visit.query.get("show", "")
    shown = shown if shown in SHOWN else ""
    entries = list_timeline(
        tx,
        visit.acting.organization_id,
        contact.id,
        reader_id=visit.acting.user_id,
        kinds=(*KINDS, *TOUCH_KINDS),
        cursor=cursor,
        limit=ENTRIES + 1,
        sources=SHOWN[shown][1],
    )
    names = names_of_members(tx, visit.acting.organization_id)
    return {
        "contact": contact,
        "base": f"{visit.root}/people/{contact.id}",
        "entries": history_words.grouped(entries[:ENTRIES], names),
        "next_cursor": entries[ENTRIES - 1].cursor if len(entries) > ENTRIES else "",
        "is_first": not cursor,
        "shown": shown,
        "filters": [(value, label) for value, (label, _) in SHOWN.items()],
    }


def show(tx: Tx, visit: Visit) -> Result:
    """The page; that of the survivor if the contact was merged."""
    contact = find_person(tx, visit)
    if contact.id != visit.id("id"):
        message = f"That person was merged into {contact.shown_name or 'this one'}"
        return Go(url=f"{visit.root}/people/{contact.id}", message=message)
    values = values_of_sections(tx, visit, contact) | timeline_values(tx, visit, contact)
    return Show(template="person/index.html", values=values | {"kinds": LOG_KINDS} | neighbours(visit))


def show_timeline(tx: Tx, visit: Visit) -> Result:
    """Older entries: for htmx the entries alone, otherwise a page of them."""
    contact = find_person(tx, visit)
    values = timeline_values(tx, visit, contact)
    return Show(template=f"person/timeline{'' if visit.is_fragment else '_page'}.html", values=values)


def delete(tx: Tx, visit: Visit) -> Result:
    contact = actions.delete_contact(tx, visit.acting, visit.id("id"))
    name = contact.shown_name or "The person"
    return Go(url=f"{visit.root}/people", message=f"{name} was deleted", undo=_undo(visit, contact, "restore"))


def restore(tx: Tx, visit: Visit) -> Result:
    contact = actions.restore_contact(tx, visit.acting, visit.id("id"))
    return Go(url=f"{visit.root}/people/{contact.id}", message=f"{contact.shown_name or 'The person'} is back")


def _undo(visit: Visit, contact: Contact, verb: str) -> str:
    return f"{visit.root}/people/{contact.id}/{verb}"


PAGES = (
    Page("GET", "/{o:int}/people/{id:int}", show),
    Page("GET", "/{o:int}/people/{id:int}/timeline", show_timeline),
    Page("POST", "/{o:int}/people/{id:int}/delete", delete, "write"),
    Page("POST", "/{o:int}/people/{id:int}/restore", restore, "write"),
)
