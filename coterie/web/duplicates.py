"""Duplicates: pairs of people who may be one, and the search for them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions import duplicates as actions
from coterie.actions.suggested_merges import MERGE_JOB, merge_suggested
from coterie.model.contacts import Contact
from coterie.model.duplicates import LEVELS, POSSIBLE, SUGGESTED, Duplicate, Level, describe_reasons
from coterie.store import duplicates as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.jobs import find_open_keys, list_jobs
from coterie.web.history import undo_of
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

PAIRS = 50
LABELS = {SUGGESTED: "Almost certain", POSSIBLE: "Worth a look"}
_POSITION_PARTS = 3


class PairLine(Struct, frozen=True):
    """A pair as the list shows it."""

    one: Contact
    other: Contact
    reasons: str


def show(tx: Tx, visit: Visit) -> Result:
    organization_id = visit.acting.organization_id
    counts = store.count_duplicates(tx, organization_id)
    first = SUGGESTED if counts.get(SUGGESTED) or not counts.get(POSSIBLE) else POSSIBLE
    level: Level = next((each for each in LEVELS if each == visit.query.get("level")), first)
    pairs = store.list_duplicates(
        tx, organization_id, level, limit=PAIRS + 1, after=_position(visit.query.get("after", ""))
    )
    lines = _lines(tx, visit, pairs[:PAIRS])
    values = {
        "level": level,
        "levels": [(each, LABELS[each], counts.get(each, 0)) for each in LEVELS],
        "pairs": lines,
        "pictures": pictures_of(tx, visit, [each for line in lines for each in (line.one, line.other)]),
        "next_after": position_of(pairs[PAIRS - 1]) if len(pairs) > PAIRS else "",
        "is_scanned": actions.is_scanned(tx, organization_id),
        "suggested_count": counts.get(SUGGESTED, 0),
    }
    return Show(template="duplicates/index.html", values=values | progress_values(tx, visit))


def _lines(tx: Tx, visit: Visit, pairs: Sequence[Duplicate]) -> list[PairLine]:
    ids = {each for pair in pairs for each in (pair.first_contact_id, pair.second_contact_id)}
    contacts = {each.id: each for each in list_contacts_by_id(tx, visit.acting.organization_id, ids)} if ids else {}
    return [
        PairLine(contacts[pair.first_contact_id], contacts[pair.second_contact_id], describe_reasons(pair.reasons))
        for pair in pairs
        if pair.first_contact_id in contacts and pair.second_contact_id in contacts
    ]


def position_of(pair: Duplicate) -> str:
    """The place in the list after a pair, as part of an address."""
    return f"{round(pair.bits * 10)}_{pair.first_contact_id}_{pair.second_contact_id}"


def _position(text: str) -> store.Position | None:
    parts = text[:60].split("_")
    if len(parts) != _POSITION_PARTS or not all(part.removeprefix("-").isdecimal() for part in parts):
        return None
    bits, first, second = map(int, parts)
    return (bits / 10, first, second) if max(map(abs, (bits, first, second))) < 2**53 else None


# Scans and merges in the background -----------------------------------------------------------------------------------


def progress_values(tx: Tx, visit: Visit) -> dict[str, Any]:
    """Which work runs. merged: the pairs that were merged so far."""
    organization_id = visit.acting.organization_id
    running = find_open_keys(tx, organization_id, (actions.SCAN_JOB, MERGE_JOB))
    merged = 0
    if MERGE_JOB in running:
        job = next(iter(list_jobs(tx, organization_id, MERGE_JOB, limit=1)), None)
        merged = msgspec.json.decode(job.progress).get("merged", 0) if job is not None and job.progress else 0
    return {
        "is_scanning": actions.SCAN_JOB in running, "is_merging": MERGE_JOB in running, "merged": merged,
    }  # fmt: skip


def show_progress(tx: Tx, visit: Visit) -> Result:
    """The progress of running work; when it is done, the page is loaded again."""
    values = progress_values(tx, visit)
    left = store.count_duplicates(tx, visit.acting.organization_id).get(SUGGESTED, 0) if values["is_merging"] else 0
    headers = {} if values["is_scanning"] or values["is_merging"] else {"HX-Refresh": "true"}
    return Show(template="duplicates/progress.html", values=values | {"suggested_count": left}, headers=headers)


def scan(tx: Tx, visit: Visit) -> Result:
    actions.request_scan(tx, visit.acting, is_whole=bool(visit.text("all", 5)))
    return Go(url=f"{visit.root}/duplicates")


def merge_all(tx: Tx, visit: Visit) -> Result:
    merge_suggested(tx, visit.acting)
    return Go(url=f"{visit.root}/duplicates")


# One pair -------------------------------------------------------------------------------------------------------------


def dismiss(tx: Tx, visit: Visit) -> Result:
    """Records that two people are not the same, and shows the next pair."""
    pair = store.ordered(visit.id("one"), visit.id("other"))
    found = store.find_duplicate(tx, visit.acting.organization_id, pair)
    actions.dismiss(tx, visit.acting, *pair)
    following = next_pair(tx, visit, found) if visit.text("go_on", 5) else None
    return Go(url=following or f"{visit.root}/duplicates", message="Noted: two people", undo=undo_of(tx, visit))


def next_pair(tx: Tx, visit: Visit, pair: Duplicate | None) -> str | None:
    """The path of the pair after this one; None at the end of its level."""
    if pair is None:
        return None
    after = (pair.bits, pair.first_contact_id, pair.second_contact_id)
    found = store.list_duplicates(tx, visit.acting.organization_id, pair.level, limit=1, after=after)
    return pair_path(visit, found[0].first_contact_id, found[0].second_contact_id) if found else None


def pair_path(visit: Visit, one: int, other: int) -> str:
    return f"{visit.root}/duplicates/{one}-{other}"


PAGES = (
    Page("GET", "/{o:int}/duplicates", show, "slow"),
    Page("GET", "/{o:int}/duplicates/progress", show_progress),
    Page("POST", "/{o:int}/duplicates/scan", scan, "write"),
    Page("POST", "/{o:int}/duplicates/merge-all", merge_all, "write"),
    Page("POST", "/{o:int}/duplicates/{one:int}-{other:int}/dismiss", dismiss, "write"),
)
