"""Merges two people who were compared, and undoes merges."""

from coterie.actions.merges import merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import Conflict, Invalid
from coterie.model.duplicates import describe_reasons
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.duplicates import find_duplicate, ordered
from coterie.store.merges import find_merge
from coterie.web.compare import choices_of, compare, load_compared, problem_text, seen_of
from coterie.web.duplicates import next_pair, pair_path
from coterie.web.history import undo_of
from coterie.web.page import Go, NoPage, Page, Result, Show, Visit
from coterie.web.pictures import pictures_of


def show(tx: Tx, visit: Visit) -> Result:
    return _show(tx, visit)


def _show(tx: Tx, visit: Visit, problem: str = "", status: int = 200) -> Result:
    one, other = visit.id("one"), visit.id("other")
    pair = load_compared(tx, visit, (one, other)) if one != other else None
    if pair is None:
        return _gone(tx, visit, one, other)
    found = find_duplicate(tx, visit.acting.organization_id, ordered(one, other))
    values = {
        "compared": compare(tx, visit, pair), "path": pair_path(visit, one, other), "problem": problem,
        "reasons": describe_reasons(found.reasons) if found else "", "following": next_pair(tx, visit, found),
        "is_selected": found is None, "pictures": pictures_of(tx, visit, [each.contact for each in pair]),
    }  # fmt: skip
    return Show(template="duplicates/compare.html", values=values, status=status)


def _gone(tx: Tx, visit: Visit, *contact_ids: int) -> Result:
    """Redirects to the list because one of them was deleted or merged in the meantime."""
    if any(find_contact(tx, visit.acting.organization_id, each) is None for each in contact_ids):
        raise NoPage
    return Go(url=f"{visit.root}/duplicates", message="One of the two was merged or deleted in the meantime")


def merge(tx: Tx, visit: Visit) -> Result:
    """Merges as chosen and shows the next pair; shows the two again if they have changed since."""
    both = visit.id("one"), visit.id("other")
    pair = load_compared(tx, visit, both)
    if pair is None:
        return _gone(tx, visit, *both)
    if visit.text("seen", 60) != seen_of(pair):
        return _show(tx, visit, "One of them has changed. These are the current values", 409)
    survivor_id = next((each for each in both if visit.text("survivor", 20) == str(each)), both[0])
    loser_id = both[1] if survivor_id == both[0] else both[0]
    found = find_duplicate(tx, visit.acting.organization_id, ordered(*both))
    merge_contacts(tx, visit.acting, survivor_id, [loser_id], choices_of(visit, both))
    survivor = find_contact(tx, visit.acting.organization_id, survivor_id)
    name = (survivor.name if survivor else None) or "one person"
    url = f"{visit.root}/people/{survivor_id}" if found is None else next_pair(tx, visit, found)
    return Go(url=url or f"{visit.root}/duplicates", message=f"Merged into {name}", undo=undo_of(tx, visit))


def merge_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _show(tx, visit, problem_text(error), 422)


def unmerge(tx: Tx, visit: Visit) -> Result:
    """Undoes a merge and shows the person who came back."""
    merge_id = str(visit.path["merge"])
    merge_ = find_merge(tx, visit.acting.organization_id, merge_id)
    if merge_ is None:
        raise NoPage
    try:
        _, loser = unmerge_contact(tx, visit.acting, merge_id)
    except Conflict as error:
        return Go(url=f"{visit.root}/people/{merge_.survivor_id}", message=error.message)
    name = loser.shown_name or "The person"
    return Go(url=f"{visit.root}/people/{loser.id}", message=f"{name} is back", undo=undo_of(tx, visit))


_PAIR = "/{o:int}/duplicates/{one:int}-{other:int}"
PAGES = (
    Page("GET", _PAIR, show),
    Page("POST", _PAIR + "/merge", merge, "write", again=merge_again),
    Page("POST", "/{o:int}/merges/{merge}/undo", unmerge, "write"),
)
