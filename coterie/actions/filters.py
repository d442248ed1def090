"""Filters on behalf of a caller: read, checked against what exists, made ready for the store, and run."""

from collections.abc import Sequence
from datetime import UTC, datetime

from coterie.errors import Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.model.filters.feed import check_feed_filter
from coterie.model.filters.json_form import to_json
from coterie.model.filters.parse import parse_filter
from coterie.model.filters.spans import Clock
from coterie.model.filters.tree import Filter, all_of
from coterie.model.organizations import Caller
from coterie.model.segments import Segment
from coterie.model.time_zones import zone_of
from coterie.search import SearchPage, search_contacts
from coterie.store.database import Tx
from coterie.store.filters.builder import FilterReader, Where
from coterie.store.filters.contacts import Slice, keep_matching, list_and_count_matching
from coterie.store.filters.prepare import expand, prepare, resolve
from coterie.store.organizations import find_organization, find_user
from coterie.store.segments import find_segment

SEGMENT_ID_MAX = 2**53
# of the matches of a search, so many are compared with a filter
SEARCHED_MAX = 2_000


def read_filter(tx: Tx, caller: Caller, text: str | None, segment_id: int | None = None) -> Where | None:
    """The filter and the segment of a request, joined by AND; None if there is neither.

    Raises NotFound if there is no such segment; Invalid if the filter is invalid, or if it or the segment refers to
    something that does not exist.
    """
    parts = _parts(tx, caller, text, segment_id)
    return prepare(tx, caller.organization_id, all_of(parts), reader_of(tx, caller)) if parts else None


def _parts(tx: Tx, caller: Caller, text: str | None, segment_id: int | None) -> list[Filter]:
    """The filter with ids in place of names, and that of the segment."""
    parts = [resolve(tx, caller.organization_id, parse_filter(text), text)] if text and text.strip() else []
    if segment_id is not None:
        segment = find_segment(tx, caller.organization_id, segment_id) if 0 < segment_id < SEGMENT_ID_MAX else None
        if segment is None:
            raise NotFound("Segment not found")
        parts.append(_expanded(tx, caller, segment))
    return parts


def read_feed_filter(
    tx: Tx, caller: Caller, text: str | None, segment_id: int | None
) -> tuple[Where | None, tuple[str, ...]]:
    """(the filter and the segment of a request; what they mean, as text for the scope of a cursor).

    So a cursor ends when the segment gets another filter, or its reader another time zone. Raises as read_filter does,
    and Invalid if a contact could enter or leave the filter without a change of its own.
    """
    parts = _parts(tx, caller, text, segment_id)
    if not parts:
        return None, ()
    filter_ = expand(tx, caller.organization_id, all_of(parts))
    check_feed_filter(filter_)
    reader = reader_of(tx, caller)
    where = prepare(tx, caller.organization_id, filter_, reader)
    return where, (to_json(filter_), str(reader.clock.zone), reader.country or "")


def _expanded(tx: Tx, caller: Caller, segment: Segment) -> Filter:
    try:
        return expand(tx, caller.organization_id, segment.filter, (segment,))
    except Invalid as error:
        raise Invalid(*(each._replace(path=("segment_id",)) for each in error.problems)) from None


def reader_of(tx: Tx, caller: Caller) -> FilterReader:
    """The reader of a filter: the moment of the request, and the time zone of its user or else of the organization."""
    reader = find_user(tx, caller.user_id) if caller.user_id else find_organization(tx, caller.organization_id)
    zone = zone_of(reader.time_zone) if reader else UTC
    return FilterReader(caller.user_id, Clock(datetime.now(UTC), zone), caller.country)


def list_filtered(
    tx: Tx, caller: Caller, where: Where, *, order: str = "id", descending: bool = False, limit: int, offset: int
) -> tuple[Sequence[Contact], int]:
    """(a page of the contacts that match, the number of all of them; 100,000 means that many or more)."""
    return list_and_count_matching(tx, caller.organization_id, where, Slice(order, descending, limit, offset))


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
) -> SearchPage:
    """The same among the first 2,000 matches of a search, in its order, without hits. is_capped: there may be others,
    after the matches that were compared."""
    found = search_contacts(
        tx, caller.organization_id, text, order=order, descending=descending, limit=SEARCHED_MAX,
        reader_id=caller.user_id,
    )  # fmt: skip
    matching_ids = keep_matching(tx, caller.organization_id, where, [contact.id for contact in found.contacts])
    contacts = [contact for contact in found.contacts if contact.id in matching_ids]
    is_capped = found.is_cut or found.total > len(found.contacts)
    return SearchPage(contacts[offset : offset + limit], len(contacts), is_capped=is_capped, is_cut=is_capped)
