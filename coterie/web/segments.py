"""Segments: saved filters, with how many people each has, and why a broken one does not run."""

from urllib.parse import urlencode

from msgspec import Struct

from coterie.actions import segments as actions
from coterie.actions.segments import SegmentSheet
from coterie.errors import Invalid
from coterie.model.segments import NAME_LENGTH_MAX, Segment
from coterie.store.database import Tx
from coterie.store.segments import count_segments, list_segments
from coterie.web.page import Go, Page, Result, Show, Visit

PER_PAGE = 50
LINE_LENGTH_MAX = 8_000
EXAMPLES = (
    ("Not in touch for three months", "last_touch:>90d"),
    ("Birthday within the next month", "birthday:next30d"),
    ("Wrote, and had no answer for a week", "last_in:>7d -last_out:<7d"),
)


class Line(Struct, frozen=True):
    """A segment of the list. count: up to 10,000; None if it is broken. people: the address of its people."""

    sheet: SegmentSheet
    count: int | None
    people: str


def show(tx: Tx, visit: Visit) -> Result:
    """A page of segments; each is counted."""
    organization_id = visit.acting.organization_id
    offset = visit.number("from", 0)
    segments = list_segments(tx, organization_id, limit=PER_PAGE, offset=offset)
    return Show(
        template="segments/index.html",
        values={
            "lines": [_line(tx, visit, each) for each in segments],
            "total": count_segments(tx, organization_id),
            "offset": offset,
            "size": PER_PAGE,
            "count_max": actions.COUNT_MAX,
            "examples": [(label, f"{visit.root}/people?{urlencode({'filter': line})}") for label, line in EXAMPLES],
        },
    )


def _line(tx: Tx, visit: Visit, segment: Segment) -> Line:
    sheet = actions.describe_segment(tx, visit.acting, segment)
    count = actions.count_segment(tx, visit.acting, segment) if sheet.problem is None else None
    return Line(sheet, count, f"{visit.root}/people?{urlencode({'filter': f'segment:#{segment.id}'})}")


def edit(tx: Tx, visit: Visit) -> Result:
    segment = actions.find_segment(tx, visit.acting, visit.id("id"))
    sheet = actions.describe_segment(tx, visit.acting, segment)
    return _form(sheet, {"name": segment.name, "filter": sheet.line}, {})


def save(tx: Tx, visit: Visit) -> Result:
    """Changes the name and the filter. A filter whose line is the same stays, though it may be broken."""
    segment = actions.find_segment(tx, visit.acting, visit.id("id"))
    line = visit.text("filter", LINE_LENGTH_MAX).strip()
    is_same = line == actions.describe_segment(tx, visit.acting, segment).line
    name = visit.text("name", NAME_LENGTH_MAX + 1)
    changed = actions.update_segment(tx, visit.acting, segment.id, name=name, filter_=None if is_same else line)
    return Go(url=f"{visit.root}/segments", message=f"Segment {changed.name} was saved")


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    sheet = actions.describe_segment(tx, visit.acting, actions.find_segment(tx, visit.acting, visit.id("id")))
    problems = {"name" if each.path[0] == "name" else "filter": each.reason for each in error.problems}
    return _form(sheet, {name: str(visit.form.get(name) or "") for name in ("name", "filter")}, problems)


def _form(sheet: SegmentSheet, fields: dict[str, str], problems: dict[str, str]) -> Show:
    values = {"sheet": sheet, "fields": fields, "problems": problems}
    return Show(template="segments/edit.html", values=values, status=422 if problems else 200)


def delete(tx: Tx, visit: Visit) -> Result:
    segment = actions.find_segment(tx, visit.acting, visit.id("id"))
    actions.delete_segment(tx, visit.acting, segment.id)
    return Go(url=f"{visit.root}/segments", message=f"Segment {segment.name} was deleted; its people stay")


PAGES = (
    Page("GET", "/{o:int}/segments", show, "search"),
    Page("GET", "/{o:int}/segments/{id:int}", edit),
    Page("POST", "/{o:int}/segments/{id:int}", save, "write", again=save_again),
    Page("POST", "/{o:int}/segments/{id:int}/delete", delete, "write"),
)
