"""Changes of folders, and which contacts are in them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.consequences import AT_ONCE_MAX, consequence_rows, lock_affected
from coterie.actions.events import EventRow, differences, record, record_events, row_of
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.folders import COLORS, FOLDERS_MAX, NAME_LENGTH_MAX, Folder
from coterie.model.organizations import Caller
from coterie.store import folders as store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

_UNKNOWN_SHOWN = 10


def create_folder(tx: Tx, caller: Caller, name: str, color: str | None = None) -> Folder:
    """Creates an empty folder. Raises Invalid if the name is blank or too long, the color is unknown, or there are
    2,000 folders."""
    if store.count_folders(tx, caller.organization_id) >= FOLDERS_MAX:
        raise invalid("name", f"exceeds the limit of {FOLDERS_MAX} folders")
    name = _check(name, color)
    folder = store.insert_folder(tx, caller.organization_id, name, color, times.now())
    record(tx, caller, "folder.created", folder.id, changes={"name": (None, name)})
    return folder


def find_or_create_folder(tx: Tx, caller: Caller, name: str) -> Folder:
    """The oldest folder of exactly this name, or a new one. Raises Invalid as create_folder does."""
    return store.find_folder_by_name(tx, caller.organization_id, name) or create_folder(tx, caller, name)


def update_folder(tx: Tx, caller: Caller, folder_id: int, fields: Mapping[str, Any]) -> Folder:
    """Changes the given fields: name, color (None clears). Raises NotFound; Invalid as create_folder does."""
    locked = lock_affected(tx, caller, store.contact_ids_in_folder(tx, caller.organization_id, folder_id))
    before = _find(tx, caller, folder_id)
    after = replace(before, **fields)
    after = replace(after, name=_check(after.name, after.color))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_folder(tx, caller.organization_id, after)
    row = row_of(caller, "folder.updated", folder_id, changes=differences(before, after, ("name", "color")))
    is_renamed = after.name != before.name
    contact_ids = store.contact_ids_in_folder(tx, caller.organization_id, folder_id) if is_renamed else []
    _record(tx, caller, row, contact_ids, locked)
    return after


def delete_folder(tx: Tx, caller: Caller, folder_id: int) -> None:
    """Erases a folder; its contacts stay. Raises NotFound."""
    locked = lock_affected(tx, caller, store.contact_ids_in_folder(tx, caller.organization_id, folder_id))
    folder = _find(tx, caller, folder_id)
    contact_ids = store.contact_ids_in_folder(tx, caller.organization_id, folder_id)
    store.delete_folder(tx, caller.organization_id, folder_id)
    changes = {"name": (folder.name, None), "color": (folder.color, None)}
    undo = {"folder": folder, "contacts": contact_ids} if len(contact_ids) <= AT_ONCE_MAX else None
    row = row_of(caller, "folder.deleted", folder_id, changes=changes, undo=undo)
    _record(tx, caller, row, contact_ids, locked)


def insert_again(tx: Tx, caller: Caller, folder: Folder, contact_ids: Collection[int]) -> None:
    """Inserts a folder that was deleted, with its id and those of its contacts that exist."""
    existing = sorted(uuids_of(tx, caller.organization_id, contact_ids))
    lock_affected(tx, caller, existing)
    store.insert_again(tx, caller.organization_id, folder)
    for contact_id in existing:
        store.put_in_folders(tx, caller.organization_id, contact_id, [folder.id])
    changes, undo = {"name": (None, folder.name)}, {"contacts": existing}
    row = row_of(caller, "folder.created", folder.id, changes=changes, undo=undo)
    _record(tx, caller, row, existing, existing)


def _record(tx: Tx, caller: Caller, row: EventRow, contact_ids: list[int], locked: Collection[int]) -> None:
    """A change of a folder's name is one of all contacts in it."""
    kind = "contact.folder_changed"
    record_events(tx, caller, [row, *consequence_rows(tx, caller, kind, row["subject_id"], contact_ids, locked)])


def set_folders(tx: Tx, caller: Caller, contact_id: int, folder_ids: Iterable[int] | None) -> None:
    """Puts a contact into these folders and takes it out of all others. Raises Invalid if a folder does not exist."""
    record_events(tx, caller, change_folders(tx, caller, contact_id, folder_ids))


def change_folders(tx: Tx, caller: Caller, contact_id: int, folder_ids: Iterable[int] | None) -> list[EventRow]:
    """set_folders without recording: returns the events, which the caller records."""
    organization_id = caller.organization_id
    new = set(folder_ids or ())
    folders = store.list_folders_of(tx, organization_id, [contact_id]).get(contact_id, [])
    present = {folder_id for folder_id, _, _ in folders}
    added, removed = sorted(new - present), sorted(present - new)
    unknown = [folder_id for folder_id in added if store.find_folder(tx, organization_id, folder_id) is None]
    if unknown:
        raise invalid("folder_ids", f"contains unknown folders: {', '.join(map(str, unknown[:_UNKNOWN_SHOWN]))}")
    if added:
        store.put_in_folders(tx, organization_id, contact_id, added)
    if removed:
        store.take_out_of_folders(tx, organization_id, contact_id, removed)
    rows = [row_of(caller, "contact.put_in_folder", f, contact_ids=[contact_id]) for f in added]
    return rows + [row_of(caller, "contact.taken_out_of_folder", f, contact_ids=[contact_id]) for f in removed]


def _find(tx: Tx, caller: Caller, folder_id: int) -> Folder:
    folder = store.find_folder(tx, caller.organization_id, folder_id)
    if folder is None:
        raise NotFound("Folder not found")
    return folder


def _check(name: str, color: str | None) -> str:
    name = name.strip()
    problems = []
    if not name:
        problems.append(Problem(("name",), "blank", "is empty"))
    if len(name) > NAME_LENGTH_MAX:
        problems.append(Problem(("name",), "too_long", f"is longer than {NAME_LENGTH_MAX} characters"))
    if color is not None and color not in COLORS:
        problems.append(Problem(("color",), "choice", f"must be one of {', '.join(COLORS)}"))
    if problems:
        raise Invalid(*problems)
    return name
