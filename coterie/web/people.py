"""People: the list that is searched, filtered, sorted and scrolled."""

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from coterie.actions.filters import read_filter
from coterie.errors import Invalid
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.terms import TAGS
from coterie.search import search_contacts
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import count_contacts, count_deleted_contacts, list_contacts
from coterie.store.database import Tx
from coterie.store.filters.contacts import COUNT_MAX, count_matching, list_matching
from coterie.store.folders import list_folders
from coterie.store.segments import list_segments
from coterie.store.terms import list_terms
from coterie.web.page import Page, Result, Show, Visit

WINDOW = 60
QUERY_LENGTH_MAX = 200
FILTER_LENGTH_MAX = 4000
CHOICES_MAX = 200
PARTS: tuple[Part, ...] = ("tags",)
# name in the address -> (label, order of the store)
SORTS = {
    "name": ("Name", "name"),
    "added": ("Added", "created_at"),
    "changed": ("Last changed", "updated_at"),
    "email": ("E-mail", "email"),
    "username": ("Instagram", "username"),
    "followers": ("Followers", "follower_count"),
}

# a hit in these is seen in the name
NAME_FIELDS = ("name", "")
# (contacts of a window, number of all, whether there are more, contact id -> what the search found)
Found = tuple[list[Contact], int, bool, dict[int, str]]


class Listing(Struct, frozen=True):
    """Which people are listed and how: what the address of the page says.

    sort: one of SORTS, or "" for the best match of a search first.
    """

    text: str
    filter_: str
    sort: str
    is_descending: bool

    def address(self, **changes: str | int) -> str:
        """The query of the same list with these changes; what is empty is left out."""
        values = {
            "q": self.text, "filter": self.filter_, "sort": self.sort, "down": "1" if self.is_descending else "",
        } | changes  # fmt: skip
        query = urlencode({name: value for name, value in values.items() if value not in ("", 0)})
        return f"?{query}" if query else "?"

    @property
    def order(self) -> str:
        return SORTS[self.sort or "name"][1]


class Window(Struct, frozen=True):
    """Some rows of the list. total: of all; is_capped: whether there are more than were counted. pieces: contact
    id -> the text a search found, where that is not the name."""

    sheets: Sequence[ContactSheet]
    offset: int
    total: int
    is_capped: bool = False
    problem: str = ""
    pieces: dict[int, str] = {}


def read_listing(visit: Visit) -> Listing:
    """The listing of the address; what is not valid is ignored."""
    text = visit.query.get("q", "").replace("\0", "").strip()[:QUERY_LENGTH_MAX]
    filter_ = visit.query.get("filter", "").strip()[:FILTER_LENGTH_MAX]
    sort = visit.query.get("sort", "")
    return Listing(text, filter_, sort if sort in SORTS else "", visit.query.get("down") == "1")


def load_window(tx: Tx, visit: Visit, listing: Listing, offset: int, limit: int = WINDOW) -> Window:
    """The rows from an offset. A filter that is not valid matches nobody, and the window has its problem."""
    try:
        contacts, total, is_capped, pieces = _find(tx, visit, listing, offset, limit)
    except Invalid as error:
        return Window((), 0, 0, problem="; ".join(problem.reason for problem in error.problems))
    sheets = sheets_of(tx, visit.acting.organization_id, contacts, PARTS)
    return Window(list(sheets.values()), offset, total, is_capped, pieces=pieces)


def _find(tx: Tx, visit: Visit, listing: Listing, offset: int, limit: int) -> Found:
    """The contacts of a window."""
    organization_id = visit.acting.organization_id
    order, down = listing.order, listing.is_descending
    if listing.text and not listing.filter_:
        page = search_contacts(
            tx, organization_id, listing.text, order=order if listing.sort else None, descending=down, limit=limit,
            offset=offset, reader_id=visit.acting.user_id,
        )  # fmt: skip
        pieces = {hit.contact_id: hit.piece for hit in page.hits if hit.piece and hit.field not in NAME_FIELDS}
        return page.contacts, page.total, page.is_capped, pieces
    if listing.filter_ or listing.text:
        where = read_filter(tx, visit.acting, _with_words(listing))
        assert where is not None
        contacts = list_matching(tx, organization_id, where, order=order, descending=down, limit=limit, offset=offset)
        total = count_matching(tx, organization_id, where)
        return contacts, total, total >= COUNT_MAX, {}
    contacts = list_contacts(tx, organization_id, order=order, descending=down, limit=limit, offset=offset)
    return contacts, count_contacts(tx, organization_id), False, {}


def _with_words(listing: Listing) -> str:
    """The filter and the words of the search as one line."""
    words = ['"' + word.replace("\\", "").replace('"', "") + '"' for word in listing.text.split()]
    return " ".join([f"({listing.filter_})", *words]) if words else listing.filter_


def show(tx: Tx, visit: Visit) -> Result:
    listing = read_listing(visit)
    offset = visit.number("from", 0) // WINDOW * WINDOW
    organization_id = visit.acting.organization_id
    return Show(
        template="people/index.html",
        values={
            "listing": listing,
            "window": load_window(tx, visit, listing, offset),
            "sorts": SORTS,
            "folders": list_folders(tx, organization_id, limit=CHOICES_MAX),
            "tags": list_terms(tx, organization_id, TAGS, limit=CHOICES_MAX),
            "segments": list_segments(tx, organization_id, limit=CHOICES_MAX),
            "deleted_count": count_deleted_contacts(tx, organization_id) if not offset else 0,
            "size": WINDOW,
        },
    )


def show_rows(tx: Tx, visit: Visit) -> Result:
    """A window of rows for the page's script, or the result of a search while one types."""
    listing = read_listing(visit)
    window = load_window(tx, visit, listing, visit.number("from", 0))
    template = "people/found.html" if "found" in visit.query else "people/rows.html"
    folders = list_folders(tx, visit.acting.organization_id, limit=CHOICES_MAX)
    values = {"listing": listing, "window": window, "size": WINDOW, "folders": folders}
    return Show(template=template, values=values)


PAGES = (
    Page("GET", "/{o:int}/people", show, "search"),
    Page("GET", "/{o:int}/people/rows", show_rows, "search"),
)
