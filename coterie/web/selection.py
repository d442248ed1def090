"""Changes many people at once: tag, put into a folder, delete; and undoes that."""

from coterie.actions.contacts import delete_contact, restore_contact
from coterie.actions.folders import set_folders
from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.errors import NotFound, invalid
from coterie.model.terms import NAME_LENGTH_MAX, TAGS
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.folders import find_folder, list_folders_of
from coterie.store.terms import find_term, list_terms_of
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.words import count

SELECTED_MAX = 500


def act(tx: Tx, visit: Visit) -> Result:
    """Does one thing to the chosen people; those that have it already are not counted, and undo leaves them."""
    chosen = _chosen(tx, visit)
    verb = visit.text("act", 20)
    if verb == "tag":
        return _tag(tx, visit, chosen)
    if verb == "folder":
        return _put_in_folder(tx, visit, chosen)
    if verb == "delete":
        for contact_id in chosen:
            delete_contact(tx, visit.acting, contact_id)
        return _done(visit, chosen, "restore", "", f"{count(len(chosen), 'person', 'people')} deleted")
    if verb == "restore":
        for contact_id in visit.ids("ids"):
            restore_contact(tx, visit.acting, contact_id)
        return _done(visit, [], "", "", "They are back")
    if verb == "untag":
        return _untag(tx, visit, chosen)
    if verb == "take_out":
        return _take_out(tx, visit, chosen)
    raise invalid("act", "is not one of the choices", kind="choice")


def _chosen(tx: Tx, visit: Visit) -> list[int]:
    ids = visit.ids("ids")
    if not 1 <= len(ids) <= SELECTED_MAX:
        raise invalid("ids", f"must be 1 to {SELECTED_MAX} people")
    return [each.id for each in list_contacts_by_id(tx, visit.acting.organization_id, ids)]


def _tag(tx: Tx, visit: Visit, chosen: list[int]) -> Result:
    tag = create_term(tx, visit.acting, TAGS, visit.text("value", NAME_LENGTH_MAX))
    present = list_terms_of(tx, visit.acting.organization_id, TAGS, chosen)
    changed = [id_ for id_ in chosen if all(each.id != tag.id for each in present.get(id_, ()))]
    for contact_id in changed:
        put_on_contact(tx, visit.acting, TAGS, contact_id, tag.id)
    return _done(visit, changed, "untag", tag.id, f"{count(len(changed), 'person', 'people')} tagged {tag.name}")


def _untag(tx: Tx, visit: Visit, chosen: list[int]) -> Result:
    tag = find_term(tx, visit.acting.organization_id, TAGS, visit.text("value", 100))
    if tag is None:
        raise NotFound("Tag not found")
    present = list_terms_of(tx, visit.acting.organization_id, TAGS, chosen)
    changed = [id_ for id_ in chosen if any(each.id == tag.id for each in present.get(id_, ()))]
    for contact_id in changed:
        take_off_contact(tx, visit.acting, TAGS, contact_id, tag.id)
    return _done(visit, [], "", "", f"Tag {tag.name} removed from {count(len(changed), 'person', 'people')}")


def _put_in_folder(tx: Tx, visit: Visit, chosen: list[int]) -> Result:
    value = visit.text("folder", 20)
    folder = find_folder(tx, visit.acting.organization_id, int(value)) if value.isascii() and value.isdigit() else None
    if folder is None:
        raise invalid("folder", "is not one of the choices", kind="choice")
    present = _folders(tx, visit, chosen)
    changed = [id_ for id_ in chosen if folder.id not in present[id_]]
    for contact_id in changed:
        set_folders(tx, visit.acting, contact_id, present[contact_id] | {folder.id})
    said = f"{count(len(changed), 'person', 'people')} put into {folder.name}"
    return _done(visit, changed, "take_out", str(folder.id), said)


def _take_out(tx: Tx, visit: Visit, chosen: list[int]) -> Result:
    value = visit.text("value", 20)
    present = _folders(tx, visit, chosen)
    for contact_id in chosen:
        set_folders(tx, visit.acting, contact_id, {each for each in present[contact_id] if str(each) != value})
    return _done(visit, [], "", "", f"{count(len(chosen), 'person', 'people')} taken out of the folder")


def _folders(tx: Tx, visit: Visit, chosen: list[int]) -> dict[int, set[int]]:
    found = list_folders_of(tx, visit.acting.organization_id, chosen)
    return {contact_id: {each[0] for each in found.get(contact_id, ())} for contact_id in chosen}


def _done(visit: Visit, changed: list[int], undo: str, value: str, said: str) -> Result:
    if not visit.is_fragment:
        return Go(url=f"{visit.root}/people", message=said)
    return Show(template="people/acted.html", values={"said": said, "undo": undo, "value": value, "ids": changed})


PAGES = (Page("POST", "/{o:int}/people/selected", act, "write"),)
