"""Picks a person by name: suggestions while one types, and the contact for the typed text."""

import re

from coterie.errors import invalid
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit

SUGGESTIONS = 8
TEXT_LENGTH_MAX = 600
_ID = re.compile(r"\(#(\d{1,15})\)\s*\Z|\A\s*#(\d{1,15})\s*\Z", re.ASCII)


def label_of(contact: Contact) -> str:
    """A contact as the text of an input: its name and its number."""
    return f"{contact.shown_name or 'No name'} (#{contact.id})"


def pick(tx: Tx, caller: Caller, text: str, field: str) -> Contact:
    """The contact of a text: by its number, else the only one the search finds, or the only one of just that name.

    Raises Invalid if there is none, or several.
    """
    if match := _ID.search(text):
        contact = find_contact(tx, caller.organization_id, int(match[1] or match[2]))
        if contact is None or contact.deleted_at is not None:
            raise invalid(field, "matches no one in your contacts", kind="unknown")
        return contact
    found = search_contacts(tx, caller.organization_id, text, limit=SUGGESTIONS).contacts
    same = [each for each in found if (each.name or "").casefold() == text.strip().casefold()]
    if len(same) == 1 or len(found) == 1:
        return (same or found)[0]
    if not found:
        raise invalid(field, "matches no one in your contacts", kind="unknown")
    names = ", ".join(label_of(each) for each in (same or found)[:3])
    raise invalid(field, f"fits several people: choose one of {names}")


def suggest(tx: Tx, visit: Visit) -> Result:
    """The options of a list of suggestions. The name of the input may be anything: its value is the only one."""
    text = next((value for name, value in visit.query.items() if name != "list"), "")[:TEXT_LENGTH_MAX]
    contacts = []
    if text.strip() and not _ID.search(text):
        contacts = search_contacts(tx, visit.acting.organization_id, text, limit=SUGGESTIONS).contacts
    return Show(template="people/options.html", values={"labels": [label_of(each) for each in contacts]})


PAGES = (Page("GET", "/{o:int}/people/suggestions", suggest, "search"),)
