"""Undoes events of the parts of contacts: addresses, dates, gifts, pets, notes, relationships, reminders, touches."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions import (
    addresses,
    contact_relationships,
    dates,
    gifts,
    notes,
    pets,
    reminders,
    touches,
    user_relationships,
)
from coterie.actions.undo_contacts import Left, Undo, find_contact
from coterie.model.notes import TAGS_MAX
from coterie.model.organizations import Caller
from coterie.model.reminders import Reminder
from coterie.model.undo import NotUndone, PastEvent, changed_since
from coterie.store import addresses as address_store
from coterie.store import contact_relationships as relationship_store
from coterie.store import dates as date_store
from coterie.store import gifts as gift_store
from coterie.store import notes as note_store
from coterie.store import pets as pet_store
from coterie.store import reminders as reminder_store
from coterie.store import user_relationships as user_relationship_store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

# (tx, caller, contact id or None, id of the part) -> the part, or None
Find = Callable[[Tx, Caller, int | None, str], Any]
# the same -> anything
Verb = Callable[[Tx, Caller, Any, str], Any]


class PartVerbs(Struct, frozen=True):
    """How a kind of part is found, deleted, restored and changed. Each has created_at, updated_at and deleted_at."""

    find: Find
    delete: Verb
    restore: Verb
    update: Callable[[Tx, Caller, Any, str, Mapping[str, Any]], Any]


def _of_contact(verb: Callable[..., Any]) -> Verb:
    return lambda tx, caller, contact_id, part_id: verb(tx, caller, contact_id, part_id)


def _by_id(verb: Callable[..., Any]) -> Verb:
    return lambda tx, caller, contact_id, part_id: verb(tx, caller, part_id)


def _restore_address(tx: Tx, caller: Caller, contact_id: int | None, address_id: str) -> Any:
    return addresses.update_address(tx, caller, contact_id, address_id, {}, deleted=False)


def _update_address(tx: Tx, caller: Caller, contact_id: Any, address_id: str, fields: Mapping[str, Any]) -> Any:
    texts = {name: value for name, value in fields.items() if name != "country_code"}
    return addresses.update_address(tx, caller, contact_id, address_id, texts)


def _update_pet(tx: Tx, caller: Caller, contact_id: Any, pet_id: str, fields: Mapping[str, Any]) -> Any:
    given = {name: value for name, value in fields.items() if name != "second_owner_id"}
    if "second_owner_id" in fields:
        owner_id = fields["second_owner_id"]
        given["second_owner"] = uuids_of(tx, caller.organization_id, [owner_id]).get(owner_id) if owner_id else None
    return pets.update_pet(tx, caller, contact_id, pet_id, given)


_PARTS = {
    "address": PartVerbs(
        lambda tx, caller, c, i: address_store.find_address(tx, caller.organization_id, c, i),
        _of_contact(addresses.delete_address), _restore_address, _update_address,
    ),
    "date": PartVerbs(
        lambda tx, caller, c, i: date_store.find_date(tx, caller.organization_id, c or 0, i),
        _of_contact(dates.delete_date), _of_contact(dates.restore_date), dates.update_date,
    ),
    "gift": PartVerbs(
        lambda tx, caller, c, i: gift_store.find_gift(tx, caller.organization_id, c or 0, i),
        _of_contact(gifts.delete_gift), _of_contact(gifts.restore_gift), gifts.update_gift,
    ),
    "pet": PartVerbs(
        lambda tx, caller, c, i: pet_store.find_pet(tx, caller.organization_id, c or 0, i),
        _of_contact(pets.delete_pet), _of_contact(pets.restore_pet), _update_pet,
    ),
    "note": PartVerbs(
        lambda tx, caller, c, i: note_store.find_note(tx, caller.organization_id, i, reader_id=caller.user_id),
        _by_id(notes.delete_note), _by_id(notes.restore_note),
        lambda tx, caller, c, i, fields: notes.update_note(tx, caller, i, fields),
    ),
    "contact_relationship": PartVerbs(
        lambda tx, caller, c, i: relationship_store.find_contact_relationship(tx, caller.organization_id, i),
        _by_id(contact_relationships.delete_contact_relationship),
        _by_id(contact_relationships.restore_contact_relationship),
        lambda tx, caller, c, i, f: contact_relationships.update_contact_relationship(tx, caller, i, f),
    ),
    "user_relationship": PartVerbs(
        lambda tx, caller, c, i: user_relationship_store.find_user_relationship(
            tx, caller.organization_id, caller.user_id or "", i
        ),
        _by_id(user_relationships.delete_user_relationship),
        _by_id(user_relationships.restore_user_relationship),
        lambda tx, caller, c, i, f: user_relationships.update_user_relationship(tx, caller, i, f),
    ),
}  # fmt: skip


def _find(tx: Tx, caller: Caller, event: PastEvent) -> tuple[Any, int | None]:
    """(the part, its contact). Raises NotUndone if one of them was erased, or the contact merged."""
    contact_id = find_contact(tx, caller, event.contact_ids[0]).id if event.contact_ids else None
    part = _PARTS[event.noun].find(tx, caller, contact_id, event.subject_id)
    if part is None:
        raise NotUndone("erased")
    return part, contact_id


def _delete(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Undoes that a part was created or restored."""
    part, contact_id = _find(tx, caller, event)
    if part.deleted_at is not None:
        raise NotUndone("changed_since")
    _PARTS[event.noun].delete(tx, caller, contact_id, event.subject_id)
    return ()


