"""People: the list that is searched, filtered, sorted and scrolled."""

from collections.abc import Mapping
from urllib.parse import urlencode

from coterie.actions.segments import create_segment
from coterie.demo.springfield import can_look_around
from coterie.errors import Invalid
from coterie.model.segments import NAME_LENGTH_MAX
from coterie.store.database import Tx
from coterie.store.folders import list_folders
from coterie.store.properties import list_definitions
from coterie.store.segments import list_segments
from coterie.web.chips import chips_of, choice_of, fields_of, with_condition
from coterie.web.columns import COLUMNS, SHOWN_MAX, read_columns
from coterie.web.cookies import COLUMNS_NAME
from coterie.web.listing import SORTS, WINDOW, Listing, columns_of, line_of, load_window, read_listing
from coterie.web.page import Go, Page, Result, Show, Visit

CHOICES_MAX = 200


def show(tx: Tx, visit: Visit) -> Result:
    """The page. With a field in the query, one more condition is added to the filter."""
    listing = read_listing(visit)
    if "op" in visit.query:
        query = visit.query
        try:
            filter_ = with_condition(listing.filter_, query.get("field", ""), query["op"], query.get("value", ""))
        except Invalid as error:
            return show_list(tx, visit, listing, {problem.path[-1]: problem.reason for problem in error.problems})
        return Go(url=f"{visit.root}/people{listing.address(filter=filter_)}")
    return show_list(tx, visit, listing, {})


def show_list(tx: Tx, visit: Visit, listing: Listing, problems: Mapping[str, str]) -> Show:
    """The page of a list. problems: field of a form on it -> reason."""
    # "row" is typed by people, from 1; "from" is the offset in a link or from the script
    offset = max(visit.number("row", 0) - 1, 0) or visit.number("from", 0)
    organization_id = visit.acting.organization_id
    return Show(
        template="people/index.html",
        values={
            **_values(tx, visit, listing, offset // WINDOW * WINDOW),
            "start": offset,
            "chips": chips_of(tx, organization_id, listing.filter_),
            "fields": fields_of(tx, organization_id),
            "choice": choice_of(tx, organization_id, visit.query.get("field", "")),
            "segments": list_segments(tx, organization_id, limit=CHOICES_MAX),
            "typed": {name: str(visit.form.get(name) or visit.query.get(name, "")) for name in ("op", "value", "name")},
            "is_filtering": bool(problems) or "field" in visit.query,
            "problems": problems,
        },
        status=422 if problems and visit.form else 200,
    )


def _values(tx: Tx, visit: Visit, listing: Listing, offset: int) -> dict[str, object]:
    """The values of the list, as a part of the page and alone."""
    organization_id = visit.acting.organization_id
    window = load_window(tx, visit, listing, offset)
    is_empty = not (window.sheets or listing.text or listing.filter_)
    return {
        "listing": listing, "window": window, "can_look_around": is_empty and can_look_around(tx, visit.acting),
        "start": offset, "size": WINDOW,
        "columns": columns_of(visit), "all_columns": COLUMNS, "sorts": SORTS,
        "folders": list_folders(tx, organization_id, limit=CHOICES_MAX),
        "properties": list_definitions(tx, organization_id, limit=CHOICES_MAX),
    }  # fmt: skip


def show_rows(tx: Tx, visit: Visit) -> Result:
    """A window of rows for the page's script, or the result of a search while one types."""
    listing, offset = read_listing(visit), visit.number("from", 0)
    if "found" in visit.query:
        address = {"HX-Replace-Url": f"{visit.root}/people{listing.address().rstrip('?')}"}
        return Show(template="people/found.html", values=_values(tx, visit, listing, 0), headers=address)
    window = load_window(tx, visit, listing, offset)
    values = {"listing": listing, "window": window, "columns": columns_of(visit)}
    return Show(template="people/rows.html", values=values, headers={"Coterie-Total": str(window.total)})


def show_condition(tx: Tx, visit: Visit) -> Result:
    """The operators and suggestions of a field, for the form of a condition."""
    choice = choice_of(tx, visit.acting.organization_id, visit.query.get("field", ""))
    return Show(
        template="people/condition.html", values={"choice": choice, "typed": {"op": "", "value": ""}, "problems": {}}
    )


def save_segment(tx: Tx, visit: Visit) -> Result:
    """Saves the filter and the words of the list as a segment."""
    listing = read_listing(visit)
    segment = create_segment(tx, visit.acting, visit.text("name", NAME_LENGTH_MAX + 1), line_of(listing))
    address = f"{visit.root}/people?{urlencode({'filter': f'segment:#{segment.id}'})}"
    return Go(url=address, message=f"Segment {segment.name} was saved")


def save_segment_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {"name" if problem.path[0] == "name" else "filter": problem.reason for problem in error.problems}
    return show_list(tx, visit, read_listing(visit), problems)


def choose_columns(tx: Tx, visit: Visit) -> Result:
    """Stores the columns in this browser, and shows the same list."""
    chosen = [name for name in visit.texts("columns") if name in COLUMNS][:SHOWN_MAX]
    query = visit.text("query", 20_000)
    back = f"{visit.root}/people{query if query.startswith('?') else ''}"
    return Go(url=back, cookies={COLUMNS_NAME: ".".join(read_columns(".".join(chosen)))})


PAGES = (
    Page("GET", "/{o:int}/people", show, "search"),
    Page("GET", "/{o:int}/people/rows", show_rows, "search"),
    Page("GET", "/{o:int}/people/condition", show_condition),
    Page("POST", "/{o:int}/people/columns", choose_columns),
    Page("POST", "/{o:int}/people/segment", save_segment, "write", again=save_segment_again, once=True),
)
