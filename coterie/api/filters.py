"""The parameters filter and segment_id of lists of contacts, the same in every contract."""

from typing import Annotated, Protocol

from msgspec import Meta

from coterie.actions.filters import read_filter
from coterie.model.filters.tree import LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.filters.builder import Where

Filter = Annotated[
    Annotated[str, Meta(max_length=LENGTH_MAX)] | None,
    Meta(
        description="Only contacts that match this filter, in one line (`tag:friends -status:optout`) or as JSON. See"
        " docs/filters.md."
    ),
]
SegmentId = Annotated[int | None, Meta(description="Only contacts of this segment; with `filter`, of both.")]


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
