"""Which fields of a contact were changed after a request whose job writes them only now."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from coterie.model.event_fields import fields_of
from coterie.model.events import CONSEQUENCES
from coterie.model.names import NAME_PARTS
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.events import list_changes_since
from coterie.store.notes import find_pinned_note

_PROPERTY = "properties."


def list_newer_fields(tx: Tx, caller: Caller, contact_ids: Iterable[int]) -> dict[int, set[str]]:
    """Contact -> its fields that were changed after caller.cause_id, in the words of update_contact; values of
    properties as "properties.<slug>"."""
    newer: dict[int, set[str]] = {}
    if caller.cause_id is None:
        return newer
    rows = list_changes_since(tx, caller.organization_id, contact_ids, after=caller.cause_id)
    for contact_id, kind, subject_id, changes in rows:
        values = msgspec.json.decode(changes) if changes else {}
        # nobody changed this contact when a folder or a property was renamed
        newer.setdefault(contact_id, set()).update(fields_of(kind, values) if kind not in CONSEQUENCES else ())
        # a deleted note may have been the pinned one
        if kind in ("note.deleted", "note.erased") or (
            kind.startswith("note.") and ("is_pinned" in values or _is_pinned(tx, caller, contact_id, subject_id))
        ):
            newer[contact_id].add("note")
    return newer


def older_fields(fields: Mapping[str, Any], newer: set[str] | None) -> Mapping[str, Any]:
    """The fields without those that are newer."""
    if not newer:
        return fields
    older = {name: value for name, value in fields.items() if name not in newer}
    if not newer.isdisjoint(NAME_PARTS):
        older.pop("real_name", None)  # one text for all parts
    if older.get("properties"):
        properties = older["properties"].items()
        older["properties"] = {slug: value for slug, value in properties if _PROPERTY + slug not in newer}
    return older


def _is_pinned(tx: Tx, caller: Caller, contact_id: int, note_id: str) -> bool:
    pinned = find_pinned_note(tx, caller.organization_id, contact_id)
    return pinned is not None and pinned.id == note_id
