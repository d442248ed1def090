"""What can happen to contacts: create, update, delete, restore, erase. Every door changes a contact through these."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import astuple, replace

from coterie.actions.attachments import forget_files_of
from coterie.actions.events import record
from coterie.actions.folders import set_folders
from coterie.actions.handles import refresh_summary, save_differences, set_primary_handle
from coterie.actions.import_retention import scrub_erased_contacts
from coterie.actions.notes import set_pinned_note
from coterie.actions.properties import set_values
from coterie.actions.reminders import refresh_dates
from coterie.errors import Invalid, NotFound, Problem
from coterie.model import times
from coterie.model.contacts import (
    GENDERS,
    GRADES,
    NAME_PARTS,
    STATUSES,
    SUBSCRIBED,
    TEXTS,
    Contact,
    sort_keys,
    split_name,
)
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS
from coterie.search import unindex_contact
from coterie.store import contacts as store
from coterie.store import events as event_store
from coterie.store import folders as folder_store
from coterie.store import handles as handle_store
from coterie.store import notes as note_store
from coterie.store import terms as term_store
from coterie.store.counters import add_to_count
from coterie.store.database import Tx

_INDEXED = {"display_name", *NAME_PARTS, "nickname", "employer"}
_CHANNELS = {column: channel for channel, column in SUMMARY_COLUMNS.items()}
Fields = Mapping[str, Any]


def create_contact(tx: Tx, caller: Caller, fields: Fields) -> Contact:
    """A new contact from the fields update_contact takes. Nothing is checked for duplicates.

    Refused: what update_contact refuses.
    """
    now = times.now()
    values: dict[str, Any] = dict.fromkeys(store.COLUMNS)
    values |= {
        "id": store.next_contact_ids(tx, caller.organization_id),
        "uuid": new_id(),
        "status": SUBSCRIBED,
        "created_at": now,
        "updated_at": now,
    }
    blank = Contact(**values)
    contact = replace(blank, **check_columns(fields))
    store.insert_contact(tx, caller.organization_id, contact, sort_keys(contact))
    changes = _changes(blank, contact) | {name: (None, fields[name]) for name in _CHANNELS if fields.get(name)}
    record(tx, caller, "contact.created", contact.id, contact_id=contact.id, changes=changes, now=now)
    return _set_parts(tx, caller, contact, contact, fields, is_new=True)


def update_contact(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> Contact:
    """Change the fields named, and no others; the contact as it is then.

    fields: columns of TEXTS (None or '' clears them), is_follower, relationship_grade; real_name (one text, split
    into the parts of a name); username, email, phone, website, linkedin_url (the primary handle of a channel);
    note (the pinned one); folder_ids (the whole set); properties ({slug: value}, None clears).
    Refused: a contact that does not exist or is deleted; a field with a value it cannot have (Invalid names it).
    """
    before = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if before is None or before.deleted_at is not None:
        raise NotFound("Contact not found")
    after = replace(before, **check_columns(fields))
    contact = _set_parts(tx, caller, before, after, fields)
    if contact.birthday != before.birthday:
        refresh_dates(tx, caller.organization_id, contact_id=contact_id)
    changes = _changes(before, contact)
    if changes:
        record(
            tx,
            caller,
            "contact.updated",
            contact_id,
            contact_id=contact_id,
            changes=changes,
            now=contact.updated_at,
        )
    return contact


def _set_parts(
    tx: Tx, caller: Caller, before: Contact, contact: Contact, fields: Fields, *, is_new: bool = False
) -> Contact:
    """Set what lies in other tables, then bring the contact's own row in step."""
    problems: list[Problem] = []
    handles: list[Handle] | None = None
    handles_before: list[Handle] | None = None
    for column, channel in _CHANNELS.items():
        if column in fields:
            if handles is None:
                handles = [] if is_new else handle_store.list_handles(tx, caller.organization_id, contact.id)
                handles_before = list(handles)
            try:
                set_primary_handle(tx, caller, contact, handles, channel, value=fields[column], field=column)
            except Invalid as error:
                problems += error.problems
    parts_changed = False
    if "note" in fields:
        note, parts_changed = set_pinned_note(tx, caller, contact.id, fields["note"])
        contact = replace(contact, pinned_note=note)
    for name, set_part in (("folder_ids", set_folders), ("properties", set_values)):
        if name in fields:
            try:
                parts_changed |= set_part(tx, caller, contact.id, fields[name])
            except Invalid as error:
                problems += error.problems
    if problems:
        raise Invalid(*problems)
    handles_changed = handles != handles_before
    if (contact != before or parts_changed or handles_changed) and not is_new:
        contact = replace(contact, updated_at=times.now())
    if is_new or handles_changed or any(getattr(contact, n) != getattr(before, n) for n in _INDEXED):
        return refresh_summary(tx, caller, before, contact, handles)
    save_differences(tx, caller, before, contact)
    return contact


