"""Settings: deleted people, who can be restored."""

from coterie.store.contacts import list_deleted_contacts
from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

SHOWN_MAX = 200


def show(tx: Tx, visit: Visit) -> Result:
    contacts = list_deleted_contacts(tx, visit.acting.organization_id, limit=SHOWN_MAX)
    values = {
        "title": "Deleted people",
        "contacts": contacts,
        "most": SHOWN_MAX,
        "pictures": pictures_of(tx, visit, contacts),
    }
    return Show(template="settings/deleted.html", values=values)


PAGES = (Page("GET", "/{o:int}/settings/deleted", show, "slow"),)
