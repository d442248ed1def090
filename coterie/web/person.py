"""A person: everything that is known of a contact on one page, with one timeline."""

from typing import Any

from coterie.actions import contacts as actions
from coterie.errors import Invalid, NotFound
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.handles import is_unsafe_link
from coterie.model.interactions import KINDS
from coterie.model.relationships import TYPES
from coterie.model.touches import KINDS as TOUCH_KINDS
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import find_contact, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.merges import find_survivors
from coterie.store.organizations import list_members
from coterie.store.properties import list_definitions
from coterie.store.reminders import list_reminders
from coterie.store.timeline import list_timeline
from coterie.web import history_words, in_touch
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.person_fields import FIELDS, empty, filled, parsed, shown_value
from coterie.web.person_parts import CHANNEL_LABELS

ENTRIES = 20
INSTAGRAM_PROFILES = "https://www.instagram.com/"
REMINDERS_SHOWN = 50
MEMBERS_MAX = 1000
SHEET_PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "folders", "tags", "expertises", "properties", "notes", "gifts", "pets",
    "relationships", "attachments",
)  # fmt: skip
NEW_FIELDS = ("real_name", "phone", "email", "job_title", "employer", "birthday")


def find_person(tx: Tx, visit: Visit) -> Contact:
    """The contact of the path, deleted or not. Raises NotFound."""
    contact = find_contact(tx, visit.acting.organization_id, visit.id("id"))
    if contact is None:
        raise NotFound("Not found")
    return contact


def load_sheet(tx: Tx, visit: Visit, contact: Contact) -> ContactSheet:
    """The contact with every part of the page."""
    sheets = sheets_of(
        tx, visit.acting.organization_id, [contact], SHEET_PARTS, reader_id=visit.acting.user_id
    )  # fmt: skip
    return sheets[contact.id]


def values_of_sections(tx: Tx, visit: Visit, contact: Contact) -> dict[str, Any]:
    """What the sections of the page show."""
    organization_id = visit.acting.organization_id
    sheet = load_sheet(tx, visit, contact)
    related = {
        each.id: each
        for each in list_contacts_by_id(tx, organization_id, {each.second_contact_id for each in sheet.relationships})
    }
    return {
        "contact": contact,
        "sheet": sheet,
        "base": f"{visit.root}/people/{contact.id}",
        "facts": [(field, shown_value(contact, field)) for field in filled(contact)],
        "more_facts": empty(contact),
        "related": [(each, related.get(each.second_contact_id), TYPES[each.type_id]) for each in sheet.relationships],
        "properties": _properties(tx, organization_id, sheet),
        "reminders": list_reminders(
            tx, organization_id, visit.acting.user_id or "", contact_id=contact.id, limit=REMINDERS_SHOWN
        ),
        **in_touch.person_values(tx, visit, contact),
        "channel_labels": CHANNEL_LABELS,
        "instagram": INSTAGRAM_PROFILES,
        "is_link": lambda text: not is_unsafe_link(text) and text.lower().startswith(("http://", "https://")),
    }  # fmt: skip


def _properties(tx: Tx, organization_id: int, sheet: ContactSheet) -> list[tuple[str, str]]:
    """(title, value) of each property the contact has."""
    if not sheet.properties:
        return []
    titles = {each.slug: each.title for each in list_definitions(tx, organization_id, limit=500)}
    return [(titles.get(slug, slug), history_words.value_words(bytes(raw))) for slug, raw in sheet.properties.items()]


def timeline_values(tx: Tx, visit: Visit, contact: Contact, cursor: str) -> dict[str, Any]:
    """A page of the timeline, and where the next begins."""
    organization_id = visit.acting.organization_id
    entries = list_timeline(
        tx,
        organization_id,
        contact.id,
        reader_id=visit.acting.user_id,
        kinds=(*KINDS, *TOUCH_KINDS),
        cursor=cursor,
        limit=ENTRIES + 1,
    )
    names = {
        member.user_id: " ".join(filter(None, (member.first_name, member.last_name))) or member.email
        for member in list_members(tx, organization_id, limit=MEMBERS_MAX)
    }
    return {
        "contact": contact,
        "base": f"{visit.root}/people/{contact.id}",
        "entries": history_words.grouped(entries[:ENTRIES], names),
        "next_cursor": entries[ENTRIES - 1].cursor if len(entries) > ENTRIES else "",
        "is_first": not cursor,
    }


