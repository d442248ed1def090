"""Changes of handles.

Guarantees. A value occurs once among a contact's handles in use. A channel has at most one primary handle, and one if
a contact has handles in use there, unless Inrō cleared it.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from coterie.actions.contact_rows import save_contact
from coterie.actions.events import Changes, EventRow, row_of
from coterie.errors import NotFound, invalid
from coterie.model import handles as rules
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import handles as store
from coterie.store.database import Tx

HANDLES_MAX = 500


def add_handle(
    tx: Tx, caller: Caller, contact_id: int, channel: str, value: str, field: str, label: str | None = None
) -> Handle:
    """Adds a handle to a contact and returns it; the first one on a channel becomes primary.

    A handle the contact has already is returned unchanged. Raises NotFound if the contact does not exist; Invalid if
    the channel does not accept the value, the label is too long, another contact has the username, or the contact has
    500 handles.
    """
    contact = _contact_to_change(tx, caller, contact_id)
    contact_id = contact.id
    handles = store.list_handles(tx, caller.organization_id, contact_id)
    handle = new_handle(caller, contact_id, channel, value, field, label=rules.parse_label(label))
    same = next((h for h in handles if h.channel == channel and h.normalized == handle.normalized), None)
    if same is not None and not same.is_former:
        return same
    if len(handles) >= HANDLES_MAX:
        raise invalid(field, f"exceeds the limit of {HANDLES_MAX} per contact")
    if channel == INSTAGRAM:
        check_username_is_free(tx, caller, contact_id, handle.normalized, field)
    saved = save_handles(tx, caller, handles, promote_oldest(_put(handles, handle), channel))
    return _finish(tx, caller, contact, (handles, saved), "contact.handle_added", (None, _by_id(saved, handle.id)))


def update_handle(
    tx: Tx,
    caller: Caller,
    contact_id: int,
    handle_id: str,
    *,
    channel: str,
    field: str,
    value: str | None = None,
    label: str | None | UnsetType = UNSET,
    deleted: bool | None = None,
) -> Handle:
    """Changes the value or the label of a handle, restores it (deleted=False) or deletes it (deleted=True).

    value, deleted: None changes nothing. label: None removes it.

    Raises NotFound if the contact does not have the handle on this channel; Invalid if the channel does not accept
    the value, another handle in use has it already, or the label is too long.
    """
    contact = _contact_to_change(tx, caller, contact_id)
    contact_id = contact.id
    before = _find(tx, caller, contact_id, handle_id, channel)
    after = before
    if value is not None:
        normalized = new_handle(caller, contact_id, channel, value, field)
        after = replace(after, value=normalized.value, normalized=normalized.normalized)
    if label is not UNSET:
        after = replace(after, label=rules.parse_label(label))
    if deleted is not None:
        after = replace(after, deleted_at=(before.deleted_at or times.now()) if deleted else None)
    if after == before:
        return before
    handles = store.list_handles(tx, caller.organization_id, contact_id)
    if after.deleted_at is None and any(
        h.channel == channel and h.normalized == after.normalized and h.id != handle_id for h in handles
    ):
        raise invalid(field, "is already stored for this contact", kind="taken")
    has_primary = any(h.is_primary for h in handles if h.channel == channel and h.id != handle_id)
    after = replace(after, is_primary=before.is_primary and not has_primary and not after.deleted_at)
    handles = _put(handles, before)  # a deleted one is not among them
    saved = save_handles(tx, caller, handles, promote_oldest(_put(handles, after), channel))
    return _finish(tx, caller, contact, (handles, saved), _kind(before, after), (before, _by_id(saved, handle_id)))


def _kind(before: Handle, after: Handle) -> str:
    if before.deleted_at and not after.deleted_at:
        return "contact.handle_restored"
    if after.deleted_at and not before.deleted_at:
        return "contact.handle_deleted"
    return "contact.handle_updated"


def delete_handle(tx: Tx, caller: Caller, contact_id: int, handle_id: str, *, channel: str) -> Handle:
    """Deletes a handle so that it can be restored; deleting it again changes nothing."""
    return update_handle(tx, caller, contact_id, handle_id, channel=channel, field=channel, deleted=True)


def erase_handle(tx: Tx, caller: Caller, contact_id: int, handle_id: str, *, channel: str) -> None:
    """Erases a handle, deleted or not. Raises NotFound if the contact does not have it on this channel."""
    contact = _contact_to_change(tx, caller, contact_id)
    contact_id = contact.id
    before = _find(tx, caller, contact_id, handle_id, channel)
    store.delete_handle(tx, caller.organization_id, contact_id, handle_id)
    rest = store.list_handles(tx, caller.organization_id, contact_id)
    saved = save_handles(tx, caller, rest, promote_oldest(rest, channel))
    _finish(tx, caller, contact, (rest, saved), "contact.handle_erased", (before, None))


# Lists of handles -----------------------------------------------------------------------------------------------------


def new_handle(caller: Caller, contact_id: int, channel: str, value: str, field: str, **details: Any) -> Handle:
    """Returns a handle that is not stored yet. Raises Invalid as model.handles.normalize does."""
    typed, normalized = rules.normalize(channel, value, caller.country, field)
    now = times.now()
    return Handle(
        contact_id=contact_id,
        id=new_id(),
        channel=channel,
        value=typed,
        normalized=normalized,
        **{"label": None, "is_primary": False, "is_former": False, **details},
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


def check_username_is_free(tx: Tx, caller: Caller, contact_id: int | None, normalized: str, field: str) -> None:
    """Raises Invalid if another contact has this username now: on Instagram it names one account."""
    if is_username_taken(tx, caller, contact_id, normalized):
        raise invalid(field, "is the username of another contact", kind="taken")


def is_username_taken(tx: Tx, caller: Caller, contact_id: int | None, normalized: str) -> bool:
    """Whether another contact has this username now. No other writer takes it before the commit."""
    store.lock_usernames(tx, caller.organization_id, [normalized])
    owner = contact_store.find_contact_by_handle(tx, caller.organization_id, INSTAGRAM, normalized)
    return owner is not None and owner.id != contact_id and owner.username == normalized


def new_primary(tx: Tx, caller: Caller, contact_id: int, channel: str, value: str | None, field: str) -> Handle | None:
    """Returns a handle for set_primary; None where the value is empty. Raises Invalid as add_handle does."""
    if not value or not value.strip():
        return None
    handle = new_handle(caller, contact_id, channel, value, field, is_primary=True)
    if channel == INSTAGRAM:
        check_username_is_free(tx, caller, contact_id, handle.normalized, field)
    return handle


def set_primary(handles: list[Handle], channel: str, new: Handle | None) -> list[Handle]:
    """Returns the handles with another primary one on a channel. Pure: save_handles writes the difference.

    A value the contact has already becomes the primary. Otherwise the current primary takes the new value (the same
    row, so that R0 sees it change); but a username that changes stays as a former one. None deletes the primary; the
    other handles stay, and none of them becomes primary: a user who clears the e-mail address does not expect another.
    """
    current = next((h for h in handles if h.channel == channel and h.is_primary), None)
    if new is None:
        if current is None:
            return handles
        return _put(handles, replace(current, is_primary=False, deleted_at=times.now()))
    same = next((h for h in handles if h.channel == channel and h.normalized == new.normalized), None)
    if same is not None:
        primary = replace(same, value=new.value, is_primary=True, is_former=False)
    elif current is not None and channel != INSTAGRAM:
        primary = replace(current, value=new.value, normalized=new.normalized)
    else:
        primary = new
    if current is not None and primary.id != current.id:
        handles = _put(handles, replace(current, is_primary=False, is_former=channel == INSTAGRAM))
    return _put(handles, primary)


def make_username_former(tx: Tx, caller: Caller, contact_id: int, username: str) -> tuple[list[Handle], list[EventRow]]:
    """Makes a contact's username a former one, by which it is still found: (its handles as saved, the events).

    The caller saves the contact with them.
    """
    stored = store.list_handles(tx, caller.organization_id, contact_id)
    lost = [h for h in stored if h.channel == INSTAGRAM and h.normalized == username and not h.is_former]
    former = [replace(handle, is_primary=False, is_former=True) if handle in lost else handle for handle in stored]
    changes, undo = {INSTAGRAM: (username, None), "is_former": (None, True)}, handles_for_undo(stored, former)
    rows = [
        row_of(caller, "contact.handle_updated", handle.id, contact_ids=[contact_id], changes=changes, undo=undo)
        for handle in lost
    ]
    return save_handles(tx, caller, stored, former), rows


def promote_oldest(handles: list[Handle], channel: str) -> list[Handle]:
    """Returns the handles with a primary one on the channel: where it has none, the oldest in use becomes it."""
    in_use = [h for h in handles if h.channel == channel and not h.is_former and h.deleted_at is None]
    if not in_use or any(h.is_primary for h in in_use):
        return handles
    return _put(handles, replace(in_use[0], is_primary=True))


def save_handles(tx: Tx, caller: Caller, before: Sequence[Handle], after: Sequence[Handle]) -> list[Handle]:
    """Writes the difference between two lists of one contact's handles; returns the second as saved.

    The caller saves the contact with them.
    """
    stored, now = {handle.id: handle for handle in before}, times.now()
    changed = {h.id: replace(h, updated_at=now) for h in after if h.id in stored and h != stored[h.id]}
    for handle in changed.values():
        store.save_handle(tx, caller.organization_id, handle)
    store.insert_handles(tx, caller.organization_id, [handle for handle in after if handle.id not in stored])
    return [changed.get(handle.id, handle) for handle in after]


def handle_changes(before: Handle | None, after: Handle | None) -> Changes:
    """{channel: (value before, after)}, None where it is deleted; then label and flags, where they differ."""
    old, new = (None if handle is None or handle.deleted_at else handle for handle in (before, after))
    if old is None and new is None:
        old, new = before, after
    handle = old or new
    assert handle is not None
    changes: dict[str, tuple[Any, Any]] = {handle.channel: (old and old.value, new and new.value)}
    for name in ("label", "is_primary", "is_former"):
        values = (getattr(old, name, None) or None, getattr(new, name, None) or None)
        if values[0] != values[1]:
            changes[name] = values
    return changes


def handles_for_undo(before: Sequence[Handle], after: Sequence[Handle]) -> dict[str, Any]:
    """The data for undo in the event of a change of a contact's handles: the pairs (before, after) that differ.

    None stands for a handle that was not there.
    """
    old, new = ({handle.id: handle for handle in handles} for handles in (before, after))
    pairs = [(old.get(each), new.get(each)) for each in old | new]
    return {"handles": [pair for pair in pairs if not _is_same(*pair)]}


def _is_same(before: Handle | None, after: Handle | None) -> bool:
    return before is not None and after is not None and replace(before, updated_at=after.updated_at) == after


def _put(handles: list[Handle], handle: Handle) -> list[Handle]:
    """The list with this handle in it, in the place of the one with its id; oldest first."""
    return sorted([*(each for each in handles if each.id != handle.id), handle], key=lambda each: each.id)


def _by_id(handles: list[Handle], handle_id: str) -> Handle:
    return next(handle for handle in handles if handle.id == handle_id)


# Saving one -----------------------------------------------------------------------------------------------------------


def _contact_to_change(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact


def _find(tx: Tx, caller: Caller, contact_id: int, handle_id: str, channel: str) -> Handle:
    handle = store.find_handle(tx, caller.organization_id, contact_id, handle_id)
    if handle is None or handle.channel != channel:
        raise NotFound(f"{channel.capitalize()} not found")
    return handle


def _finish(
    tx: Tx,
    caller: Caller,
    contact: Contact,
    handles: tuple[list[Handle], list[Handle]],
    kind: str,
    change: tuple[Handle | None, Handle | None],
) -> Handle:
    """Records the change of one handle and saves the contact with all its handles; change, handles: (before, after)."""
    before, after = change
    handle = after or before
    assert handle is not None
    changes, undo = handle_changes(before, after), handles_for_undo(*handles)
    row = row_of(caller, kind, handle.id, contact_ids=[contact.id], changes=changes, undo=undo)
    save_contact(tx, caller, contact, contact, [row], handles=handles[1])
    return handle
