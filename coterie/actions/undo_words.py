"""Undoes events of tags, expertises, folders, properties and segments, and those of imports."""

from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from coterie.actions import folders, properties, segments, terms
from coterie.actions.imports import start_undoing
from coterie.actions.notes import update_note
from coterie.actions.undo_contacts import Left, Undo
from coterie.errors import NotFound
from coterie.model.filters.json_form import to_json
from coterie.model.folders import Folder
from coterie.model.notes import TAGS_MAX
from coterie.model.organizations import Caller
from coterie.model.properties import PropertyDefinition
from coterie.model.terms import EXPERTISES, TAGS, Term, Vocabulary
from coterie.model.undo import NotUndone, PastEvent, changed_since
from coterie.store import folders as folder_store
from coterie.store import notes as note_store
from coterie.store import properties as property_store
from coterie.store import segments as segment_store
from coterie.store import terms as term_store
from coterie.store.contacts import list_contacts_by_id, uuids_of
from coterie.store.database import Tx

T = TypeVar("T", int, str)
_VOCABULARIES = {"tag": TAGS, "expertise": EXPERTISES}


def _find_term(tx: Tx, caller: Caller, event: PastEvent) -> tuple[Vocabulary, Term]:
    vocabulary = _VOCABULARIES[event.noun]
    term = term_store.find_term(tx, caller.organization_id, vocabulary, event.subject_id)
    if term is None:
        raise NotUndone("erased")
    return vocabulary, term


