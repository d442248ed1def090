"""The previous and the next person of the list that a visitor comes from."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from coterie.store.database import Tx
from coterie.web.listing import load_window, read_listing
from coterie.web.page import Go, Page, Result, Visit

LIST_LENGTH_MAX = 6000
AT_MAX = 10**7
STEPS = {"previous": -1, "next": 1}


def neighbours(visit: Visit) -> dict[str, Any]:
    """The list on a person's page: its address, and those of the people before and after; empty without a list."""
    if "in" not in visit.query:
        return {"neighbours": None}
    place = {"in": visit.query["in"][:LIST_LENGTH_MAX], "at": visit.number("at", 0, AT_MAX)}
    base = f"{visit.root}/people/neighbours?{urlencode(place)}"
    back = f"{visit.root}/people{'?' if place['in'] else ''}{place['in']}"
    return {"neighbours": {"back": back, "next": f"{base}&step=next",
                       "previous": f"{base}&step=previous" if place["at"] else ""}}  # fmt: skip


def go(tx: Tx, visit: Visit) -> Result:
    """To the neighbour, or to the list if there is none."""
    list_ = visit.query.get("in", "")[:LIST_LENGTH_MAX]
    at = visit.number("at", 0, AT_MAX) + STEPS.get(visit.query.get("step", ""), 0)
    listing = read_listing(visit, dict(parse_qsl(list_)))
    window = load_window(tx, visit, listing, at, 1) if at >= 0 else None
    if window is None or not window.sheets:
        address = listing.address().rstrip("?")
        return Go(url=f"{visit.root}/people{address}", message="That is the end of the list")
    place = urlencode({"in": listing.address().lstrip("?"), "at": at})
    return Go(url=f"{visit.root}/people/{window.sheets[0].contact.id}?{place}")


PAGES = (Page("GET", "/{o:int}/people/neighbours", go, "search"),)
