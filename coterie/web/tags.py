"""Tags of a person: added by name, removed with an undo."""

from typing import Any

from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.errors import NotFound
from coterie.model.terms import NAME_LENGTH_MAX, TAGS
from coterie.store.database import Tx
from coterie.store.terms import find_term
from coterie.web.page import Page, Result, Visit
from coterie.web.parts import saved

_BASE = "/{o:int}/people/{id:int}/tags"


def add(tx: Tx, visit: Visit) -> Result:
    tag = create_term(tx, visit.acting, TAGS, visit.text("name", NAME_LENGTH_MAX))
    put_on_contact(tx, visit.acting, TAGS, visit.id("id"), tag.id)
    return saved(tx, visit, f"Tag {tag.name} was added", _undo(visit, f"{tag.id}/remove", {}))


def remove(tx: Tx, visit: Visit) -> Result:
    tag = find_term(tx, visit.acting.organization_id, TAGS, visit.path["tag"])
    if tag is None:
        raise NotFound("Tag not found")
    take_off_contact(tx, visit.acting, TAGS, visit.id("id"), tag.id)
    return saved(tx, visit, f"Tag {tag.name} was removed", _undo(visit, "add", {"name": tag.name}))


def _undo(visit: Visit, path: str, fields: dict[str, str]) -> dict[str, Any]:
    return {"path": f"{visit.root}/people/{visit.id('id')}/tags/{path}", "fields": fields}


PAGES = (
    Page("POST", _BASE + "/add", add, "write"),
    Page("POST", _BASE + "/{tag}/remove", remove, "write"),
)