def _delete_term(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    vocabulary, term = _find_term(tx, caller, event)
    is_used = event.kind.endswith(".created") and term.contact_count > 0
    if term.deleted_at is not None or is_used:
        raise NotUndone("changed_since")
    terms.delete_term(tx, caller, vocabulary, term.id)
    return ()


def _restore_term(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    vocabulary, term = _find_term(tx, caller, event)
    if term.deleted_at is None:
        raise NotUndone("changed_since")
    terms.restore_term(tx, caller, vocabulary, term.id)
    return ()


def _rename_term(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    vocabulary, term = _find_term(tx, caller, event)
    if "merged" in event.changes:
        return _separate_term(tx, caller, event, vocabulary)
    old, new = _change(event, "name")
    if term.name != new:
        raise NotUndone("changed_since", "name")
    terms.update_term(tx, caller, vocabulary, term.id, old)
    return ()


def _separate_term(tx: Tx, caller: Caller, event: PastEvent, vocabulary: Vocabulary) -> Left:
    """Takes a term off the contacts and notes that got it because another one was merged into it."""
    for contact_id in _added(event, int):
        if uuids_of(tx, caller.organization_id, [contact_id]):
            _take_off(tx, caller, vocabulary, contact_id, event.subject_id)
    for note_id in _added(event, str):
        note = note_store.find_note(tx, caller.organization_id, note_id, reader_id=caller.user_id)
        if note is not None and note.deleted_at is None:
            tags = note_store.list_tags_of_notes(tx, caller.organization_id, [note_id], limit=TAGS_MAX)
            rest = [tag.id for tag in tags.get(note_id, ()) if tag.id != event.subject_id]
            update_note(tx, caller, note_id, {"tags": rest})
    return ()


def _take_off(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int, term_id: str) -> None:
    with suppress(NotFound):  # it was taken off since
        terms.take_off_contact(tx, caller, vocabulary, contact_id, term_id)


def _added(event: PastEvent, of: type[T]) -> list[T]:
    """The contacts (int) or notes (str) that a merge of names gave the other."""
    if "contacts" not in event.undo:
        raise NotUndone("no_values")
    ids = event.undo.get("contacts" if of is int else "notes", [])
    return msgspec.convert(ids, type=list[of])  # type: ignore[valid-type]


def _change(event: PastEvent, name: str) -> tuple[Any, Any]:
    if name not in event.changes:
        raise NotUndone("no_values")
    return event.changes[name]


# Folders --------------------------------------------------------------------------------------------------------------


def _find_folder(tx: Tx, caller: Caller, event: PastEvent) -> Folder:
    folder = folder_store.find_folder(tx, caller.organization_id, int(event.subject_id))
    if folder is None:
        raise NotUndone("erased")
    return folder


def _delete_folder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Deletes a folder that has no other contacts than when it was created, apart from deleted ones."""
    folder = _find_folder(tx, caller, event)
    now = set(folder_store.contact_ids_in_folder(tx, caller.organization_id, folder.id))
    more = now.difference(msgspec.convert(event.undo.get("contacts", []), type=list[int]))
    if list_contacts_by_id(tx, caller.organization_id, more):
        raise NotUndone("changed_since")
    folders.delete_folder(tx, caller, folder.id)
    return ()


def _update_folder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    folder = _find_folder(tx, caller, event)
    if "merged" in event.changes:
        of_contacts = folder_store.list_folders_of(tx, caller.organization_id, _added(event, int))
        for contact_id, present in of_contacts.items():
            rest = [each for each, _, _ in present if each != folder.id]
            folders.set_folders(tx, caller, contact_id, rest)
        return ()
    changed = changed_since(lambda name: getattr(folder, name), event.changes)
    fields = {name: old for name, (old, _) in event.changes.items() if name not in changed}
    if fields:
        folders.update_folder(tx, caller, folder.id, fields)
    return [NotUndone("changed_since", *changed)] if changed else ()


def _insert_folder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """The folder with its id and its contacts, except those that were erased."""
    if "folder" not in event.undo:
        raise NotUndone("no_values")
    folder = msgspec.convert(event.undo["folder"], type=Folder)
    if folder_store.find_folder(tx, caller.organization_id, folder.id) is not None:
        raise NotUndone("changed_since")
    contact_ids = msgspec.convert(event.undo.get("contacts"), type=list[int])
    folders.insert_again(tx, caller, folder, contact_ids)
    return ()


# Properties, segments -------------------------------------------------------------------------------------------------


def _delete_definition(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    if property_store.list_values(tx, caller.organization_id, event.subject_id):
        raise NotUndone("changed_since")
    properties.delete_definition(tx, caller, event.subject_id)
    return ()


def _insert_definition(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    if "property" not in event.undo:
        raise NotUndone("no_values")
    if property_store.find_definition(tx, caller.organization_id, event.subject_id) is not None:
        raise NotUndone("changed_since")
    properties.insert_again(tx, caller, msgspec.convert(event.undo["property"], type=PropertyDefinition))
    return ()


def _update_definition(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    definition = property_store.find_definition(tx, caller.organization_id, event.subject_id)
    if definition is None:
        raise NotUndone("erased")
    now = msgspec.to_builtins(definition)
    changed = changed_since(now.__getitem__, event.changes)
    fields = {name: old for name, (old, _) in event.changes.items() if name not in changed}
    if fields:
        properties.update_definition(tx, caller, event.subject_id, fields)
    return [NotUndone("changed_since", *changed)] if changed else ()


def _delete_segment(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    segments.delete_segment(tx, caller, int(event.subject_id))
    return ()


def _update_segment(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    segment = segments.find_segment(tx, caller, int(event.subject_id))
    now = {"name": segment.name, "filter": to_json(segment.filter)}
    changed = changed_since(now.__getitem__, event.changes)
    fields: dict[str, Any] = {name: old for name, (old, _) in event.changes.items() if name not in changed}
    if fields:
        segments.update_segment(
            tx, caller, segment.id, name=fields.get("name"), filter_=fields.get("filter")
        )  # fmt: skip
    return [NotUndone("changed_since", *changed)] if changed else ()


def _insert_segment(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    if segment_store.find_segment(tx, caller.organization_id, int(event.subject_id)) is not None:
        raise NotUndone("changed_since")
    name, filter_ = (_change(event, field)[0] for field in ("name", "filter"))
    segments.create_segment(tx, caller, name, filter_, segment_id=int(event.subject_id))
    return ()


def _undo_import(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """The worker undoes the import, row by row."""
    start_undoing(tx, caller, event.subject_id)
    return ()


UNDO: dict[str, Undo] = {
    **{f"{noun}.created": _delete_term for noun in _VOCABULARIES},
    **{f"{noun}.restored": _delete_term for noun in _VOCABULARIES},
    **{f"{noun}.deleted": _restore_term for noun in _VOCABULARIES},
    **{f"{noun}.updated": _rename_term for noun in _VOCABULARIES},
    "folder.created": _delete_folder,
    "folder.updated": _update_folder,
    "folder.deleted": _insert_folder,
    "property.created": _delete_definition,
    "property.updated": _update_definition,
    "property.deleted": _insert_definition,
    "segment.created": _delete_segment,
    "segment.updated": _update_segment,
    "segment.deleted": _insert_segment,
    "import.applied": _undo_import,
}
