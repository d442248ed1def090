"""Logs a conversation: one key away everywhere, with several people at once."""

from coterie.actions.touches import delete_touch, log_touch
from coterie.errors import Invalid, invalid
from coterie.model.touches import TEXT_LENGTH_MAX
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.pick import TEXT_LENGTH_MAX as NAME_LENGTH_MAX
from coterie.web.pick import label_of, pick

KINDS = {"call": "Call", "meeting": "Meeting", "chat": "Message", "letter": "Letter", "other": "Other"}
WHO = ("who", "who_2", "who_3")


def show(tx: Tx, visit: Visit) -> Result:
    number = visit.number("person", 0)
    contact = find_contact(tx, visit.acting.organization_id, number) if number else None
    return _form({"who": label_of(contact) if contact and not contact.deleted_at else "", "kind": "call"}, {})


def log(tx: Tx, visit: Visit) -> Result:
    names = [(field, text) for field in WHO if (text := visit.text(field, NAME_LENGTH_MAX)).strip()]
    if not names:
        raise invalid("who", "is missing: whom did you speak to?")
    people = [pick(tx, visit.acting, text, field) for field, text in names]
    day = visit.text("day", 40).strip()
    touches = log_touch(
        tx,
        visit.acting,
        [each.id for each in people],
        kind=visit.text("kind", 20),
        text=visit.text("text", TEXT_LENGTH_MAX),
        # a day without a time is noon, which is the same day in nearly every zone
        happened_at=f"{day}T12:00" if len(day) == 10 else day,
    )
    first = people[0]
    undo = f"{visit.root}/people/{first.id}/touches/{touches[first.id]}/delete" if len(touches) == 1 else ""
    who = ", ".join(each.shown_name or "somebody" for each in people)
    return Go(url=f"{visit.root}/people/{first.id}", message=f"Logged with {who}", undo=undo)


def log_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    values = {name: str(visit.form.get(name) or "") for name in (*WHO, "kind", "day", "text")}
    problems = {".".join(problem.path): problem.reason for problem in error.problems}
    return _form(values, {"day" if name == "happened_at" else name: reason for name, reason in problems.items()})


def delete(tx: Tx, visit: Visit) -> Result:
    delete_touch(tx, visit.acting, visit.id("id"), visit.path["touch"])
    return Go(url=f"{visit.root}/people/{visit.id('id')}", message="The conversation was deleted")


def _form(values: dict[str, str], problems: dict[str, str]) -> Show:
    empty = dict.fromkeys((*WHO, "kind", "day", "text"), "")
    return Show(
        template="people/log.html",
        values={"fields": empty | values, "problems": problems, "kinds": KINDS, "who": WHO},
        status=422 if problems else 200,
    )


PAGES = (
    Page("GET", "/{o:int}/log", show),
    Page("POST", "/{o:int}/log", log, "write", again=log_again, once=True),
    Page("POST", "/{o:int}/people/{id:int}/touches/{touch}/delete", delete, "write"),
)
