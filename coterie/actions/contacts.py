"""Creates, updates, deletes, restores and erases contacts. Every door changes contacts through these."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from coterie.actions.consequences import consequence_rows, lock_affected
from coterie.actions.contact_rows import (
    add_contacts,
    changed_columns,
    record_created,
    save_contact,
    summary_of,
)
from coterie.actions.erasure import erase_contacts
from coterie.actions.events import Changes, EventRow, record_events, row_of
from coterie.actions.folders import change_folders
from coterie.actions.handles import (
    handles_for_undo,
    is_username_taken,
    make_username_former,
    new_primary,
    save_handles,
    set_primary,
)
from coterie.actions.import_retention import scrub_erased_contacts
from coterie.actions.notes import change_pinned_note, check_text
from coterie.actions.properties import change_values
from coterie.actions.quotas import check_contacts
from coterie.actions.reminders import refresh_dates
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.contacts import GENDERS, GRADES, STATUSES, SUBSCRIBED, TEXTS, Contact, with_current_name
from coterie.model.handles import SUMMARY_COLUMNS, UNSAFE_LINK, Handle, is_unsafe_link
from coterie.model.ids import new_id
from coterie.model.names import NAME_PARTS, columns_of_name, formatted_name, join_name
from coterie.model.organizations import Caller
from coterie.store import contact_relationships as relationship_store
from coterie.store import contacts as store
from coterie.store import handles as handle_store
from coterie.store import merges as merge_store
from coterie.store import pets as pet_store
from coterie.store.database import Tx

_CHANNELS = {column: channel for channel, column in SUMMARY_COLUMNS.items()}
_CHOICES = {"status": STATUSES, "gender": GENDERS}
REAL_NAME_LENGTH_MAX = 500
Fields = Mapping[str, Any]


def create_contact(tx: Tx, caller: Caller, fields: Fields) -> Contact:
    """Creates a contact from the fields update_contact takes. Does not look for duplicates.

    Raises Invalid as update_contact does.
    """
    now, contact_id = times.now(), store.next_contact_ids(tx, caller.organization_id)
    columns: dict[str, Any] = dict.fromkeys(store.COLUMNS) | {"status": SUBSCRIBED, "created_at": now}
    blank = Contact(**columns | {"id": contact_id, "uuid": new_id(), "updated_at": now, "revision": 0})
    contact = replace(blank, **check_columns(fields))
    problems: list[Problem] = []
    handles = _change_handles(tx, caller, contact_id, [], fields, problems)
    with gathering(problems):
        contact = replace(contact, pinned_note=check_text("note", fields.get("note")))
    check_contacts(tx, caller)
    (contact,) = add_contacts(tx, caller, [(contact, handles)])
    values, rows = _change_parts(tx, caller, contact_id, fields, problems)
    if problems:
        raise Invalid(*problems)
    changes = {**_without_note(changed_columns(blank, contact)), **values}
    created = row_of(caller, "contact.created", contact_id, contact_ids=[contact_id], changes=changes, now=now)
    return record_created(tx, caller, [contact], [created, *rows])[0]


def update_contact(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> Contact:
    """Changes the given fields of a contact and no others; returns it as saved.

    fields: columns of TEXTS (None or '' clears), is_follower, relationship_grade; real_name (one text, stored as
    written and split into the parts of a name; the present one changes nothing); username, email, phone, website,
    linkedin_url (the primary handle of a channel); note (the pinned one); folder_ids (the whole set); properties
    ({slug: value}, None clears).
    Raises NotFound if the contact does not exist or is deleted; Invalid with a problem for each field.
    """
    before = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if before is None or before.deleted_at is not None:
        raise NotFound("Contact not found")
    contact_id = before.id  # an old id means the contact it was merged into
    columns = check_columns(fields, before)
    after = with_current_name(before, replace(before, **columns))
    problems: list[Problem] = []
    handles, undo = None, None
    if not fields.keys().isdisjoint(_CHANNELS):
        stored = handle_store.list_handles(tx, caller.organization_id, contact_id)
        changed = _change_handles(tx, caller, contact_id, stored, fields, problems)
        if changed != stored and not problems:
            handles = save_handles(tx, caller, stored, changed)
            undo = handles_for_undo(stored, handles)
            after = replace(after, **summary_of(handles))
    if "note" in fields:
        with gathering(problems):
            after = replace(after, pinned_note=check_text("note", fields["note"]))
    values, rows = _change_parts(tx, caller, contact_id, fields, problems)
    if problems:
        raise Invalid(*problems)
    changes = {**_without_note(changed_columns(before, after)), **values}
    if changes or handles is not None:
        row = row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id], changes=changes, undo=undo)
        rows = [row, *rows]
    saved = save_contact(tx, caller, before, after, rows, handles=handles)
    if saved.birthday != before.birthday:
        refresh_dates(tx, caller.organization_id, contact_id=contact_id)
    return saved


def _change_handles(
    tx: Tx, caller: Caller, contact_id: int, handles: list[Handle], fields: Fields, problems: list[Problem]
) -> list[Handle]:
    """The handles as the fields want them; nothing is written."""
    for column in [column for column in _CHANNELS if column in fields]:
        with gathering(problems):
            primary = new_primary(tx, caller, contact_id, _CHANNELS[column], fields[column], column)
            handles = set_primary(handles, _CHANNELS[column], primary)
    return handles


def _change_parts(
    tx: Tx, caller: Caller, contact_id: int, fields: Fields, problems: list[Problem]
) -> tuple[Changes, list[EventRow]]:
    """Writes the parts in other tables: (changes of properties, the events of the other parts)."""
    values: Changes = {}
    rows: list[EventRow] = []
    if "note" in fields:
        with gathering(problems):
            rows += change_pinned_note(tx, caller, contact_id, fields["note"])
    if "folder_ids" in fields:
        with gathering(problems):
            rows += change_folders(tx, caller, contact_id, fields["folder_ids"])
    if "properties" in fields:
        with gathering(problems):
            values = change_values(tx, caller, contact_id, fields["properties"])
    return values, rows


def _without_note(changes: Changes) -> Changes:
    """A note's text is in the events of the note alone, which lose it when the note becomes personal."""
    return {name: change for name, change in changes.items() if name != "pinned_note"}