def show(tx: Tx, visit: Visit) -> Result:
    """The page; that of the survivor if the contact was merged."""
    contact = find_person(tx, visit)
    survivor = find_survivors(tx, visit.acting.organization_id, [contact.id]).get(contact.id, contact.id)
    if survivor != contact.id:
        return Go(
            url=f"{visit.root}/people/{survivor}", message=f"{contact.name or 'This person'} was merged into this one"
        )
    values = values_of_sections(tx, visit, contact)
    return Show(template="person/index.html", values=values | timeline_values(tx, visit, contact, ""))


def show_timeline(tx: Tx, visit: Visit) -> Result:
    """Older entries: for htmx the entries alone, otherwise a page of them."""
    contact = find_person(tx, visit)
    values = timeline_values(tx, visit, contact, visit.query.get("after", "")[:200])
    return Show(template=f"person/timeline{'' if visit.is_fragment else '_page'}.html", values=values)


def show_new(tx: Tx, visit: Visit) -> Result:
    return _new_form(visit, {"real_name": visit.query.get("name", "")[:500]}, None)


def create(tx: Tx, visit: Visit) -> Result:
    fields = {name: visit.text(name, 2000) for name in NEW_FIELDS}
    if not any(value.strip() for value in fields.values()):
        return _new_form(visit, fields, {"real_name": "is empty: a name, a number or an address is enough"})
    wanted = {name: parsed(name, value) for name, value in fields.items() if value.strip()}
    contact = actions.create_contact(tx, visit.acting, wanted)
    name = contact.name or "The person"
    if visit.form.get("another"):
        return Go(url=f"{visit.root}/people/new", message=f"{name} was added")
    return Go(
        url=f"{visit.root}/people/{contact.id}", message=f"{name} was added", undo=_undo(visit, contact, "delete")
    )


def create_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {".".join(problem.path): problem.reason for problem in error.problems}
    return _new_form(visit, {name: str(visit.form.get(name) or "")[:2000] for name in NEW_FIELDS}, problems)


def delete(tx: Tx, visit: Visit) -> Result:
    contact = actions.delete_contact(tx, visit.acting, visit.id("id"))
    name = contact.name or "The person"
    return Go(url=f"{visit.root}/people", message=f"{name} was deleted", undo=_undo(visit, contact, "restore"))


def restore(tx: Tx, visit: Visit) -> Result:
    contact = actions.restore_contact(tx, visit.acting, visit.id("id"))
    return Go(url=f"{visit.root}/people/{contact.id}", message=f"{contact.name or 'The person'} is back")


def _undo(visit: Visit, contact: Contact, verb: str) -> str:
    return f"{visit.root}/people/{contact.id}/{verb}"


def _new_form(visit: Visit, fields: dict[str, str], problems: dict[str, str] | None) -> Show:
    return Show(
        template="person/new.html",
        values={
            "fields": dict.fromkeys(NEW_FIELDS, "") | fields,
            "problems": problems or {},
            "birthday_hint": FIELDS["birthday"].hint,
        },
        status=422 if problems else 200,
    )


PAGES = (
    Page("GET", "/{o:int}/people/new", show_new),
    Page("POST", "/{o:int}/people/new", create, "write", again=create_again),
    Page("GET", "/{o:int}/people/{id:int}", show),
    Page("GET", "/{o:int}/people/{id:int}/timeline", show_timeline),
    Page("POST", "/{o:int}/people/{id:int}/delete", delete, "write"),
    Page("POST", "/{o:int}/people/{id:int}/restore", restore, "write"),
)
