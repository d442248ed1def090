"""Forms of a person's page: as a part of the page, or as a page of their own for browsers without script."""

from typing import Any

from coterie.store.database import Tx
from coterie.web.history import undo_of
from coterie.web.page import Go, Result, Show, Visit
from coterie.web.person import find_person, timeline_values, values_of_sections


def base_of(visit: Visit) -> str:
    """The path of the person."""
    return f"{visit.root}/people/{visit.id('id')}"


def form(visit: Visit, status: int = 200, **values: Any) -> Show:
    """A form. values: title, fields, values, seen, action, form_id; conflict: values that another user has saved."""
    template = "person/form.html" if visit.is_fragment else "person/form_page.html"
    defaults: dict[str, Any] = {"problems": {}, "conflict": None, "base": base_of(visit), "delete_path": ""}
    return Show(template=template, values=defaults | values, status=status)


def saved(tx: Tx, visit: Visit, message: str, undo: dict[str, Any] | None) -> Result:
    """The sections of the page as they are now, with a message; without script, the page.

    undo: the path and the fields of a form that undoes it in place; by default that of the history.
    """
    if not visit.is_fragment:
        return Go(url=base_of(visit), message=message, undo=undo_of(tx, visit))
    if undo is None and message and (path := undo_of(tx, visit)):
        undo = {"path": path, "fields": {"back": base_of(visit)}}
    contact = find_person(tx, visit)
    values = values_of_sections(tx, visit, contact) | timeline_values(tx, visit, contact)
    return Show(template="person/saved.html", values=values | {"said": message, "undo": undo})
