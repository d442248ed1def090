"""The parameters filter and segment_id of lists of contacts, the same in every contract."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from msgspec import Meta

from coterie.actions.filters import read_filter
from coterie.model.contacts import Contact
from coterie.model.filters.tree import LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import count_matching, keep_matching, list_matching

Filter = Annotated[
    Annotated[str, Meta(max_length=LENGTH_MAX)] | None,
    Meta(
        description="Only contacts that match this filter, in one line (`tag:friends -status:optout`) or as JSON. See"
        " docs/filters.md."
    ),
]
SegmentId = Annotated[int | None, Meta(description="Only contacts of this segment; with `filter`, of both.")]
# of the matches of a search, so many are compared with a filter
SEARCHED_MAX = 2_000


class FilterQuery(Protocol):
    @property
    def filter(self) -> str | None: ...
    @property
    def segment_id(self) -> int | None: ...


def is_filtered(query: FilterQuery) -> bool:
    """Whether a list has a filter, and so runs in the threads of searches, with their deadline."""
    return bool(query.filter and query.filter.strip()) or query.segment_id is not None


def find_where(tx: Tx, caller: Caller, query: FilterQuery) -> Where | None:
    """The filter of a query, or None. Raises NotFound and Invalid as read_filter does."""
    return read_filter(tx, caller, query.filter, query.segment_id) if is_filtered(query) else None


def list_filtered(
    tx: Tx, caller: Caller, where: Where, *, order: str = "id", descending: bool = False, limit: int, offset: int
) -> tuple[Sequence[Contact], int]:
    """(a page of the contacts that match, the number of all of them; 100,000 means that many or more)."""
    organization_id = caller.organization_id
    contacts = list_matching(tx, organization_id, where, order=order, descending=descending, limit=limit, offset=offset)
    if len(contacts) < limit and (contacts or not offset):
        return contacts, offset + len(contacts)
    return contacts, count_matching(tx, organization_id, where)


def search_filtered(
    tx: Tx,
    caller: Caller,
    where: Where,
    text: str,
    *,
    order: str | None = None,
    descending: bool = False,
    limit: int,
    offset: int,
) -> tuple[Sequence[Contact], int]:
    """The same among the first 2,000 matches of a search, in its order."""
    matches = search_contacts(
        tx, caller.organization_id, text, order=order, descending=descending, limit=SEARCHED_MAX,
        reader_id=caller.user_id,
    ).contacts  # fmt: skip
    kept = keep_matching(tx, caller.organization_id, where, [contact.id for contact in matches])
    contacts = [contact for contact in matches if contact.id in kept]
    return contacts[offset : offset + limit], len(contacts)
