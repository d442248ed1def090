"""Changes many selected people: tag, folder, property, delete, merge; each is one undo.

Up to 500 are changed at once, more by a job whose progress the page shows.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from coterie.actions import bulk_acts
from coterie.actions.bulk_acts import Act, Selection, act_on, start_bulk_act
from coterie.actions.terms import create_term
from coterie.actions.undo_jobs import undo_or_start
from coterie.errors import TooLarge, invalid
from coterie.model.ids import parse_number
from coterie.model.jobs import DEAD
from coterie.model.plurals import count
from coterie.model.terms import NAME_LENGTH_MAX, TAGS
from coterie.search import search_contacts
from coterie.store.contacts import count_contacts, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.folders import find_folder
from coterie.store.jobs import find_job
from coterie.store.properties import find_definitions
from coterie.store.terms import find_term_by_name
from coterie.web.listing import line_of, load_window, read_listing
from coterie.web.page import Go, NoPage, Page, Result, Show, Visit
from coterie.web.undo_jobs import show_undo

AT_ONCE_MAX = 500
VALUE_LENGTH_MAX = 2_000


def act(tx: Tx, visit: Visit) -> Result:
    """Does one thing to the selected people; those that are so already are not counted, and undo leaves them."""
    kind = visit.text("act", 20)
    if kind == "merge":
        return Go(url=f"{visit.root}/people/merge?{urlencode({'ids': ','.join(map(str, visit.ids('ids')))})}")
    selection = _selection(tx, visit)
    chosen, words = _act(tx, visit, kind)
    if selection.filter is None and 0 < len(selection.ids) <= AT_ONCE_MAX:
        present = [each.id for each in list_contacts_by_id(tx, visit.acting.organization_id, selection.ids)]
        changed = act_on(tx, visit.acting, chosen, present)
        return done(tx, visit, f"{count(changed, 'person', 'people')} {words}")
    job_id = start_bulk_act(tx, visit.acting, chosen, selection)
    return Go(url=f"{visit.root}/people/jobs/{job_id}") if not visit.is_fragment else show_job_of(tx, visit, job_id)


def _selection(tx: Tx, visit: Visit) -> Selection:
    """The people of the form: ids, or all that match except some."""
    if not visit.form.get("all"):
        ids = visit.ids("ids")
        if not ids:
            raise invalid("ids", "is empty: select people first")
        return Selection(ids=ids, total=len(ids))
    # the form has the fields of the address
    listing = read_listing(visit, {name: visit.text(name, 8_000) for name in ("q", "filter")})
    excepted = visit.ids("except")
    if listing.text and not listing.filter_:
        ids = _found(tx, visit, listing.text, excepted)
        return Selection(ids=ids, total=len(ids))
    total = load_window(tx, visit, listing, 0, 1).total if listing.filter_ else _count_all(tx, visit)
    line = line_of(listing) or None
    return Selection(filter=line, except_ids=excepted, total=max(total - len(excepted), 0))


def _count_all(tx: Tx, visit: Visit) -> int:
    return count_contacts(tx, visit.acting.organization_id)


def _found(tx: Tx, visit: Visit, text: str, excepted: Collection[int]) -> list[int]:
    """The ids of all that a search finds. Raises TooLarge beyond 10,000."""
    page = search_contacts(
        tx, visit.acting.organization_id, text, order="id", limit=bulk_acts.IDS_MAX + 1, reader_id=visit.acting.user_id
    )
    if page.total > bulk_acts.IDS_MAX:
        raise TooLarge(f"The search finds more than {bulk_acts.IDS_MAX:,} people: narrow it, or use a filter")
    return [each.id for each in page.contacts if each.id not in set(excepted)]


def _act(tx: Tx, visit: Visit, kind: str) -> tuple[Act, str]:
    """(the act of a form, what was done in words)."""
    organization_id = visit.acting.organization_id
    if kind == "tag":
        tag = create_term(tx, visit.acting, TAGS, visit.text("value", NAME_LENGTH_MAX))
        return Act("tag", tag.id), f"tagged {tag.name}"
    if kind == "untag":
        existing = find_term_by_name(tx, organization_id, TAGS, visit.text("value", NAME_LENGTH_MAX))
        if existing is None:
            raise invalid("value", "is not a tag")
        return Act("untag", existing.id), f"no longer tagged {existing.name}"
    if kind in ("folder", "unfolder"):
        folder_id = parse_number(visit.text("folder", 20))
        folder = None if folder_id is None else find_folder(tx, organization_id, folder_id)
        if folder is None:
            raise invalid("folder", "is not one of the choices", kind="choice")
        if kind == "folder":
            return Act("folder", str(folder.id)), f"put into {folder.name}"
        return Act("unfolder", str(folder.id)), f"taken out of {folder.name}"
    if kind == "property":
        return _property_act(tx, visit)
    if kind == "delete":
        return Act("delete"), "deleted"
    raise invalid("act", "is not one of the choices", kind="choice")


def _property_act(tx: Tx, visit: Visit) -> tuple[Act, str]:
    slug = visit.text("property", 200)
    definition = find_definitions(tx, visit.acting.organization_id, [slug]).get(slug)
    if definition is None:
        raise invalid("property", "is not one of the choices", kind="choice")
    text = visit.text("property_value", VALUE_LENGTH_MAX).strip()
    is_list = definition.property_type in ("list", "multiple_choice")
    value: Any = [each.strip() for each in text.split(",") if each.strip()] if is_list else text
    return Act("property", slug, value or None), f"changed: {definition.title} is {text or 'empty'}"


def done(tx: Tx, visit: Visit, message: str) -> Result:
    """A message with the undo of everything this unit of work changed."""
    organization_id = visit.acting.organization_id
    first = tx.units.get(organization_id)
    if not visit.is_fragment:
        return Go(url=f"{visit.root}/people", message=message)
    undo = (first, find_last_event(tx, organization_id)) if first is not None else None
    return Show(template="people/acted.html", values={"said": message, "undo": undo})


def undo(tx: Tx, visit: Visit) -> Result:
    """Undoes the events of a message; of many, shows the progress of the job. The undo can be undone in turn."""
    first, last = (_number(visit, name) for name in ("first", "last"))
    undone = undo_or_start(tx, visit.acting, first, last)
    if isinstance(undone, str):
        return show_undo(tx, visit, undone) if visit.is_fragment else Go(url=f"{visit.root}/history/undo/{undone}")
    people = count(len(undone.contact_ids), "person", "people")
    message = f"Undone for {people}" if undone.undone_count else "Nothing could be undone"
    if undone.cannot:
        message += f"; {count(len(undone.cannot), 'change')} stayed, because of later changes"
    return done(tx, visit, message)


def _number(visit: Visit, name: str) -> int:
    number = parse_number(visit.text(name, 18))
    if number is None:
        raise invalid(name, "is not a number")
    return number


def show_job(tx: Tx, visit: Visit) -> Result:
    return show_job_of(tx, visit, visit.path["job"])


def show_job_of(tx: Tx, visit: Visit, job_id: str) -> Show:
    """The progress of a job that acts on many: a message that refreshes itself, or a page that does."""
    job = find_job(tx, visit.acting.organization_id, job_id)
    if job is None or job.name != bulk_acts.JOB:
        raise NoPage
    progress = bulk_acts.progress_of(job)
    values = {
        "job_id": job_id, "progress": progress, "is_dead": job.state == DEAD,
        "event_id": bulk_acts.arguments_of(job).event_id,
    }  # fmt: skip
    if visit.is_fragment:
        return Show(template="people/job.html", values=values)
    headers = {} if progress.is_finished or job.state == DEAD else {"Refresh": "3"}
    return Show(template="people/job_page.html", values=values, headers=headers)


PAGES = (
    Page("POST", "/{o:int}/people/selected", act, "write"),
    Page("POST", "/{o:int}/people/undo", undo, "write"),
    Page("GET", "/{o:int}/people/jobs/{job}", show_job),
)
