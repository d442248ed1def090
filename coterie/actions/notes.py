"""What can happen to notes. Whatever happens, contacts.pinned_note says what Inrō's side shows.

Events of personal notes name no contact, and no event holds a note's text: neither is for others to read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.events import record
from coterie.actions.handles import save_differences
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.ids import new_id, parse_id
from coterie.model.notes import CONTACTS_MAX, TAGS_MAX, TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store import contacts as contact_store
from coterie.store import notes as store
from coterie.store import terms as term_store
from coterie.store.database import Tx

Fields = Mapping[str, Any]


def create_note(tx: Tx, caller: Caller, fields: Fields) -> Note:
    """A new note of the caller's from the fields update_note takes; text must be among them.

    Refused: what update_note refuses.
    """
    now = times.now()
    blank = _blank(caller, now)
    columns, contact_ids, tag_ids = _check(tx, caller, blank, {"text": None, **fields})
    note = replace(blank, **columns)
    store.insert_note(tx, caller.organization_id, note, contact_ids or ())
    store.add_note_tags(tx, caller.organization_id, note.id, tag_ids or ())
    _record(tx, caller, "note.created", note, contact_ids or ())
    return note


def update_note(tx: Tx, caller: Caller, note_id: str, fields: Fields) -> Note:
    """Change the fields named, and no others: text, is_personal, contacts and tags (uuids; each the whole set).

    What is deleted keeps its link to the note, which is out of sight for whoever sends a whole set.
    Refused: a note that is deleted, or not there for the caller; an empty or long text; a contact or tag that is not
    there or deleted; more than 500 contacts or 100 tags; to make somebody else's note personal.
    """
    before = _find(tx, caller, note_id)
    if before.deleted_at is not None:
        raise NotFound("Note not found")
    columns, contact_ids, tag_ids = _check(tx, caller, before, fields)
    after = replace(before, **columns)
    about = store.list_contacts_of_note(tx, caller.organization_id, note_id)
    is_changed = after != before
    if contact_ids is not None:
        is_changed |= _set_contacts(tx, caller, note_id, contact_ids)
    if tag_ids is not None:
        is_changed |= _set_tags(tx, caller, note_id, tag_ids)
    if not is_changed:
        return before
    after = replace(after, updated_at=times.now())
    store.save_note(tx, caller.organization_id, before, after)
    _record(tx, caller, "note.updated", after, about)
    _refresh_pinned(tx, caller, after, {*about, *(contact_ids or ())})
    return after


def delete_note(tx: Tx, caller: Caller, note_id: str) -> Note:
    """Delete a note so that it can be restored. Deleting twice is once."""
    before = _find(tx, caller, note_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, "note.deleted", before, replace(before, deleted_at=now, updated_at=now))


def restore_note(tx: Tx, caller: Caller, note_id: str) -> Note:
    """Bring a deleted note back, with its contacts and tags. One that is not deleted stays as it is."""
    before = _find(tx, caller, note_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "note.restored", before, replace(before, deleted_at=None, updated_at=times.now()))


def erase_note(tx: Tx, caller: Caller, note_id: str) -> None:
    """Remove a note for good, deleted before or not."""
    note = _find(tx, caller, note_id)
    about = store.list_contacts_of_note(tx, caller.organization_id, note_id)
    store.erase_note(tx, caller.organization_id, note)
    _record(tx, caller, "note.erased", note, about)
    _refresh_pinned(tx, caller, note, about)


def set_pinned_note(tx: Tx, caller: Caller, contact_id: int, text: str | None) -> tuple[str | None, bool]:
    """Write the one note Inrō's side shows for a contact that is there: (its text now, whether it changed).

    None or '' deletes it. A pinned note about several contacts is left to the others: this contact gets its own.
    The caller saves contacts.pinned_note. Refused: more than 100,000 characters.
    """
    text = (text or "").strip() or None
    if text is not None and len(text) > TEXT_LENGTH_MAX:
        raise invalid("note", f"is longer than {TEXT_LENGTH_MAX} characters", kind="too_long")
    note = store.find_pinned_note(tx, caller.organization_id, contact_id)
    if (note.text if note else None) == text:
        return text, False
    if note and store.list_contacts_of_note(tx, caller.organization_id, note.id) != [contact_id]:
        store.remove_note_contacts(tx, caller.organization_id, note.id, [contact_id])
        note = None
    now = times.now()
    if note is None and text is None:
        return None, True
    if note is None:
        note = replace(_blank(caller, now), text=text or "", is_pinned=True)
        store.insert_note(tx, caller.organization_id, note, [contact_id])
        kind = "note.created"
    else:
        kind = "note.updated" if text else "note.deleted"
        saved = replace(note, text=text or note.text, updated_at=now, deleted_at=None if text else now)
        store.save_note(tx, caller.organization_id, note, saved)
    record(tx, caller, kind, note.id, contact_id=contact_id, now=now)
    return text, True


# The parts ------------------------------------------------------------------------------------------------------------


def _find(tx: Tx, caller: Caller, note_id: str) -> Note:
    note = store.find_note(tx, caller.organization_id, note_id, reader_id=caller.user_id, to_change=True)
    if note is None:
        raise NotFound("Note not found")
    return note


def _blank(caller: Caller, now: str) -> Note:
    return Note(
        id=new_id(),
        author_id=caller.user_id,
        text="",
        is_personal=False,
        is_pinned=False,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


def _save(tx: Tx, caller: Caller, kind: str, before: Note, after: Note) -> Note:
    store.save_note(tx, caller.organization_id, before, after)
    about = store.list_contacts_of_note(tx, caller.organization_id, after.id)
    _record(tx, caller, kind, after, about)
    _refresh_pinned(tx, caller, after, about)
    return after


def _record(tx: Tx, caller: Caller, kind: str, note: Note, about: Iterable[int]) -> None:
    """One event per note; it names a contact where the note is about that one alone."""
    ids = list(about)
    contact_id = ids[0] if len(ids) == 1 and not note.is_personal else None
    record(tx, caller, kind, note.id, contact_id=contact_id, now=note.updated_at)


def _refresh_pinned(tx: Tx, caller: Caller, note: Note, contact_ids: Iterable[int]) -> None:
    """Bring the contacts of a pinned note in step with it, deleted ones too: they may come back."""
    if not note.is_pinned:
        return
    now = times.now()
    for contact_id in sorted(contact_ids):
        before = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
        pinned = store.find_pinned_note(tx, caller.organization_id, contact_id)
        text = pinned.text if pinned else None
        if before is None or before.pinned_note == text:
            continue
        save_differences(tx, caller, before, replace(before, pinned_note=text, updated_at=now))
        changes = {"pinned_note": (before.pinned_note, text)}
        record(tx, caller, "contact.updated", contact_id, contact_id=contact_id, changes=changes, now=now)


def _set_contacts(tx: Tx, caller: Caller, note_id: str, wanted: set[int]) -> bool:
    present = store.list_contacts_of_notes(tx, caller.organization_id, [note_id], limit=CONTACTS_MAX)
    known = set(present.get(note_id, ()))
    store.remove_note_contacts(tx, caller.organization_id, note_id, known - wanted)
    store.add_note_contacts(tx, caller.organization_id, note_id, sorted(wanted - known))
    return known != wanted


def _set_tags(tx: Tx, caller: Caller, note_id: str, wanted: set[str]) -> bool:
    present = store.list_tags_of_notes(tx, caller.organization_id, [note_id], limit=TAGS_MAX)
    known = {tag.id for tag in present.get(note_id, ())}
    store.remove_note_tags(tx, caller.organization_id, note_id, known - wanted)
    store.add_note_tags(tx, caller.organization_id, note_id, sorted(wanted - known))
    return known != wanted


def _check(
    tx: Tx, caller: Caller, note: Note, fields: Fields
) -> tuple[dict[str, Any], set[int] | None, set[str] | None]:
    """(columns, contact ids, tag ids) of what is among the fields, with every problem at once."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    if "text" in fields:
        columns["text"] = (fields["text"] or "").strip()
        if not columns["text"]:
            problems.append(Problem(("text",), "blank", "is empty"))
        elif len(columns["text"]) > TEXT_LENGTH_MAX:
            problems.append(Problem(("text",), "too_long", f"is longer than {TEXT_LENGTH_MAX} characters"))
    if "is_personal" in fields:
        columns["is_personal"] = bool(fields["is_personal"])
        if columns["is_personal"] and (caller.user_id is None or note.author_id != caller.user_id):
            problems.append(Problem(("is_personal",), "invalid", "can be set by the author of the note only"))
    contact_ids, tag_ids = None, None
    with gathering(problems):
        if "contacts" in fields:
            contact_ids = _contacts(tx, caller, fields["contacts"] or ())
    with gathering(problems):
        if "tags" in fields:
            tag_ids = _tags(tx, caller, fields["tags"] or ())
    if problems:
        raise Invalid(*problems)
    return columns, contact_ids, tag_ids