def check_columns(fields: Fields) -> dict[str, Any]:
    """The columns among the fields, checked: too long, a status or gender that is none, a date that does not exist."""
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, length in TEXTS.items():
        if name in fields:
            try:
                columns[name] = _text(name, fields[name], length)
            except Invalid as error:
                problems += error.problems
    for name in ("is_follower", "relationship_grade"):
        if name in fields:
            columns[name] = fields[name]
    if columns.get("relationship_grade") not in (None, *GRADES):
        problems.append(Problem(("relationship_grade",), "choice", "is not 0 to 5"))
    if "real_name" in fields:
        text = _text("real_name", fields["real_name"], 500)
        columns |= split_name(text) if text else dict.fromkeys(NAME_PARTS)
    if problems:
        raise Invalid(*problems)
    return columns


def _text(name: str, value: str | None, length: int) -> str | None:
    text = (value or "").strip() or None
    if text is not None and len(text) > length:
        raise Invalid(Problem((name,), "too_long", f"is longer than {length} characters"))
    if name == "status":
        text = text or SUBSCRIBED
        if text not in STATUSES:
            raise Invalid(Problem((name,), "choice", f"is not one of {', '.join(STATUSES)}"))
    if name == "gender" and text not in (None, *GENDERS):
        raise Invalid(Problem((name,), "choice", f"is not one of {', '.join(GENDERS)}"))
    if name == "birthday" and text:
        text = times.parse_date(text, name)
    return text


def _changes(before: Contact, after: Contact) -> dict[str, tuple[Any, Any]]:
    values = zip(store.COLUMNS, astuple(before), astuple(after), strict=True)
    return {name: (old, new) for name, old, new in values if new != old and name not in ("updated_at", "revision")}


# Deleting -------------------------------------------------------------------------------------------------------------


def delete_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    """Delete a contact so that it can be restored; its parts stay as they are. Deleting twice changes nothing."""
    before = _find(tx, caller, contact_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    after = replace(before, deleted_at=now, updated_at=now)
    save_differences(tx, caller, before, after)
    unindex_contact(tx, caller.organization_id, contact_id)
    _count(tx, caller, contact_id, -1)
    record(tx, caller, "contact.deleted", contact_id, contact_id=contact_id, now=now)
    return after


def restore_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    """Bring a deleted contact back, as it was. One that is not deleted stays as it is."""
    before = _find(tx, caller, contact_id)
    if before.deleted_at is None:
        return before
    now = times.now()
    after = refresh_summary(tx, caller, before, replace(before, deleted_at=None, updated_at=now))
    _count(tx, caller, contact_id, 1)
    record(tx, caller, "contact.restored", contact_id, contact_id=contact_id, now=now)
    return after


def erase_contact(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Remove a contact for good, deleted before or not: its parts, its search words, the values in its events."""
    contact = _find(tx, caller, contact_id)
    if contact.deleted_at is None:
        _count(tx, caller, contact_id, -1)
        unindex_contact(tx, caller.organization_id, contact_id)
    event_store.clear_changes_of_contacts(tx, caller.organization_id, [contact_id])
    note_store.erase_notes_only_about(tx, caller.organization_id, contact_id)
    forget_files_of(tx, caller, contact_id)
    scrub_erased_contacts(tx, caller)
    store.erase_contact(tx, caller.organization_id, contact_id)
    record(tx, caller, "contact.erased", contact_id, contact_id=contact_id)


def _find(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    contact = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact


def _count(tx: Tx, caller: Caller, contact_id: int, by: int) -> None:
    """The kept counts follow: of the organization, of the folders and lists the contact is in."""
    add_to_count(tx, caller.organization_id, store.COUNT, by)
    folder_store.count_contact(tx, caller.organization_id, contact_id, by)
    for vocabulary in (TAGS, EXPERTISES):
        term_store.count_contact(tx, caller.organization_id, vocabulary, contact_id, by)
