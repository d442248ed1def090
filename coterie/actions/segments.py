"""Changes of segments, and how they are presented.

Segments belong to the organization; conditions on reminders and notes are about those of the user who reads.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.actions.filters import reader_of
from coterie.errors import Invalid, NotFound, invalid
from coterie.model import times
from coterie.model.filters.json_form import from_data, to_data, to_json
from coterie.model.filters.limits import check_size
from coterie.model.filters.names import Missing, is_id, with_names
from coterie.model.filters.parse import parse_filter
from coterie.model.filters.problems import bare_reason
from coterie.model.filters.tree import Filter
from coterie.model.filters.write_line import to_line
from coterie.model.organizations import Caller
from coterie.model.segments import SEGMENTS_MAX, Segment, parse_name
from coterie.store import segments as store
from coterie.store.database import Tx
from coterie.store.filters.contacts import count_matching
from coterie.store.filters.names import load_names
from coterie.store.filters.prepare import expand, prepare, resolve
from coterie.store.organizations import lock_organization

# contacts of a segment are counted up to this number
COUNT_MAX = 10_000


class SegmentSheet(Struct, frozen=True):
    """A segment as people read it. line: its filter in one line, with names; filter: the same as JSON data, with ids.
    missing: the deleted things it refers to; problem: why it cannot run, None if it can."""

    segment: Segment
    line: str
    filter: dict[str, Any]
    missing: tuple[Missing, ...]
    problem: str | None


def create_segment(tx: Tx, caller: Caller, name: str, filter_: str | dict[str, Any], *, segment_id: int = 0) -> Segment:
    """Saves a filter (one line, JSON or decoded JSON) under a name. segment_id: of a deleted one that comes back.

    Raises Invalid if the name is blank, too long or taken, the filter is invalid, names something that does not exist
    or leads back to itself, or there are 500 segments.
    """
    # two changes at once could make a cycle of references
    lock_organization(tx, caller.organization_id)
    if store.count_segments(tx, caller.organization_id) >= SEGMENTS_MAX:
        raise invalid("name", f"exceeds the limit of {SEGMENTS_MAX} segments")
    name = _free_name(tx, caller, name, None)
    now = times.now()
    segment = Segment(segment_id, name, _read(tx, caller, filter_, None), caller.user_id, now, now)
    segment = store.insert_segment(tx, caller.organization_id, segment)
    changes = {"name": (None, name), "filter": (None, to_json(segment.filter))}
    record(tx, caller, "segment.created", segment.id, changes=changes)
    return segment


def update_segment(
    tx: Tx, caller: Caller, segment_id: int, *, name: str | None = None, filter_: str | dict[str, Any] | None = None
) -> Segment:
    """Changes the name, the filter, or both. Raises NotFound; Invalid as create_segment does."""
    # two changes at once could make a cycle of references
    lock_organization(tx, caller.organization_id)
    before = find_segment(tx, caller, segment_id)
    after = before
    if name is not None:
        after = replace(after, name=_free_name(tx, caller, name, segment_id))
    if filter_ is not None:
        after = replace(after, filter=_read(tx, caller, filter_, before))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_segment(tx, caller.organization_id, after)
    changes = dict(differences(before, after, ("name",)))
    if after.filter != before.filter:
        changes["filter"] = (to_json(before.filter), to_json(after.filter))
    record(tx, caller, "segment.updated", segment_id, changes=changes)
    return after


def delete_segment(tx: Tx, caller: Caller, segment_id: int) -> None:
    """Erases a segment; its contacts stay, and segments that refer to it are broken. Raises NotFound."""
    segment = find_segment(tx, caller, segment_id)
    store.delete_segment(tx, caller.organization_id, segment_id)
    changes = {"name": (segment.name, None), "filter": (to_json(segment.filter), None)}
    record(tx, caller, "segment.deleted", segment_id, changes=changes)


def find_segment(tx: Tx, caller: Caller, segment_id: int) -> Segment:
    """Raises NotFound if there is no such segment."""
    segment = store.find_segment(tx, caller.organization_id, segment_id)
    if segment is None:
        raise NotFound("Segment not found")
    return segment


def find_named_segment(tx: Tx, caller: Caller, text: str) -> Segment:
    """The segment of this name, or of "#" and this id. Raises NotFound."""
    segment = store.find_segment_by_name(tx, caller.organization_id, text.strip())
    if segment is None and is_id("segment", text):
        segment = store.find_segment(tx, caller.organization_id, int(text[1:]))
    if segment is None:
        raise NotFound(f"There is no segment {text}")
    return segment


def describe_segment(tx: Tx, caller: Caller, segment: Segment) -> SegmentSheet:
    """The segment with its filter in both spellings, and its broken references."""
    names = load_names(tx, caller.organization_id, segment.filter)
    line = to_line(with_names(segment.filter, names))
    problem = None
    try:
        expand(tx, caller.organization_id, segment.filter, (segment,))
    except Invalid as error:
        problem = bare_reason(error.problems[0])
    return SegmentSheet(segment, line, to_data(segment.filter), tuple(names.missing), problem)


def count_segment(tx: Tx, caller: Caller, segment: Segment) -> int:
    """The number of contacts of a segment, counted up to 10,000. Raises Invalid if it is broken."""
    filter_ = expand(tx, caller.organization_id, segment.filter, (segment,))
    where = prepare(tx, caller.organization_id, filter_, reader_of(tx, caller))
    return count_matching(tx, caller.organization_id, where, COUNT_MAX)


def _free_name(tx: Tx, caller: Caller, name: str, segment_id: int | None) -> str:
    name = parse_name(name)
    other = store.find_segment_by_name(tx, caller.organization_id, name)
    if other is not None and other.id != segment_id:
        raise invalid("name", "has already been taken", kind="taken")
    return name


def _read(tx: Tx, caller: Caller, filter_: str | dict[str, Any], segment: Segment | None) -> Filter:
    text = filter_ if isinstance(filter_, str) else ""
    parsed = parse_filter(filter_) if isinstance(filter_, str) else from_data(filter_)
    resolved = resolve(tx, caller.organization_id, parsed, text)
    expand(tx, caller.organization_id, resolved, (segment,) if segment else ())
    return check_size(resolved)