def check_columns(fields: Fields, before: Contact | None = None) -> dict[str, Any]:
    """Returns the columns among the fields, of a contact that exists or a new one. Raises Invalid with every problem:
    too long, no valid choice or date."""
    columns: dict[str, Any] = {name: fields[name] for name in ("is_follower", "relationship_grade") if name in fields}
    problems: list[Problem] = []
    for name in [name for name in TEXTS if name in fields]:
        with gathering(problems):
            columns[name] = _check_text(name, fields[name], TEXTS[name])
    if columns.get("relationship_grade") not in (None, *GRADES):
        problems.append(Problem(("relationship_grade",), "choice", f"must be {GRADES[0]} to {GRADES[-1]}"))
    if "real_name" in fields:
        with gathering(problems):
            text = _check_text("real_name", fields["real_name"], REAL_NAME_LENGTH_MAX)
            columns |= _columns_of_real_name(text, columns, before)
    if problems:
        raise Invalid(*problems)
    return columns


def _columns_of_real_name(text: str | None, given: Mapping[str, Any], before: Contact | None) -> dict[str, Any]:
    """The columns of a whole name, next to the parts that the same fields give.

    A client that sends back all it has read and has changed one part means that part: the present whole name changes
    nothing. A part next to another whole name counts unless it is the present one, which the client has only read. An
    empty part next to a whole name clears nothing.
    """
    if before is not None and text == before.full_name:
        return {name: getattr(before, name) for name in NAME_PARTS if not given.get(name)}
    columns = columns_of_name(text)
    parts = [name for name in (*NAME_PARTS, "maiden_name") if given.get(name)]
    own = {name: given[name] for name in parts if before is None or given[name] != getattr(before, name)}
    if not text or not own:
        return columns | own
    columns |= own
    return columns | {"formatted_name": formatted_name(text, join_name(*(columns[name] for name in NAME_PARTS)))}


