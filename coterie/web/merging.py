"""Merges selected people: two are compared side by side, of three to five the page asks which one stays."""

from coterie.actions.merges import merge_contacts
from coterie.errors import invalid
from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.web.duplicates import pair_path
from coterie.web.page import Go, Page, Result, Show, Visit

MERGED_MAX = 5
COMPARED = 2


def show(tx: Tx, visit: Visit) -> Result:
    ids = [int(each) for each in visit.query.get("ids", "").split(",") if each.isascii() and each.isdigit()]
    contacts = _contacts(tx, visit, ids)
    if len(contacts) == COMPARED:
        return Go(url=pair_path(visit, contacts[0].id, contacts[1].id))
    return Show(template="people/merge.html", values={"contacts": contacts})


def _contacts(tx: Tx, visit: Visit, ids: list[int]) -> list[Contact]:
    """The people to merge. Raises Invalid if they are not two to five."""
    found = list_contacts_by_id(tx, visit.acting.organization_id, ids[: MERGED_MAX + 1]) if ids else []
    if not 2 <= len(found) <= MERGED_MAX:
        raise invalid("ids", f"must be 2 to {MERGED_MAX} people: select those who are one person")
    return found


def merge(tx: Tx, visit: Visit) -> Result:
    """Merges into the chosen one; an empty field takes the value of another."""
    contacts = _contacts(tx, visit, visit.ids("ids"))
    survivor = next((each for each in contacts if str(each.id) == visit.text("survivor", 20)), None)
    if survivor is None:
        raise invalid("survivor", "is not one of the people", kind="choice")
    merge_contacts(tx, visit.acting, survivor.id, [each.id for each in contacts if each.id != survivor.id])
    message = f"{len(contacts)} people are one now: {survivor.name or 'No name'}"
    return Go(url=f"{visit.root}/people/{survivor.id}", message=message)


PAGES = (
    Page("GET", "/{o:int}/people/merge", show),
    Page("POST", "/{o:int}/people/merge", merge, "write"),
)
