"""/segments: saved filters. Their contacts are listed by GET /contacts?segment_id=."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import segments as actions
from coterie.actions.segments import COUNT_MAX, SegmentSheet
from coterie.api.hub.pages import Page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.filters.tree import LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.model.segments import NAME_LENGTH_MAX, SEGMENTS_MAX, Segment
from coterie.store import segments as store
from coterie.store.database import Tx

_DIGITS_MAX = 15
FilterValue = Annotated[
    Annotated[str, Meta(max_length=LENGTH_MAX)] | dict[str, Any],
    Meta(description="A filter in one line (`tag:friends -status:optout`), or as a JSON object. See docs/filters.md."),
]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]


class SegmentEntity(Struct, kw_only=True):
    id: int
    name: str
    line: Annotated[str, Meta(description="The filter in one line, with names.")]
    filter: Annotated[dict[str, Any], Meta(description="The filter as JSON, with ids in place of names.")]
    problem: Annotated[
        str | None, Meta(description="Why the segment cannot be used: its filter names what was deleted.")
    ]
    created_at: str
    updated_at: str


class CountedSegment(SegmentEntity, kw_only=True):
    count: Annotated[int | None, Meta(description=f"Its contacts, up to {COUNT_MAX:,}; null if it cannot be used.")]
    count_is_exact: bool


class SegmentPage(Page, kw_only=True):
    items: list[SegmentEntity]


class SegmentBody(Struct, forbid_unknown_fields=True):
    name: Name
    filter: FilterValue


class SegmentFields(Struct, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    filter: FilterValue | UnsetType = UNSET


def list_(tx: Tx, caller: Caller, request: Request) -> SegmentPage:
    segments = store.list_segments(tx, caller.organization_id, limit=SEGMENTS_MAX)
    return SegmentPage(items=[_present(tx, caller, segment) for segment in segments], next_cursor=None)


def show(tx: Tx, caller: Caller, request: Request) -> CountedSegment:
    segment = _find(tx, caller, request)
    sheet = actions.describe_segment(tx, caller, segment)
    count = actions.count_segment(tx, caller, segment) if sheet.problem is None else None
    return CountedSegment(**_values(sheet), count=count, count_is_exact=count is not None and count < COUNT_MAX)


def create(tx: Tx, caller: Caller, request: Request) -> SegmentEntity:
    return _present(tx, caller, actions.create_segment(tx, caller, request.body.name, request.body.filter))


def update(tx: Tx, caller: Caller, request: Request) -> SegmentEntity:
    body: SegmentFields = request.body
    segment = actions.update_segment(
        tx, caller, _find(tx, caller, request).id,
        name=body.name if isinstance(body.name, str) else None,
        filter_=body.filter if not isinstance(body.filter, UnsetType) else None,
    )  # fmt: skip
    return _present(tx, caller, segment)


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_segment(tx, caller, _find(tx, caller, request).id)


def _find(tx: Tx, caller: Caller, request: Request) -> Segment:
    text = request.path["segment_id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotFound("Segment not found")
    return actions.find_segment(tx, caller, int(text))


def _present(tx: Tx, caller: Caller, segment: Segment) -> SegmentEntity:
    return SegmentEntity(**_values(actions.describe_segment(tx, caller, segment)))


def _values(sheet: SegmentSheet) -> dict[str, Any]:
    segment = sheet.segment
    return {
        "id": segment.id, "name": segment.name, "line": sheet.line, "filter": sheet.filter, "problem": sheet.problem,
        "created_at": segment.created_at, "updated_at": segment.updated_at,
    }  # fmt: skip