def _check_text(name: str, value: str | None, length: int) -> str | None:
    text = (value or "").strip() or None
    if text is not None and len(text) > length:
        raise invalid(name, f"is longer than {length} characters", kind="too_long")
    if text and name == "profile_picture_url" and is_unsafe_link(text):
        raise invalid(name, UNSAFE_LINK)
    if name == "status":
        text = text or SUBSCRIBED
    if text and name in _CHOICES and text not in _CHOICES[name]:
        raise invalid(name, f"must be one of {', '.join(_CHOICES[name])}", kind="choice")
    return times.parse_date(text, name) if text and name == "birthday" else text


# Deleting -------------------------------------------------------------------------------------------------------------


def delete_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    """Deletes a contact so that it can be restored; its parts stay. Deleting it again changes nothing."""
    contact_id = merge_store.find_survivor(tx, caller.organization_id, contact_id)
    locked = lock_affected(tx, caller, [contact_id, *_list_shown_related(tx, caller, contact_id)])
    before = _find(tx, caller, contact_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    rows = [row_of(caller, "contact.deleted", contact_id, contact_ids=[contact_id], now=now)]
    related = _list_shown_related(tx, caller, contact_id)
    rows += consequence_rows(tx, caller, "contact.related_changed", contact_id, related, locked)
    return save_contact(tx, caller, before, replace(before, deleted_at=now), rows)


def restore_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    """Restores a deleted contact as it was. One that is not deleted stays unchanged.

    A username that another contact has taken becomes a former one. Raises Invalid if the organization has as many
    contacts as its quota allows.
    """
    contact_id = merge_store.find_survivor(tx, caller.organization_id, contact_id)
    locked = lock_affected(tx, caller, [contact_id, *_list_shown_related(tx, caller, contact_id)])
    before = _find(tx, caller, contact_id)
    if before.deleted_at is None:
        return before
    check_contacts(tx, caller)
    rows = [row_of(caller, "contact.restored", contact_id, contact_ids=[contact_id])]
    related = _list_shown_related(tx, caller, contact_id)
    rows += consequence_rows(tx, caller, "contact.related_changed", contact_id, related, locked)
    handles, lost = _give_up_taken_username(tx, caller, before)
    return save_contact(tx, caller, before, replace(before, deleted_at=None), [*rows, *lost], handles=handles)


def _give_up_taken_username(tx: Tx, caller: Caller, contact: Contact) -> tuple[list[Handle] | None, list[EventRow]]:
    if contact.username is None or not is_username_taken(tx, caller, contact.id, contact.username):
        return None, []
    return make_username_former(tx, caller, contact.id, contact.username)


def erase_contact(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Erases a contact, deleted or not, and the contacts that were merged into it; the worker scrubs them from the rows
    of imports. Tombstones stay."""
    contact_id = merge_store.find_survivor(tx, caller.organization_id, contact_id)
    locked = lock_affected(tx, caller, [contact_id, *list_related(tx, caller, [contact_id])])
    _find(tx, caller, contact_id)
    related = list_related(tx, caller, [contact_id])
    erased = [contact_id, *merge_store.list_merged_into(tx, caller.organization_id, [contact_id])]
    erase_contacts(tx, caller, erased)
    scrub_erased_contacts(tx, caller)
    rows = [row_of(caller, "contact.erased", each, contact_ids=[each]) for each in erased]
    rows += consequence_rows(tx, caller, "contact.related_changed", contact_id, related, locked)
    record_events(tx, caller, rows)


def list_related(tx: Tx, caller: Caller, contact_ids: Sequence[int]) -> list[int]:
    """The other contacts whose relationships and pets change when these are erased, by id."""
    found = relationship_store.related_contact_ids(tx, caller.organization_id, contact_ids, include_deleted=True)
    found |= pet_store.other_owner_ids(tx, caller.organization_id, contact_ids)
    return sorted(found.difference(contact_ids))


def _list_shown_related(tx: Tx, caller: Caller, contact_id: int) -> list[int]:
    """The other contacts whose relationships to this one are not shown while it is deleted, by id."""
    return sorted(relationship_store.related_contact_ids(tx, caller.organization_id, [contact_id]))


def _find(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    contact = store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact
