"""Changes of notes.

Guarantees. contacts.pinned_note is the text of the contact's pinned note. A personal note is its author's alone: its
events name no contact and hold nothing but that it became personal or shared. A shared note's text is in its own
note.updated events and nowhere else, and it leaves them when the note becomes personal or is erased.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from coterie.actions.contact_rows import columns_to_save
from coterie.actions.events import Changes, EventRow, record_events, row_of
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.ids import new_id, parse_id
from coterie.model.notes import CONTACTS_MAX, TAGS_MAX, TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store import contacts as contact_store
from coterie.store import events as event_store
from coterie.store import notes as store
from coterie.store import terms as term_store
from coterie.store.database import Tx
from coterie.store.merges import lock_survivors
from coterie.store.revisions import lock_contacts

Fields = Mapping[str, Any]


def create_note(tx: Tx, caller: Caller, fields: Fields) -> Note:
    """Creates a note of the caller from the fields update_note takes; text is required.

    Raises Invalid as update_note does.
    """
    note = _blank(caller)
    columns, contact_ids, tag_ids = _check(tx, caller, note, {"text": None, **fields})
    note = replace(note, **columns)
    lock_contacts(tx, caller.organization_id, contact_ids or ())
    store.insert_note(tx, caller.organization_id, note, contact_ids or ())
    store.add_note_tags(tx, caller.organization_id, note.id, tag_ids or ())
    _record(tx, caller, "note.created", note, contact_ids or ())
    return note


def update_note(tx: Tx, caller: Caller, note_id: str, fields: Fields) -> Note:
    """Changes the given fields of a note: text, is_personal, contacts and tags (uuids; each the whole set).

    Deleted contacts and tags stay linked: a caller who sends a whole set does not see them. Raises NotFound if the
    note is deleted or the caller may not see it; Invalid if the text is empty or too long, a contact or tag does not
    exist, there are more than 500 contacts or 100 tags, or another user's note would become personal.
    """
    before = _find(tx, caller, note_id)
    if before.deleted_at is not None:
        raise NotFound("Note not found")
    columns, contact_ids, tag_ids = _check(tx, caller, before, fields)
    after, changes = replace(before, **columns), dict[str, tuple[Any, Any]]()
    about = store.list_contacts_of_note(tx, caller.organization_id, note_id)
    lock_contacts(tx, caller.organization_id, {*about, *(contact_ids or ())})
    if contact_ids is not None:
        changes["contacts"] = _set_contacts(tx, caller, note_id, contact_ids)
    if tag_ids is not None:
        changes["tags"] = _set_tags(tx, caller, note_id, tag_ids)
    changes |= {name: (getattr(before, name), getattr(after, name)) for name in ("text", "is_personal")}
    changes = {name: change for name, change in changes.items() if change[0] != change[1]}
    if not changes:
        return before
    after = replace(after, updated_at=times.now())
    store.save_note(tx, caller.organization_id, before, after)
    now_about = store.list_contacts_of_note(tx, caller.organization_id, note_id)
    _record_update(tx, caller, (before, about), (after, now_about), changes)
    return after


def delete_note(tx: Tx, caller: Caller, note_id: str) -> Note:
    """Deletes a note so that it can be restored. Deleting it again changes nothing."""
    before = _find(tx, caller, note_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, "note.deleted", before, replace(before, deleted_at=now, updated_at=now))


def restore_note(tx: Tx, caller: Caller, note_id: str) -> Note:
    """Restores a deleted note with its contacts and tags. One that is not deleted stays unchanged."""
    before = _find(tx, caller, note_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "note.restored", before, replace(before, deleted_at=None, updated_at=times.now()))


def erase_note(tx: Tx, caller: Caller, note_id: str) -> None:
    """Erases a note, deleted or not, and its text in events."""
    note = _find(tx, caller, note_id)
    about = store.list_contacts_of_note(tx, caller.organization_id, note_id)
    lock_contacts(tx, caller.organization_id, about)
    store.erase_note(tx, caller.organization_id, note)
    event_store.clear_note_texts(tx, caller.organization_id, [note_id])
    _record(tx, caller, "note.erased", note, about)


def change_pinned_note(tx: Tx, caller: Caller, contact_id: int, text: str | None) -> list[EventRow]:
    """Writes the note that Inrō shows for a contact; returns the events, which the caller records.

    None or '' deletes it, and older pinned ones, which would be shown instead. A pinned note about several contacts
    stays with the others: this contact gets its own.
    The caller saves contacts.pinned_note. Raises Invalid as check_text does.
    """
    text, organization_id = check_text("note", text), caller.organization_id
    note = store.find_pinned_note(tx, organization_id, contact_id)
    if (note.text if note else None) == text:
        return []
    rows: list[EventRow] = []
    while note is not None:
        about = store.list_contacts_of_note(tx, organization_id, note.id)
        if about != [contact_id]:
            store.remove_note_contacts(tx, organization_id, note.id, [contact_id])
            changes = {"contacts": (about, [each for each in about if each != contact_id])}
            rows.append(row_of(caller, "note.updated", note.id, contact_ids=[contact_id], changes=changes))
        else:
            rows.append(_overwrite(tx, caller, note, contact_id, text))
            if text is not None:
                return rows
        note = store.find_pinned_note(tx, organization_id, contact_id) if text is None else None
    if text is not None:
        note = replace(_blank(caller), text=text, is_pinned=True)
        store.insert_note(tx, organization_id, note, [contact_id])
        rows.append(row_of(caller, "note.created", note.id, contact_ids=[contact_id], now=note.created_at))
    return rows


def _overwrite(tx: Tx, caller: Caller, note: Note, contact_id: int, text: str | None) -> EventRow:
    """Gives a contact's own pinned note another text, or deletes it."""
    now = times.now()
    after = replace(note, text=text or note.text, updated_at=now, deleted_at=None if text else now)
    store.save_note(tx, caller.organization_id, note, after)
    kind, changes = ("note.updated", {"text": (note.text, text)}) if text else ("note.deleted", None)
    return row_of(caller, kind, note.id, contact_ids=[contact_id], changes=changes, now=now)


