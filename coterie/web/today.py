"""Today: what is due, and who has a birthday."""

from coterie.store.contacts import count_contacts
from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit


def show(tx: Tx, visit: Visit) -> Result:
    return Show(template="today/index.html", values={"people_count": count_contacts(tx, visit.acting.organization_id)})


PAGES = (Page("GET", "/{o:int}/today", show),)
