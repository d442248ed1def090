"""What can happen to notes."""

from msgspec.structs import replace

from coterie.actions.events import record
from coterie.errors import invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.notes import TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.store import notes as store
from coterie.store.database import Tx


def set_pinned_note(tx: Tx, caller: Caller, contact_id: int, text: str | None) -> tuple[str | None, bool]:
    """Write the one note Inrō's side shows for a contact: (its text now, whether it changed).

    None or '' deletes it. A pinned note about several contacts is left to the others: this contact gets its own.
    Refused: more than 100,000 characters.
    """
    text = (text or "").strip() or None
    if text is not None and len(text) > TEXT_LENGTH_MAX:
        raise invalid("note", f"is longer than {TEXT_LENGTH_MAX} characters", kind="too_long")
    note = store.find_pinned_note(tx, caller.organization_id, contact_id)
    if (note.text if note else None) == text:
        return text, False
    if note and store.list_contacts_of_note(tx, caller.organization_id, note.id) != [contact_id]:
        store.remove_note_contact(tx, caller.organization_id, note.id, contact_id)
        note = None
    now = times.now()
    if note is None and text is None:
        return None, True
    if note is None:
        note = Note(new_id(), caller.user_id, text or "", False, True, now, now, None)
        store.insert_note(tx, caller.organization_id, note, [contact_id])
        kind = "note.created"
    else:
        kind = "note.updated" if text else "note.deleted"
        saved = replace(note, text=text or note.text, updated_at=now, deleted_at=None if text else now)
        store.save_note(tx, caller.organization_id, saved)
    record(tx, caller, kind, note.id, contact_id=contact_id, now=now)
    return text, True
