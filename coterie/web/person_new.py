"""A new person: a form that needs a name, a number or an address."""

from coterie.actions import contacts as actions
from coterie.errors import Invalid
from coterie.model.text import visible
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.person_fields import FIELDS, parsed

NEW_FIELDS = ("real_name", "phone", "email", "job_title", "employer", "birthday")


def show_new(tx: Tx, visit: Visit) -> Result:
    return _new_form(visit, {"real_name": visit.query.get("name", "")[:500]}, None)


def create(tx: Tx, visit: Visit) -> Result:
    fields = {name: visit.text(name, 2000) for name in NEW_FIELDS}
    if not any(visible(value) for value in fields.values()):
        return _new_form(visit, fields, {"real_name": "is empty: a name, a number or an address is enough"})
    values = {name: parsed(name, value, visit.country) for name, value in fields.items() if value.strip()}
    contact = actions.create_contact(tx, visit.acting, values)
    name = contact.shown_name or "The person"
    if visit.form.get("another"):
        return Go(url=f"{visit.root}/people/new", message=f"{name} was added")
    return Go(
        url=f"{visit.root}/people/{contact.id}",
        message=f"{name} was added",
        undo=f"{visit.root}/people/{contact.id}/delete",
    )


def create_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {".".join(problem.path): problem.reason for problem in error.problems}
    return _new_form(visit, {name: str(visit.form.get(name) or "")[:2000] for name in NEW_FIELDS}, problems)


def _new_form(visit: Visit, fields: dict[str, str], problems: dict[str, str] | None) -> Show:
    return Show(
        template="person/new.html",
        values={
            "fields": dict.fromkeys(NEW_FIELDS, "") | fields,
            "problems": problems or {},
            "birthday_hint": FIELDS["birthday"].hint,
        },
        status=422 if problems else 200,
    )


PAGES = (
    Page("GET", "/{o:int}/people/new", show_new),
    Page("POST", "/{o:int}/people/new", create, "write", again=create_again, once=True),
)
