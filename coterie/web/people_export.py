"""Downloads people as CSV or vCard: a list or a selection."""

from collections.abc import Iterable, Sequence

from coterie.actions.filters import read_filter
from coterie.errors import TooLarge, invalid
from coterie.store.contacts import count_contacts
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import count_matching, where_ids, where_not_ids
from coterie.web.listing import Listing, line_of, read_listing
from coterie.web.page import Download, Go, Page, Result, Show, Visit

# a download is made in memory; `coterie export` writes any number
CONTACTS_MAX = 10_000
EXCEPTIONS_MAX = 10_000
FORMATS = {"csv": "text/csv; charset=utf-8", "vcf": "text/vcard; charset=utf-8"}
LABELS = {"csv": "Table (CSV)", "vcf": "Cards (vCard)"}


def show(tx: Tx, visit: Visit) -> Result:
    """Asks for the format, and says how many people it will be."""
    return _page(tx, visit, read_listing(visit), _where(tx, visit))


def _page(tx: Tx, visit: Visit, listing: Listing, where: Where | None, excepted: Sequence[int] = ()) -> Show:
    values = {
        "listing": listing, "count": _count(tx, visit, where), "maximum": CONTACTS_MAX, "excepted": excepted,
        "formats": LABELS,
    }  # fmt: skip
    return Show(template="people/export.html", values=values)


def download(tx: Tx, visit: Visit) -> Result:
    """The people of the address. Raises TooLarge beyond 10,000."""
    return _download(tx, visit, _where(tx, visit), visit.path["format"])


def export_selected(tx: Tx, visit: Visit) -> Result:
    """The people that were selected: ids, or all that match except some. All, without a format, asks for it."""
    format_ = visit.text("format", 10)
    if not visit.form.get("all"):
        ids = visit.ids("ids")
        if not ids:
            raise invalid("ids", "is empty: select people first")
        return _download(tx, visit, where_ids(tx, visit.acting.organization_id, ids), format_ or "csv")
    listing = read_listing(visit, {name: visit.text(name, 8_000) for name in ("q", "filter")})
    excepted = visit.ids("except")
    if not excepted and not format_:
        return Go(url=f"{visit.root}/people/export{listing.address()}")
    if len(excepted) > EXCEPTIONS_MAX:
        raise TooLarge(f"At most {EXCEPTIONS_MAX:,} people can be excluded: use a filter")
    where = where_not_ids(tx, visit.acting.organization_id, read_filter(tx, visit.acting, line_of(listing)), excepted)
    return _download(tx, visit, where, format_) if format_ else _page(tx, visit, listing, where, excepted)


def _where(tx: Tx, visit: Visit) -> Where | None:
    return read_filter(tx, visit.acting, line_of(read_listing(visit)))


def _count(tx: Tx, visit: Visit, where: Where | None) -> int:
    organization_id = visit.acting.organization_id
    return count_contacts(tx, organization_id) if where is None else count_matching(tx, organization_id, where)


def _download(tx: Tx, visit: Visit, where: Where | None, format_: str) -> Download:
    if format_ not in FORMATS:
        raise invalid("format", f"must be one of {', '.join(FORMATS)}", kind="choice")
    if _count(tx, visit, where) > CONTACTS_MAX:
        raise TooLarge(
            f"At most {CONTACTS_MAX:,} people can be downloaded here: narrow the filter, or run coterie export"
        )
    content = "".join(_pieces(tx, visit, where, format_)).encode()
    return Download(filename=f"people.{format_}", media_type=FORMATS[format_], content=content)


def _pieces(tx: Tx, visit: Visit, where: Where | None, format_: str) -> Iterable[str]:
    if format_ == "csv":
        from coterie.exports.tables import measure_table, write_table  # lazy: a start needs no export

        return write_table(tx, visit.acting, measure_table(tx, visit.acting, where), where)
    from coterie.exports.write import write_vcards  # lazy: the same

    return write_vcards(tx, visit.acting, visit.settings.data_folder, where=where)


PAGES = (
    Page("GET", "/{o:int}/people/export", show, "slow"),
    Page("GET", "/{o:int}/people/export.{format}", download, "slow"),
    Page("POST", "/{o:int}/people/export", export_selected, "slow"),
)
