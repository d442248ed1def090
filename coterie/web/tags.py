"""Tags, expertise and folders of a person: added by name, removed with an undo."""

from functools import partial
from typing import Any

from coterie.actions.folders import find_or_create_folder, set_folders
from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.errors import NotFound
from coterie.model.folders import FOLDERS_MAX
from coterie.model.ids import parse_number
from coterie.model.terms import EXPERTISES, NAME_LENGTH_MAX, TAGS
from coterie.store.database import Tx
from coterie.store.folders import find_folder, list_folders, list_folders_of
from coterie.store.terms import find_term, list_terms
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.person import find_person_to_change
from coterie.web.person_forms import base_of, saved

SUGGESTIONS = 20
_BASE = "/{o:int}/people/{id:int}/"
FOLDERS = "folders"
_VOCABULARIES = {"tags": TAGS, "expertises": EXPERTISES}


def add(list_: str, tx: Tx, visit: Visit) -> Result:
    """list_: tags or expertises."""
    vocabulary = _VOCABULARIES[list_]
    find_person_to_change(tx, visit)
    term = create_term(tx, visit.acting, vocabulary, visit.text("name", NAME_LENGTH_MAX))
    put_on_contact(tx, visit.acting, vocabulary, visit.id("id"), term.id)
    noun = vocabulary.noun.capitalize()
    return saved(tx, visit, f"{noun} {term.name} was added", _undo(visit, list_, f"{term.id}/remove", {}))


def remove(list_: str, tx: Tx, visit: Visit) -> Result:
    """list_: tags or expertises."""
    vocabulary, term_id = _VOCABULARIES[list_], visit.path["item"]
    term = None if "\0" in term_id else find_term(tx, visit.acting.organization_id, vocabulary, term_id)
    if term is None:
        raise NotFound(f"{vocabulary.noun.capitalize()} not found")
    find_person_to_change(tx, visit)
    take_off_contact(tx, visit.acting, vocabulary, visit.id("id"), term.id)
    noun = vocabulary.noun.capitalize()
    return saved(tx, visit, f"{noun} {term.name} was removed", _undo(visit, list_, "add", {"name": term.name}))


def put_in_folder(tx: Tx, visit: Visit) -> Result:
    """Puts the person into the folder of this name, a new one if there is none."""
    find_person_to_change(tx, visit)
    folder = find_or_create_folder(tx, visit.acting, visit.text("name", NAME_LENGTH_MAX).strip())
    _change(tx, visit, added=folder.id)
    return saved(tx, visit, f"Put into {folder.name}", _undo(visit, FOLDERS, f"{folder.id}/remove", {}))


def take_out_of_folder(tx: Tx, visit: Visit) -> Result:
    find_person_to_change(tx, visit)
    folder_id = parse_number(visit.path["item"])
    folder = None if folder_id is None else find_folder(tx, visit.acting.organization_id, folder_id)
    if folder is None:
        raise NotFound("Folder not found")
    _change(tx, visit, removed=folder.id)
    return saved(tx, visit, f"Taken out of {folder.name}", _undo(visit, FOLDERS, "add", {"name": folder.name}))


def _change(tx: Tx, visit: Visit, *, added: int | None = None, removed: int | None = None) -> None:
    contact_id = visit.id("id")
    folders = list_folders_of(tx, visit.acting.organization_id, [contact_id]).get(contact_id, [])
    new = {folder_id for folder_id, _, _ in folders} - {removed}
    set_folders(tx, visit.acting, contact_id, new | ({added} if added else set()))


def suggest(list_: str, tx: Tx, visit: Visit) -> Result:
    """The names that match the typed text, as options. list_: tags, expertises or folders."""
    text, organization_id = (
        visit.query.get("name", "")[:NAME_LENGTH_MAX].replace("\0", ""),
        visit.acting.organization_id,
    )
    if list_ == FOLDERS:
        words = text.casefold().split()
        names = [each.name for each in list_folders(tx, organization_id, limit=FOLDERS_MAX)]
        labels = [name for name in names if all(word in name.casefold() for word in words)][:SUGGESTIONS]
    else:
        terms = list_terms(tx, organization_id, _VOCABULARIES[list_], search=text, limit=SUGGESTIONS)
        labels = [each.name for each in terms]
    return Show(template="people/options.html", values={"labels": labels})


def _undo(visit: Visit, list_: str, path: str, fields: dict[str, str]) -> dict[str, Any]:
    return {"path": f"{base_of(visit)}/{list_}/{path}", "fields": fields}


PAGES = (
    *(Page("POST", _BASE + name + "/add", partial(add, name), "write") for name in _VOCABULARIES),
    *(Page("POST", _BASE + name + "/{item}/remove", partial(remove, name), "write") for name in _VOCABULARIES),
    Page("POST", _BASE + "folders/add", put_in_folder, "write"),
    Page("POST", _BASE + "folders/{item}/remove", take_out_of_folder, "write"),
    *(Page("GET", _BASE + name + "/suggestions", partial(suggest, name)) for name in (*_VOCABULARIES, FOLDERS)),
)
