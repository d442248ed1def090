"""Audience: people, followers, opt-outs and messages over time; who wrote most, and who went quiet."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from msgspec import Struct

from coterie.model.charts import Chart, area_chart
from coterie.model.contacts import Contact
from coterie.model.folders import Folder
from coterie.model.segments import Segment
from coterie.store.contacts import list_contacts_by_id
from coterie.store.daily_counts import first_day, list_counts, list_quiet, list_writers
from coterie.store.database import Tx
from coterie.store.folders import list_folders
from coterie.store.segments import list_segments
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

SPANS = {30: "30 days", 90: "90 days", 365: "A year"}
LISTED_MAX = 10
SUBJECTS_MAX = 100
# with fewer messages there was no conversation that could end
QUIET_LEAST = 3
# name of the numbers -> (heading, filter of the people, whether the scale begins at 0)
CHARTS = {
    "contacts": ("People", "", False),
    "followers": ("Followers", "follower:yes", False),
    "messages_in": ("Messages received", "last_in:<{days}d", True),
    "messages_out": ("Messages sent", "last_out:<{days}d", True),
    "optouts": ("Opted out", "status:optout", True),
}


class Series(Struct, frozen=True):
    """A chart with its numbers. change: of the last against the first; total: of numbers that are added up."""

    label: str
    chart: Chart
    values: Sequence[tuple[str, int]]
    change: int
    total: int | None
    people: str


class Grown(Struct, frozen=True):
    """A folder or a segment: its number now, and on the first day."""

    label: str
    count: int
    change: int
    people: str


def show(tx: Tx, visit: Visit) -> Result:
    days = visit.number("days", 90)
    days = days if days in SPANS else 90
    since = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"
    organization_id = visit.acting.organization_id
    writers = list_writers(tx, organization_id, since=since, limit=LISTED_MAX)
    quiet = list_quiet(tx, organization_id, since=since, least=QUIET_LEAST, limit=LISTED_MAX)
    contacts = _contacts(tx, organization_id, {each[0] for each in writers} | {each[0] for each in quiet})
    return Show(
        template="audience/index.html",
        values={
            "days": days,
            "spans": SPANS,
            "first_day": first_day(tx, organization_id),
            "series": [series for name in CHARTS if (series := _series(tx, visit, name, since, days)) is not None],
            "folders": _grown(tx, visit, "folder", since),
            "segments": _grown(tx, visit, "segment", since),
            "writers": [(contacts[id_], number) for id_, number in writers if id_ in contacts],
            "pictures": pictures_of(tx, visit, contacts.values()),
            "quiet": [(contacts[id_], number, at) for id_, number, at in quiet if id_ in contacts],
        },
    )


def _contacts(tx: Tx, organization_id: int, ids: set[int]) -> Mapping[int, Contact]:
    return {each.id: each for each in list_contacts_by_id(tx, organization_id, ids)} if ids else {}


def _people(visit: Visit, filter_: str) -> str:
    return f"{visit.root}/people" + (f"?{urlencode({'filter': filter_})}" if filter_ else "")


def _series(tx: Tx, visit: Visit, name: str, since: str, days: int) -> Series | None:
    """The chart of one number; None as long as it was never counted, or was 0 all the time."""
    values = [(day, value) for _, day, value in _counts(tx, visit, name, since)]
    if not any(value for _, value in values):
        return None
    label, filter_, is_from_zero = CHARTS[name]
    is_summed = name.startswith("messages")
    total = sum(value for _, value in values) if is_summed else None
    people = _people(visit, filter_.format(days=days))
    chart = area_chart(values, from_zero=is_from_zero)
    return Series(label, chart, values, values[-1][1] - values[0][1], total, people)


def _grown(tx: Tx, visit: Visit, name: str, since: str) -> list[Grown]:
    """Folders or segments as they were counted last, and how they changed."""
    values: dict[str, list[int]] = {}
    for subject, _, value in _counts(tx, visit, name, since):
        values.setdefault(subject, []).append(value)
    names = [(each.id, each.name) for each in _subjects(tx, visit.acting.organization_id, name)]
    return [
        Grown(label, counts[-1], counts[-1] - counts[0], _people(visit, f"{name}:#{id_}"))
        for id_, label in names
        if (counts := values.get(str(id_)))
    ]


def _counts(tx: Tx, visit: Visit, name: str, since: str) -> list[tuple[str, str, int]]:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return list_counts(tx, visit.acting.organization_id, name, since=since, until=today)


def _subjects(tx: Tx, organization_id: int, name: str) -> Sequence[Folder | Segment]:
    if name == "folder":
        return list_folders(tx, organization_id, limit=SUBJECTS_MAX)
    return list_segments(tx, organization_id, limit=SUBJECTS_MAX)


PAGES = (Page("GET", "/{o:int}/audience", show, "slow"),)
