"""Merges selected people: two to five are compared side by side; of two, their own page also asks if they are one."""

from collections.abc import Sequence

from coterie.actions.merges import merge_contacts
from coterie.errors import Invalid, invalid
from coterie.model.ids import parse_number
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.web.compare import COMPARED_MAX, choices_of, compare, load_compared, problem_text, seen_of
from coterie.web.duplicates import pair_path
from coterie.web.history import undo_of
from coterie.web.page import ID_MAX, Go, Page, Result, Show, Visit
from coterie.web.pictures import pictures_of

_PAIR = 2


def show(tx: Tx, visit: Visit) -> Result:
    ids = dict.fromkeys(map(parse_number, visit.query.get("ids", "").split(",")))
    contact_ids = _checked([each for each in ids if each is not None and each <= ID_MAX])
    if len(contact_ids) == _PAIR:
        return Go(url=pair_path(visit, *contact_ids))
    return _show(tx, visit, contact_ids)


def _checked(contact_ids: Sequence[int]) -> Sequence[int]:
    if not _PAIR <= len(contact_ids) <= COMPARED_MAX:
        raise invalid("ids", f"must be {_PAIR} to {COMPARED_MAX} people: select those who are one person")
    return contact_ids


def _show(tx: Tx, visit: Visit, contact_ids: Sequence[int], problem: str = "", status: int = 200) -> Result:
    sheets = load_compared(tx, visit, contact_ids)
    if sheets is None:
        return Go(url=f"{visit.root}/people", message="One of them was merged or deleted in the meantime")
    values = {"compared": compare(tx, visit, sheets), "path": f"{visit.root}/people", "problem": problem}
    pictures = pictures_of(tx, visit, [each.contact for each in sheets])
    shown = values | {"is_selected": True, "reasons": "", "following": "", "pictures": pictures}
    return Show(template="duplicates/compare.html", values=shown, status=status)


def merge(tx: Tx, visit: Visit) -> Result:
    """Merges as chosen; shows the people again if one of them has changed since."""
    contact_ids = _checked(visit.ids("ids"))
    sheets = load_compared(tx, visit, contact_ids)
    if sheets is None or visit.text("seen", 200) != seen_of(sheets):
        return _show(tx, visit, contact_ids, "One of them has changed. These are the current values", 409)
    survivor_id = next((each for each in contact_ids if str(each) == visit.text("survivor", 20)), None)
    if survivor_id is None:
        raise invalid("survivor", "is not one of these people", kind="choice")
    losers = [each for each in contact_ids if each != survivor_id]
    merge_contacts(tx, visit.acting, survivor_id, losers, choices_of(visit, contact_ids))
    survivor = find_contact(tx, visit.acting.organization_id, survivor_id)
    message = f"{len(contact_ids)} people are one now: {(survivor and survivor.name) or 'No name'}"
    return Go(url=f"{visit.root}/people/{survivor_id}", message=message, undo=undo_of(tx, visit))


def merge_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _show(tx, visit, _checked(visit.ids("ids")), problem_text(error), 422)


PAGES = (
    Page("GET", "/{o:int}/people/merge", show),
    Page("POST", "/{o:int}/people/merge", merge, "write", again=merge_again),
)