def remove_imported_lines(
    tx: Tx, caller: Caller, contact_id: int, lines: Collection[str], note_ids: Collection[str] | None = None
) -> None:
    """Removes lines from the unedited notes that an import wrote about a contact.

    note_ids: the notes of the import; None for all. A note that is then empty, or equal to another, is erased.
    updated_at of the others stays, so that undo removes them.
    """
    notes = store.list_notes_of(tx, caller.organization_id, [contact_id], reader_id=None).get(contact_id, [])
    for note in notes:
        rest = _without_lines(note.text, lines)
        is_imported = note.created_at == note.updated_at and (note_ids is None or note.id in note_ids)
        if not is_imported or rest == note.text:
            continue
        kind = "note.updated"
        if not rest or any(other.text == rest for other in notes):
            store.erase_note(tx, caller.organization_id, note)
            kind = "note.erased"
        else:
            store.save_note(tx, caller.organization_id, note, replace(note, text=rest))
        row = row_of(caller, kind, note.id, contact_ids=[contact_id])
        record_events(tx, caller, [row], _pinned_columns(tx, caller, [contact_id]) if note.is_pinned else None)


def _without_lines(text: str, lines: Collection[str]) -> str:
    return "\n".join(line for line in text.split("\n") if line not in lines).strip()


# Finding and saving ---------------------------------------------------------------------------------------------------


def _blank(caller: Caller) -> Note:
    now = times.now()
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


def _find(tx: Tx, caller: Caller, note_id: str) -> Note:
    note = store.find_note(tx, caller.organization_id, note_id, reader_id=caller.user_id, to_change=True)
    if note is None:
        raise NotFound("Note not found")
    return note


def _save(tx: Tx, caller: Caller, kind: str, before: Note, after: Note) -> Note:
    about = store.list_contacts_of_note(tx, caller.organization_id, after.id)
    lock_contacts(tx, caller.organization_id, about)
    store.save_note(tx, caller.organization_id, before, after)
    _record(tx, caller, kind, after, about)
    return after


def _record_update(
    tx: Tx, caller: Caller, before: tuple[Note, list[int]], after: tuple[Note, list[int]], changes: Changes
) -> None:
    """before, after: the note and its contacts. The event names only contacts that other users could or can see."""
    named = {contact_id for note, about in (before, after) if not note.is_personal for contact_id in about}
    if before[0].is_personal or after[0].is_personal:
        changes = {name: change for name, change in changes.items() if name == "is_personal"}
    if after[0].is_personal and not before[0].is_personal:
        event_store.clear_note_texts(tx, caller.organization_id, [after[0].id])
    _record_naming(tx, caller, "note.updated", after[0], named, changes)


def _record(tx: Tx, caller: Caller, kind: str, note: Note, about: Iterable[int]) -> None:
    _record_naming(tx, caller, kind, note, () if note.is_personal else about)


def _record_naming(
    tx: Tx, caller: Caller, kind: str, note: Note, contact_ids: Iterable[int], changes: Changes | None = None
) -> None:
    named = sorted(contact_ids)
    now = None if kind == "note.erased" else note.updated_at
    row = row_of(caller, kind, note.id, contact_ids=named, changes=changes, now=now)
    record_events(tx, caller, [row], _pinned_columns(tx, caller, named) if note.is_pinned else None)


