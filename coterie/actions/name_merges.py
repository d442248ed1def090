"""Merges two tags, two expertises or two folders: the contacts of one get the other, and the one is deleted."""

from collections.abc import Collection
from typing import Any

from coterie.actions import folders, terms
from coterie.actions.consequences import AT_ONCE_MAX, consequence_rows, lock_affected
from coterie.actions.events import EventRow, record_events, row_of
from coterie.errors import NotFound, invalid
from coterie.model.folders import Folder
from coterie.model.organizations import Caller
from coterie.model.terms import Term, Vocabulary
from coterie.store import folders as folder_store
from coterie.store import terms as term_store
from coterie.store.cached_counts import correct_contact_count
from coterie.store.database import Tx
from coterie.store.name_merges import copy_contacts, copy_note_tags


def merge_terms(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str, into_id: str) -> int:
    """Gives the contacts and notes of a term another one, and deletes the first; returns the number of its contacts.

    The deleted term can be restored, with its contacts. Raises NotFound if one does not exist or is deleted, Invalid
    if both are the same.
    """
    if term_id == into_id:
        raise invalid("into", f"is the same {vocabulary.noun}")
    contact_ids = term_store.contact_ids_with_term(tx, caller.organization_id, vocabulary, term_id)
    locked = lock_affected(tx, caller, contact_ids)
    both = {id_: _find_term(tx, caller, vocabulary, id_) for id_ in sorted((term_id, into_id))}
    link = (vocabulary.link_table, vocabulary.link_column)
    added: dict[str, list[Any]] = {
        "contacts": copy_contacts(tx, caller.organization_id, link, from_id=term_id, into_id=into_id)
    }
    if vocabulary.noun == "tag":
        added["notes"] = copy_note_tags(tx, caller.organization_id, from_id=term_id, into_id=into_id)
    correct_contact_count(tx, caller.organization_id, vocabulary.table, into_id)
    row = _row(caller, vocabulary.noun, into_id, both[term_id].name, added)
    _record(tx, caller, row, contact_ids, locked)
    terms.delete_term(tx, caller, vocabulary, term_id)
    return len(contact_ids)


def merge_folders(tx: Tx, caller: Caller, folder_id: int, into_id: int) -> int:
    """Puts the contacts of a folder into another one, and erases the first; returns the number of its contacts.

    Raises NotFound if one does not exist, Invalid if both are the same.
    """
    if folder_id == into_id:
        raise invalid("into", "is the same folder")
    contact_ids = folder_store.contact_ids_in_folder(tx, caller.organization_id, folder_id)
    locked = lock_affected(tx, caller, contact_ids)
    folder, _ = _find_folder(tx, caller, folder_id), _find_folder(tx, caller, into_id)
    link = ("contact_folders", "folder_id")
    added = copy_contacts(tx, caller.organization_id, link, from_id=folder_id, into_id=into_id)
    correct_contact_count(tx, caller.organization_id, "folders", into_id)
    row = _row(caller, "folder", into_id, folder.name, {"contacts": added})
    _record(tx, caller, row, contact_ids, locked)
    folders.delete_folder(tx, caller, folder_id)
    return len(contact_ids)


def _row(caller: Caller, noun: str, into_id: str | int, name: str, added: dict[str, list[Any]]) -> EventRow:
    """The event. name: of the one that is deleted; added: the contacts and notes that did not have the other."""
    is_small = all(len(ids) <= AT_ONCE_MAX for ids in added.values())
    changes = {"merged": (None, name)}
    return row_of(caller, f"{noun}.updated", into_id, changes=changes, undo=added if is_small else None)


def _record(tx: Tx, caller: Caller, row: EventRow, contact_ids: list[int], locked: Collection[int]) -> None:
    kind = f"contact.{row['kind'].partition('.')[0]}_changed"
    record_events(tx, caller, [row, *consequence_rows(tx, caller, kind, row["subject_id"], contact_ids, locked)])


def _find_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    term = term_store.find_term(tx, caller.organization_id, vocabulary, term_id, to_change=True)
    if term is None or term.deleted_at is not None:
        raise NotFound(f"{vocabulary.noun.capitalize()} not found")
    return term


def _find_folder(tx: Tx, caller: Caller, folder_id: int) -> Folder:
    folder = folder_store.find_folder(tx, caller.organization_id, folder_id)
    if folder is None:
        raise NotFound("Folder not found")
    return folder
