"""Contacts that a new person may be, while their form is filled in."""

from coterie.errors import Invalid
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, PHONE, normalize
from coterie.search import search_contacts
from coterie.store.contacts import find_contact_by_handle
from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

SHOWN_MAX = 3
TEXT_LENGTH_MAX = 200


def show(tx: Tx, visit: Visit) -> Result:
    """Those with the same number or address first, then those whose names the search finds."""
    found: dict[int, Contact] = {}
    for channel in (EMAIL, PHONE):
        if contact := _by_handle(tx, visit, channel):
            found[contact.id] = contact
    name = visit.query.get("real_name", "").replace("\0", "").strip()[:TEXT_LENGTH_MAX]
    if len(name) > 1 and len(found) < SHOWN_MAX:
        page = search_contacts(tx, visit.acting.organization_id, name, limit=SHOWN_MAX)
        found |= {each.id: each for each in page.contacts}
    contacts = list(found.values())[:SHOWN_MAX]
    values = {"contacts": contacts, "pictures": pictures_of(tx, visit, contacts)}
    return Show(template="person/similar.html", values=values)


def _by_handle(tx: Tx, visit: Visit, channel: str) -> Contact | None:
    """The contact with the address or number of the form, which may be half typed."""
    text = visit.query.get(channel, "").replace("\0", "").strip()[:TEXT_LENGTH_MAX]
    try:
        _, normalized = normalize(channel, text, visit.acting.country, channel)
    except Invalid:
        return None
    contact = find_contact_by_handle(tx, visit.acting.organization_id, channel, normalized)
    return contact if contact is not None and contact.deleted_at is None else None


PAGES = (Page("GET", "/{o:int}/people/similar", show, "search"),)
