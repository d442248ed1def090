"""Reports to a page whether its session is still valid, with the token that its forms need now."""

from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit


def show(tx: Tx, visit: Visit) -> Result:
    """The token of the forms. Unauthorized, as for every page of a user, once the session has ended."""
    return Show(template="account/session.html", headers={"Cache-Control": "no-store"})


PAGES = (Page("GET", "/account/session", show, access="user"),)