def _contacts(tx: Tx, caller: Caller, uuids: Iterable[str]) -> set[int]:
    wanted = _uuids("contacts", uuids, CONTACTS_MAX)
    known = contact_store.contact_ids_by_uuid(tx, caller.organization_id, wanted)
    _refuse_missing("contacts", wanted, known, "is not a contact of this organization")
    return set(known.values())


def _tags(tx: Tx, caller: Caller, ids: Iterable[str]) -> set[str]:
    wanted = _uuids("tags", ids, TAGS_MAX)
    known = term_store.existing_terms(tx, caller.organization_id, TAGS, wanted)
    _refuse_missing("tags", wanted, known, "is not a tag of this organization")
    return known


def _uuids(field: str, given: Iterable[str], most: int) -> list[str]:
    """The ids in the order in which they were sent, canonical where they are UUIDs."""
    wanted = [parse_id(each) or each for each in given]
    if len(wanted) > most:
        raise invalid(field, f"has more than {most} items", kind="too_long")
    return wanted


def _refuse_missing(field: str, wanted: list[str], known: Iterable[str], reason: str) -> None:
    found = set(known)
    problems = [Problem((field, str(n)), "invalid", reason) for n, each in enumerate(wanted) if each not in found]
    if problems:
        raise Invalid(*problems)