def _pinned_columns(tx: Tx, caller: Caller, contact_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The columns that follow from the pinned notes of contacts, deleted ones too: they may be restored."""
    columns = {}
    for contact_id in contact_ids:
        before = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
        pinned = store.find_pinned_note(tx, caller.organization_id, contact_id)
        if before is not None:
            columns[contact_id] = columns_to_save(before, replace(before, pinned_note=pinned.text if pinned else None))
    return columns


def _set_contacts(tx: Tx, caller: Caller, note_id: str, wanted: set[int]) -> tuple[list[int], list[int]]:
    """Returns (the contacts that were not deleted before, those after)."""
    of_notes = store.list_contacts_of_notes(tx, caller.organization_id, [note_id], limit=CONTACTS_MAX)
    present = set(of_notes.get(note_id, ()))
    store.remove_note_contacts(tx, caller.organization_id, note_id, present - wanted)
    store.add_note_contacts(tx, caller.organization_id, note_id, sorted(wanted - present))
    return sorted(present), sorted(wanted)


def _set_tags(tx: Tx, caller: Caller, note_id: str, wanted: set[str]) -> tuple[list[str], list[str]]:
    of_notes = store.list_tags_of_notes(tx, caller.organization_id, [note_id], limit=TAGS_MAX)
    present = {tag.id for tag in of_notes.get(note_id, ())}
    store.remove_note_tags(tx, caller.organization_id, note_id, present - wanted)
    store.add_note_tags(tx, caller.organization_id, note_id, sorted(wanted - present))
    return sorted(present), sorted(wanted)


# Checking -------------------------------------------------------------------------------------------------------------


def check_text(field: str, text: str | None) -> str | None:
    """Returns the text stripped, None where it is empty. Raises Invalid if it has over 100,000 characters."""
    text = (text or "").strip() or None
    if text is not None and len(text) > TEXT_LENGTH_MAX:
        raise invalid(field, f"is longer than {TEXT_LENGTH_MAX} characters", kind="too_long")
    return text


def _check(
    tx: Tx, caller: Caller, note: Note, fields: Fields
) -> tuple[dict[str, Any], set[int] | None, set[str] | None]:
    """(columns, contact ids, tag ids) of the fields that are given, with every problem at once."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    contact_ids, tag_ids = None, None
    with gathering(problems):
        if "text" in fields:
            columns["text"] = check_text("text", fields["text"])
            if columns["text"] is None:
                raise invalid("text", "is empty", kind="blank")
    with gathering(problems):
        if "is_personal" in fields:
            columns["is_personal"] = _check_personal(caller, note, is_personal=bool(fields["is_personal"]))
    with gathering(problems):
        if "contacts" in fields:
            contact_ids = _contacts(tx, caller, fields["contacts"] or ())
    with gathering(problems):
        if "tags" in fields:
            tag_ids = _tags(tx, caller, fields["tags"] or ())
    if problems:
        raise Invalid(*problems)
    return columns, contact_ids, tag_ids


def _check_personal(caller: Caller, note: Note, *, is_personal: bool) -> bool:
    if is_personal and (caller.user_id is None or note.author_id != caller.user_id):
        raise invalid("is_personal", "can be set by the note's author only")
    return is_personal


def _contacts(tx: Tx, caller: Caller, uuids: Iterable[str]) -> set[int]:
    requested = _uuids("contacts", uuids, CONTACTS_MAX)
    existing = contact_store.contact_ids_by_uuid(tx, caller.organization_id, requested)
    _check_exist("contacts", requested, existing, "is not a contact of this organization")
    return set(lock_survivors(tx, caller.organization_id, existing.values()).values())


def _tags(tx: Tx, caller: Caller, ids: Iterable[str]) -> set[str]:
    requested = _uuids("tags", ids, TAGS_MAX)
    existing = term_store.existing_terms(tx, caller.organization_id, TAGS, requested)
    _check_exist("tags", requested, existing, "is not a tag of this organization")
    return existing


def _uuids(field: str, given: Iterable[str], most: int) -> list[str]:
    """The ids in the order given, canonical where they are UUIDs."""
    ids = [parse_id(each) or each for each in given]
    if len(ids) > most:
        raise invalid(field, f"has more than {most} items", kind="too_long")
    return ids


def _check_exist(field: str, ids: list[str], existing: Iterable[str], reason: str) -> None:
    stored = set(existing)
    problems = [Problem((field, str(n)), "invalid", reason) for n, each in enumerate(ids) if each not in stored]
    if problems:
        raise Invalid(*problems)
