"""What can happen to folders, and to contacts in them."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import record, record_all, row_of
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.model import times
from coterie.model.folders import COLORS, NAME_LENGTH_MAX, Folder
from coterie.model.organizations import Caller
from coterie.store import folders as store
from coterie.store.database import Tx

FOLDERS_MAX = 2000


def create_folder(tx: Tx, caller: Caller, name: str, color: str | None = None) -> Folder:
    """A new, empty folder. Refused: a blank or long name, a colour that is not one of the seven, more than 2,000."""
    if store.count_folders(tx, caller.organization_id) >= FOLDERS_MAX:
        raise invalid("name", f"is one too many: there are at most {FOLDERS_MAX} folders")
    name = _check(name, color)
    folder = store.insert_folder(tx, caller.organization_id, name, color, times.now())
    record(tx, caller, "folder.created", folder.id, changes={"name": (None, name)})
    return folder


def update_folder(tx: Tx, caller: Caller, folder_id: int, fields: Mapping[str, Any]) -> Folder:
    """Change the fields named: name, color (None clears it). Refused as in create_folder."""
    before = store.find_folder(tx, caller.organization_id, folder_id)
    if before is None:
        raise NotFound("Folder not found")
    after = replace(before, **fields)
    after = replace(after, name=_check(after.name, after.color))
    if after != before:
        after = replace(after, updated_at=times.now())
        store.save_folder(tx, caller.organization_id, after)
        changes = {name: (getattr(before, name), getattr(after, name)) for name in fields}
        record(tx, caller, "folder.updated", folder_id, changes=changes)
    return after


def delete_folder(tx: Tx, caller: Caller, folder_id: int) -> None:
    """Remove a folder; the contacts in it stay."""
    folder = store.find_folder(tx, caller.organization_id, folder_id)
    if folder is None:
        raise NotFound("Folder not found")
    store.delete_folder(tx, caller.organization_id, folder_id)
    record(tx, caller, "folder.deleted", folder_id, changes={"name": (folder.name, None)})


def set_folders(tx: Tx, caller: Caller, contact_id: int, folder_ids: Iterable[int] | None) -> bool:
    """Put a contact into these folders and take it out of all others; whether anything changed.

    Refused: a folder that does not exist.
    """
    organization_id = caller.organization_id
    wanted = set(folder_ids or ())
    known = store.list_folders_of(tx, organization_id, [contact_id]).get(contact_id, [])
    present = {folder_id for folder_id, _, _ in known}
    added, removed = sorted(wanted - present), sorted(present - wanted)
    missing = [folder_id for folder_id in added if store.find_folder(tx, organization_id, folder_id) is None]
    if missing:
        raise Invalid(Problem(("folder_ids",), "invalid", f"names no folder: {', '.join(map(str, missing[:10]))}"))
    if added:
        store.put_in_folders(tx, organization_id, contact_id, added)
    if removed:
        store.take_out_of_folders(tx, organization_id, contact_id, removed)
    rows = [row_of(caller, "contact.put_in_folder", f, contact_id=contact_id) for f in added]
    rows += [row_of(caller, "contact.taken_out_of_folder", f, contact_id=contact_id) for f in removed]
    record_all(tx, caller, rows)
    return bool(rows)


def _check(name: str, color: str | None) -> str:
    name = name.strip()
    problems = []
    if not name:
        problems.append(Problem(("name",), "blank", "is empty"))
    if len(name) > NAME_LENGTH_MAX:
        problems.append(Problem(("name",), "too_long", f"is longer than {NAME_LENGTH_MAX} characters"))
    if color is not None and color not in COLORS:
        problems.append(Problem(("color",), "choice", f"is not one of {', '.join(COLORS)}"))
    if problems:
        raise Invalid(*problems)
    return name