def _restore(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    part, contact_id = _find(tx, caller, event)
    if part.deleted_at is None:
        raise NotUndone("changed_since")
    _PARTS[event.noun].restore(tx, caller, contact_id, event.subject_id)
    return ()


def _update(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Gives the fields of a part the values before, except those that changed since."""
    part, contact_id = _find(tx, caller, event)
    if not event.changes:
        raise NotUndone("no_values")
    if part.deleted_at is not None:
        raise NotUndone("changed_since")
    changed = changed_since(lambda name: getattr(part, name), event.changes)
    fields = {name: old for name, (old, _) in event.changes.items() if name not in changed}
    if fields:
        _PARTS[event.noun].update(tx, caller, contact_id, event.subject_id, fields)
    return [NotUndone("changed_since", *changed)] if changed else ()


# Notes ----------------------------------------------------------------------------------------------------------------


def _update_note(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Texts as _update; of the contacts and tags of a note, those that the event added or removed."""
    organization_id, changes = caller.organization_id, dict[str, Any](event.changes)
    note = note_store.find_note(tx, organization_id, event.subject_id, reader_id=caller.user_id)
    if note is None:
        raise NotUndone("erased")
    if not changes:
        raise NotUndone("no_values")
    if note.deleted_at is not None:
        raise NotUndone("changed_since")
    fields: dict[str, Any] = {}
    if "contacts" in changes:
        about = note_store.list_contacts_of_note(tx, organization_id, note.id)
        fields["contacts"] = list(uuids_of(tx, organization_id, _without(about, changes.pop("contacts"))).values())
    if "tags" in changes:
        tags = note_store.list_tags_of_notes(tx, organization_id, [note.id], limit=TAGS_MAX).get(note.id, [])
        fields["tags"] = sorted(_without([tag.id for tag in tags], changes.pop("tags")))
    changed = changed_since(lambda name: getattr(note, name), changes)
    fields |= {name: old for name, (old, _) in changes.items() if name not in changed}
    if fields:
        notes.update_note(tx, caller, note.id, fields)
    return [NotUndone("changed_since", *changed)] if changed else ()


def _without(now: list[Any], change: tuple[list[Any], list[Any]]) -> set[Any]:
    """The list without the items that a change added, and with those it removed."""
    before, after = (set(each) for each in change)
    return (set(now) - (after - before)) | (before - after)


# Reminders, touches ---------------------------------------------------------------------------------------------------


def _delete_reminder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    reminders.delete_reminder(tx, caller, event.subject_id)
    return ()


def _update_reminder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Gives a reminder its fields before the change, unless it changed or was sent since."""
    before, after = (_reminder(event, name) for name in ("before", "after"))
    now = reminders.find_reminder_of_user(tx, caller, event.subject_id)
    changed = [name for name in reminders.FIELDS if getattr(now, name) != getattr(after, name)]
    if changed:
        raise NotUndone("changed_since", *changed)
    reminders.save_as_before(tx, caller, now, before)
    return ()


def _insert_reminder(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    reminder = _reminder(event, "before")
    if reminder.user_id != caller.user_id:
        raise NotUndone("not_yours")
    if reminder.contact_id is not None:
        reminder = replace(reminder, contact_id=find_contact(tx, caller, reminder.contact_id).id)
    if reminder_store.find_reminder(tx, caller.organization_id, reminder.id) is not None:
        raise NotUndone("changed_since")
    reminders.insert_again(tx, caller, reminder)
    return ()


def _reminder(event: PastEvent, name: str) -> Reminder:
    if name not in event.undo:
        raise NotUndone("no_values")
    return msgspec.convert(event.undo[name], type=Reminder)


def _delete_touch(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    contact = find_contact(tx, caller, event.contact_ids[0])
    touches.delete_touch(tx, caller, contact.id, event.subject_id)
    return ()


def _restore_touch(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    contact = find_contact(tx, caller, event.contact_ids[0])
    touches.restore_touch(tx, caller, contact.id, event.subject_id)
    return ()


UNDO: dict[str, Undo] = {
    **{f"{noun}.created": _delete for noun in _PARTS},
    **{f"{noun}.restored": _delete for noun in _PARTS},
    **{f"{noun}.deleted": _restore for noun in _PARTS},
    **{f"{noun}.updated": _update for noun in _PARTS},
    "note.updated": _update_note,
    "reminder.created": _delete_reminder,
    "reminder.updated": _update_reminder,
    "reminder.deleted": _insert_reminder,
    "interaction.logged": _delete_touch,
    "interaction.deleted": _restore_touch,
}
