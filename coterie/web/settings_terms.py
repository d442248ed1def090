"""Settings: folders, tags and expertise, which all work alike: create, rename, colour, merge two, delete."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from coterie.actions import folders, terms
from coterie.actions.name_merges import merge_folders, merge_terms
from coterie.errors import Invalid, NotFound, invalid
from coterie.model.folders import COLORS, FOLDERS_MAX, Folder
from coterie.model.organizations import Caller
from coterie.model.relationships import CATALOGUE, TYPES
from coterie.model.terms import EXPERTISES, NAME_LENGTH_MAX, TAGS, Term, Vocabulary
from coterie.store import folders as folder_store
from coterie.store import terms as term_store
from coterie.store.database import Tx
from coterie.web.page import Go, NoPage, Page, Result, Show, Visit

SHOWN_MAX = 200
_BASE = "/{o:int}/settings/"


class Collection(Struct, frozen=True, kw_only=True):
    """Names that contacts have. path: in URLs. filter_name: the field of a filter that finds the contacts.

    list_all: (tx, organization id, words of the name, limit) -> those of the page. delete returns whether it can be
    restored.
    """

    path: str
    title: str
    noun: str
    filter_name: str
    about: str
    colors: Sequence[str]
    list_all: Callable[[Tx, int, str, int], Sequence[Any]]
    find: Callable[[Tx, int, str], Any]
    create: Callable[[Tx, Caller, str], Any]
    update: Callable[[Tx, Caller, Any, str, str | None], Any]
    merge: Callable[[Tx, Caller, Any, Any], int]
    delete: Callable[[Tx, Caller, Any], bool]
    restore: Callable[[Tx, Caller, str], Any] | None


def _list_folders(tx: Tx, organization_id: int, search: str, limit: int) -> list[Folder]:
    found = folder_store.list_folders(tx, organization_id, limit=FOLDERS_MAX)
    words = search.casefold().split()
    named = [each for each in found if all(word in each.name.casefold() for word in words)]
    return sorted(named, key=lambda each: (each.name.casefold(), each.id))[:limit]


def _find_folder(tx: Tx, organization_id: int, id_: str) -> Folder | None:
    is_id = id_.isascii() and id_.isdigit() and len(id_) < 16
    return folder_store.find_folder(tx, organization_id, int(id_)) if is_id else None


def _delete_folder(tx: Tx, caller: Caller, folder: Folder) -> bool:
    folders.delete_folder(tx, caller, folder.id)
    return False


_FOLDERS = Collection(
    path="folders", title="Folders", noun="folder", filter_name="folder", colors=COLORS,
    about="Folders hold people you want to see together. Deleting one leaves its people.",
    list_all=_list_folders, find=_find_folder, create=folders.create_folder,
    update=lambda tx, caller, folder, name, color: folders.update_folder(
        tx, caller, folder.id, {"name": name, "color": color or None}
    ),
    merge=lambda tx, caller, folder, into: merge_folders(tx, caller, folder.id, into.id),
    delete=_delete_folder, restore=None,
)  # fmt: skip


def _terms(vocabulary: Vocabulary, path: str, title: str, about: str) -> Collection:
    def find(tx: Tx, organization_id: int, id_: str) -> Term | None:
        term = None if "\0" in id_ else term_store.find_term(tx, organization_id, vocabulary, id_)
        return term if term is not None and term.deleted_at is None else None

    def delete(tx: Tx, caller: Caller, term: Term) -> bool:
        terms.delete_term(tx, caller, vocabulary, term.id)
        return True

    return Collection(
        path=path, title=title, noun=vocabulary.noun, filter_name=vocabulary.noun, about=about, colors=(),
        list_all=lambda tx, organization_id, search, limit: term_store.list_terms(
            tx, organization_id, vocabulary, search=search, limit=limit
        ),
        find=find,
        create=lambda tx, caller, name: terms.create_term(tx, caller, vocabulary, name),
        update=lambda tx, caller, term, name, _: terms.update_term(tx, caller, vocabulary, term.id, name),
        merge=lambda tx, caller, term, into: merge_terms(tx, caller, vocabulary, term.id, into.id),
        delete=delete,
        restore=lambda tx, caller, id_: terms.restore_term(tx, caller, vocabulary, id_),
    )  # fmt: skip


COLLECTIONS = (
    _FOLDERS,
    _terms(TAGS, "tags", "Tags", "Tags are free words on people and notes. Deleting one leaves its people."),
    _terms(EXPERTISES, "expertises", "Expertise", "What people know about. Deleting one leaves its people."),
)


def show(collection: Collection, tx: Tx, visit: Visit) -> Result:
    return _page(collection, tx, visit, None)


def show_again(collection: Collection, tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(collection, tx, visit, error)


def _page(collection: Collection, tx: Tx, visit: Visit, error: Invalid | None) -> Show:
    search = visit.query.get("q", "")[:NAME_LENGTH_MAX].replace("\0", "")
    items = collection.list_all(tx, visit.acting.organization_id, search, SHOWN_MAX + 1)
    return Show(
        template="settings/terms.html",
        values={
            "title": collection.title, "collection": collection, "items": items[:SHOWN_MAX], "search": search,
            "has_more": len(items) > SHOWN_MAX, "problem_of": visit.path.get("item", "new") if error else "",
            "reason": error.problems[0].reason if error else "", "typed": str(visit.form.get("name") or ""),
        },
        status=422 if error else 200,
    )  # fmt: skip


def _item(collection: Collection, tx: Tx, visit: Visit) -> Any:
    item = collection.find(tx, visit.acting.organization_id, visit.path["item"])
    if item is None:
        raise NotFound(f"{collection.noun.capitalize()} not found")
    return item


def _done(collection: Collection, visit: Visit, message: str, undo: str = "") -> Go:
    return Go(url=f"{visit.root}/settings/{collection.path}", message=message, undo=undo)


def create(collection: Collection, tx: Tx, visit: Visit) -> Result:
    item = collection.create(tx, visit.acting, visit.text("name", 1000))
    return _done(collection, visit, f"{item.name} was added")


def update(collection: Collection, tx: Tx, visit: Visit) -> Result:
    item = _item(collection, tx, visit)
    changed = collection.update(tx, visit.acting, item, visit.text("name", 1000), visit.text("color", 20))
    return _done(collection, visit, f"{changed.name} was saved")


def merge(collection: Collection, tx: Tx, visit: Visit) -> Result:
    item, name = _item(collection, tx, visit), visit.text("into", NAME_LENGTH_MAX).strip()
    named = collection.list_all(tx, visit.acting.organization_id, name, SHOWN_MAX) if name else []
    into = next((each for each in named if each.name.casefold() == name.casefold() and each.id != item.id), None)
    if into is None:
        raise invalid("into", f"is not the name of another {collection.noun}")
    count = collection.merge(tx, visit.acting, item, into)
    people = "1 person" if count == 1 else f"{count:,} people"
    return _done(collection, visit, f"{item.name} was merged into {into.name}: {people}")


def delete(collection: Collection, tx: Tx, visit: Visit) -> Result:
    item = _item(collection, tx, visit)
    is_restorable = collection.delete(tx, visit.acting, item)
    undo = f"{visit.root}/settings/{collection.path}/{item.id}/restore" if is_restorable else ""
    return _done(collection, visit, f"{item.name} was deleted", undo)


def restore(collection: Collection, tx: Tx, visit: Visit) -> Result:
    if collection.restore is None:
        raise NoPage
    return _done(collection, visit, f"{collection.restore(tx, visit.acting, visit.path['item']).name} is back")


def show_relationship_types(tx: Tx, visit: Visit) -> Result:
    types = [(each.name, TYPES[each.inverse_type_id].name) for each in CATALOGUE]
    return Show(template="settings/relationship_types.html", values={"title": "Relationship types", "types": types})


def _pages(collection: Collection) -> list[Page]:
    base, again = _BASE + collection.path, partial(show_again, collection)
    return [
        Page("GET", base, partial(show, collection)),
        Page("POST", base, partial(create, collection), "write", again=again),
        Page("POST", base + "/{item}", partial(update, collection), "write", again=again),
        Page("POST", base + "/{item}/merge", partial(merge, collection), "write", again=again),
        Page("POST", base + "/{item}/delete", partial(delete, collection), "write"),
        Page("POST", base + "/{item}/restore", partial(restore, collection), "write"),
    ]


PAGES = (
    *(page for collection in COLLECTIONS for page in _pages(collection)),
    Page("GET", _BASE + "relationship-types", show_relationship_types),
)
