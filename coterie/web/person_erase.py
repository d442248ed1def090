"""Erases a person for good, after their name was typed."""

from coterie.actions.contacts import erase_contact
from coterie.errors import Invalid, invalid
from coterie.model.contacts import Contact
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.person import find_person

_PATH = "/{o:int}/people/{id:int}/erase"
NO_NAME = "No name"


def show(tx: Tx, visit: Visit) -> Result:
    return _form(find_person(tx, visit), "")


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _form(find_person(tx, visit), error.problems[0].reason)


def _form(contact: Contact, problem: str) -> Show:
    values = {"contact": contact, "name": contact.shown_name or NO_NAME, "problem_text": problem}
    return Show(template="person/erase.html", values=values, status=422 if problem else 200)


def erase(tx: Tx, visit: Visit) -> Result:
    contact = find_person(tx, visit)
    name = contact.shown_name or NO_NAME
    if " ".join(visit.text("name", 1000).split()) != " ".join(name.split()):
        raise invalid("name", "is not the name of this person")
    erase_contact(tx, visit.acting, contact.id)
    return Go(url=f"{visit.root}/people", message=f"{name} was erased")


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, erase, "write", again=show_again),
)
