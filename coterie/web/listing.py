"""A list of people: the parameters of its address, and its rows."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from msgspec import Struct

from coterie.actions.filters import read_filter
from coterie.errors import Invalid
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import Contact
from coterie.model.filters.problems import bare_reason
from coterie.search import search_contacts
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import count_contacts, list_contacts
from coterie.store.database import Tx
from coterie.store.filters.contacts import COUNT_MAX, Slice, list_and_count_matching
from coterie.web.columns import COLUMNS, Column, read_columns
from coterie.web.cookies import COLUMNS_NAME
from coterie.web.page import Visit
from coterie.web.pictures import pictures_of

WINDOW = 60
QUERY_LENGTH_MAX = 500
FILTER_LENGTH_MAX = 4000
# name in the address -> (label, order of the store)
SORTS = {
    "name": ("Name", "shown_name"),
    "added": ("Added", "created_at"),
    "changed": ("Last changed", "updated_at"),
    "email": ("E-mail", "email"),
    "phone": ("Phone", "phone"),
    "username": ("Instagram", "username"),
    "followers": ("Followers", "follower_count"),
    "growth": ("Growth in 30 days", "follower_growth"),
    "language": ("Language", "language"),
    "status": ("Messages", "status"),
}

# a hit in these is seen in the name
NAME_FIELDS = ("name", "")
# (contacts of a window, number of all, whether there are more, contact id -> what the search found)
Found = tuple[list[Contact], int, bool, dict[int, str]]


class Listing(Struct, frozen=True):
    """The filter and order of a list of people, from the address of the page.

    sort: one of SORTS, or "" for the best match of a search first.
    """

    text: str
    filter_: str
    sort: str
    is_descending: bool

    def address(self, **changes: str | int) -> str:
        """The query of the same list with these changes, without empty values."""
        values = self.values() | changes
        query = urlencode({name: value for name, value in values.items() if value not in ("", 0)})
        return f"?{query}" if query else "?"

    def values(self) -> dict[str, str | int]:
        """The fields of a form that shows this list."""
        return {"q": self.text, "filter": self.filter_, "sort": self.sort, "down": "1" if self.is_descending else ""}

    def sorted_by(self, sort: str) -> str:
        """The query of the list in this order; the other way round if that is its order already."""
        current = self.sort or ("" if self.text else "name")
        is_reversed = sort == current and not self.is_descending
        return self.address(sort=sort, down="1" if is_reversed else "")

    @property
    def order(self) -> str:
        return SORTS[self.sort or "name"][1]


class Window(Struct, frozen=True):
    """Some rows of the list. total: of all; is_capped: whether there are more than were counted, and total is where the
    list ends so far. pieces: contact id -> the text a search found, where that is not the name. pictures: as
    pictures_of."""

    sheets: Sequence[ContactSheet]
    offset: int
    total: int
    is_capped: bool = False
    problem: str = ""
    pieces: dict[int, str] = {}
    pictures: Mapping[int, str] = {}


def read_listing(visit: Visit, fields: Mapping[str, str] | None = None) -> Listing:
    """The listing of the address, or of the fields of a form; invalid values are ignored."""
    given = visit.query if fields is None else fields
    text = given.get("q", "").replace("\0", "").strip()[:QUERY_LENGTH_MAX]
    filter_ = given.get("filter", "").strip()[:FILTER_LENGTH_MAX]
    sort = given.get("sort", "")
    return Listing(text, filter_, sort if sort in SORTS else "", given.get("down") == "1")


def load_window(tx: Tx, visit: Visit, listing: Listing, offset: int, limit: int = WINDOW) -> Window:
    """The rows from an offset. A filter that is not valid matches no one, and the window has its problem."""
    try:
        contacts, total, is_capped, pieces = _find(tx, visit, listing, offset, limit)
    except Invalid as error:
        return Window((), 0, 0, problem="; ".join(map(bare_reason, error.problems)))
    parts = {column.part for column in columns_of(visit).values() if column.part is not None}
    sheets = sheets_of(tx, visit.acting.organization_id, contacts, parts)
    pictures = pictures_of(tx, visit, contacts)
    return Window(list(sheets.values()), offset, total, is_capped, pieces=pieces, pictures=pictures)


def columns_of(visit: Visit) -> Mapping[str, Column]:
    """The columns that this browser shows after the name."""
    return {name: COLUMNS[name] for name in read_columns(visit.preferences[COLUMNS_NAME])}


def _find(tx: Tx, visit: Visit, listing: Listing, offset: int, limit: int) -> Found:
    """The contacts of a window."""
    organization_id = visit.acting.organization_id
    order, down = listing.order, listing.is_descending
    if listing.text and not listing.filter_:
        page = search_contacts(
            tx, organization_id, listing.text, order=order if listing.sort else None, descending=down, limit=limit,
            offset=offset, reader_id=visit.acting.user_id, is_explained=True,
        )  # fmt: skip
        pieces = {hit.contact_id: hit.piece for hit in page.hits if hit.piece and hit.field not in NAME_FIELDS}
        total = page.total if page.is_cut else _total_so_far(page.total, page.is_capped, page.contacts, offset, limit)
        return page.contacts, total, page.is_capped, pieces
    if listing.filter_ or listing.text:
        where = read_filter(tx, visit.acting, line_of(listing))
        assert where is not None
        contacts, total = list_and_count_matching(tx, organization_id, where, Slice(order, down, limit, offset))
        is_capped = total >= COUNT_MAX
        return contacts, _total_so_far(total, is_capped, contacts, offset, limit), is_capped, {}
    contacts = list_contacts(tx, organization_id, order=order, descending=down, limit=limit, offset=offset)
    return contacts, count_contacts(tx, organization_id), False, {}


def _total_so_far(total: int, is_capped: bool, contacts: Sequence[Contact], offset: int, limit: int) -> int:
    """A total that was not counted to its end grows with each full window."""
    return max(total, offset + 2 * limit) if is_capped and len(contacts) == limit else total


def line_of(listing: Listing) -> str:
    """The filter and the words of the search as one line."""
    words = ['"' + word.replace("\\", "").replace('"', "") + '"' for word in listing.text.split()]
    if not words:
        return listing.filter_
    return " ".join([f"({listing.filter_})", *words] if listing.filter_ else words)
