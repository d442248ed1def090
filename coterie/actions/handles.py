"""What can happen to handles. Whatever happens, a channel with handles has one primary, and the contact's summary,
sort keys and search words say what its handles say."""

from typing import Any

from msgspec.structs import astuple, replace

from coterie.actions.events import record
from coterie.errors import NotFound, invalid
from coterie.model import handles as rules
from coterie.model import times
from coterie.model.contacts import KEYS_OF, Contact, sort_keys
from coterie.model.handles import INSTAGRAM, SUMMARY_COLUMNS, Handle
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.search import index_contacts
from coterie.search.contacts import words_of
from coterie.store import contacts as contact_store
from coterie.store import handles as store
from coterie.store.database import Tx

HANDLES_MAX = 500


def refresh_summary(
    tx: Tx, caller: Caller, before: Contact, contact: Contact, handles: list[Handle] | None = None
) -> Contact:
    """Bring the row of a contact in step with its handles, and save what differs from `before`; the contact as saved.

    handles are those that are not deleted, when the caller has them at hand.
    """
    handles = store.list_handles(tx, caller.organization_id, contact.id) if handles is None else handles
    primary = {handle.channel: handle.value for handle in handles if handle.is_primary}
    summary = {column: primary.get(channel) for channel, column in SUMMARY_COLUMNS.items()}
    contact = replace(contact, **summary)
    save_differences(tx, caller, before, contact)
    if contact.deleted_at is None:
        index_contacts(tx, caller.organization_id, {contact.id: words_of(contact, handles)})
    return contact


def save_differences(tx: Tx, caller: Caller, before: Contact, contact: Contact) -> None:
    """Write the columns, sort keys among them, in which a contact differs from what is stored.

    A column that did not change is left out of the statement: its indexes are not touched.
    """
    values = zip(contact_store.COLUMNS, astuple(before), astuple(contact), strict=True)
    columns = {name: new for name, old, new in values if new != old}
    if not columns:
        return
    keys = {key for name in columns for key in KEYS_OF.get(name, ())}
    old_keys = sort_keys(before, keys)
    columns |= {name: key for name, key in sort_keys(contact, keys).items() if key != old_keys[name]}
    contact_store.update_contact(tx, caller.organization_id, contact.id, columns)


def new_handle(caller: Caller, contact_id: int, channel: str, value: str, field: str, **details: Any) -> Handle:
    """A handle that is not stored yet; refused what model.handles.normalize refuses."""
    kept, normalized = rules.normalize(channel, value, caller.country, field)
    now = times.now()
    values = {"label": None, "is_primary": False, "is_former": False, **details}
    return Handle(
        contact_id,
        new_id(),
        channel,
        kept,
        normalized,
        **values,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )


def check_username_is_free(tx: Tx, caller: Caller, contact_id: int | None, normalized: str, field: str) -> None:
    """Refuse a username another contact has now: on Instagram it names one account. A former one is free."""
    owner = contact_store.find_contact_by_handle(tx, caller.organization_id, INSTAGRAM, normalized)
    if owner is not None and owner.id != contact_id and owner.username == normalized:
        raise invalid(field, "is the username of another contact", kind="taken")


def set_primary_handle(
    tx: Tx,
    caller: Caller,
    contact: Contact,
    handles: list[Handle],
    channel: str,
    value: str | None,
    field: str,
) -> None:
    """Make this the contact's primary handle on a channel; `handles`, its handles on every channel, follow.

    A value the contact has already becomes the primary. Otherwise the present primary takes the new value (the same
    row, so that R0 sees it change), but a username that changes is kept as a former one. None or '' deletes the
    primary, and the next one takes its place. The caller refreshes the summary.
    """
    current = next((h for h in handles if h.channel == channel and h.is_primary), None)
    if not value or not value.strip():
        if current is not None:
            _save(tx, caller, handles, _changed(current, is_primary=False, deleted_at=times.now()))
            handles.remove(next(h for h in handles if h.id == current.id))
            _promote(tx, caller, handles, channel)
        return
    fresh = new_handle(caller, contact.id, channel, value, field, is_primary=True)
    if channel == INSTAGRAM:
        check_username_is_free(tx, caller, contact.id, fresh.normalized, field)
    same = next((h for h in handles if h.channel == channel and h.normalized == fresh.normalized), None)
    if same is not None:
        saved = _changed(same, value=fresh.value, is_primary=True, is_former=False)
    elif current is not None and channel != INSTAGRAM:
        saved = _changed(current, value=fresh.value, normalized=fresh.normalized)
    else:
        saved = fresh
    if current is not None and saved.id != current.id:
        _save(tx, caller, handles, _changed(current, is_primary=False, is_former=channel == INSTAGRAM))
    _save(tx, caller, handles, saved)


def _changed(handle: Handle, **values: Any) -> Handle:
    """The handle with these values, and a new updated_at where any of them is new."""
    after = replace(handle, **values)
    return after if after == handle else replace(after, updated_at=times.now())


def _promote(tx: Tx, caller: Caller, handles: list[Handle], channel: str) -> None:
    """Give a channel that has handles but no primary one: the oldest that is in use."""
    on_channel = [h for h in handles if h.channel == channel and not h.is_former]
    if on_channel and not any(h.is_primary for h in on_channel):
        _save(tx, caller, handles, _changed(on_channel[0], is_primary=True))


def _save(tx: Tx, caller: Caller, handles: list[Handle], handle: Handle) -> None:
    """Store a handle, new or changed, and put it into the list at hand."""
    for position, known in enumerate(handles):
        if known.id == handle.id:
            if known != handle:
                store.save_handle(tx, caller.organization_id, handle)
            handles[position] = handle
            return
    store.insert_handles(tx, caller.organization_id, [handle])
    handles.append(handle)


# The verbs of a list of handles -------------------------------------------------------------------------------------


def _open(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact


def _close(tx: Tx, caller: Caller, contact: Contact, handles: list[Handle], channel: str) -> None:
    _promote(tx, caller, handles, channel)
    refresh_summary(tx, caller, contact, replace(contact, updated_at=times.now()), handles)


def add_handle(
    tx: Tx, caller: Caller, contact_id: int, channel: str, value: str, field: str, label: str | None = None
) -> Handle:
    """Give a contact one more way to be reached; the first on a channel is its primary.

    One the contact has already is given back as it is, so that saying it twice does no harm. Refused: an unknown
    contact, what the channel refuses, another contact's username, more than 500 handles.
    """
    contact = _open(tx, caller, contact_id)
    handles = store.list_handles(tx, caller.organization_id, contact_id)
    handle = new_handle(caller, contact_id, channel, value, field, label=label)
    same = next((h for h in handles if h.channel == channel and h.normalized == handle.normalized), None)
    if same is not None and not same.is_former:
        return same
    if len(handles) >= HANDLES_MAX:
        raise invalid(field, f"is one too many: a contact has at most {HANDLES_MAX}")
    if channel == INSTAGRAM:
        check_username_is_free(tx, caller, contact_id, handle.normalized, field)
    _save(tx, caller, handles, handle)
    _close(tx, caller, contact, handles, channel)
    record(
        tx,
        caller,
        "contact.handle_added",
        handle.id,
        contact_id=contact_id,
        changes={channel: (None, handle.value)},
    )
    return store.find_handle(tx, caller.organization_id, contact_id, handle.id) or handle


def update_handle(
    tx: Tx,
    caller: Caller,
    contact_id: int,
    handle_id: str,
    *,
    channel: str,
    field: str,
    value: str | None = None,
    deleted: bool | None = None,
) -> Handle:
    """Change the value of a handle, restore it (deleted=False) or delete it (deleted=True); what is None stays.

    Refused: a handle that is not the contact's or not on this channel, and what the channel refuses.
    """
    contact = _open(tx, caller, contact_id)
    before = _find(tx, caller, contact_id, handle_id, channel)
    after, now = before, times.now()
    if value is not None:
        fresh = new_handle(caller, contact_id, channel, value, field)
        after = replace(after, value=fresh.value, normalized=fresh.normalized)
    if deleted is not None:
        after = replace(after, deleted_at=(before.deleted_at or now) if deleted else None)
    if after == before:
        return before
    handles = store.list_handles(tx, caller.organization_id, contact_id)
    has_primary = any(h.is_primary for h in handles if h.channel == channel and h.id != handle_id)
    after = replace(after, updated_at=now, is_primary=before.is_primary and not has_primary and not after.deleted_at)
    store.save_handle(tx, caller.organization_id, after)
    _close(tx, caller, contact, store.list_handles(tx, caller.organization_id, contact_id), channel)
    record(
        tx,
        caller,
        _kind(before, after),
        handle_id,
        contact_id=contact_id,
        changes={channel: (before.value, after.value)},
    )
    return store.find_handle(tx, caller.organization_id, contact_id, handle_id) or after


def _kind(before: Handle, after: Handle) -> str:
    if before.deleted_at and not after.deleted_at:
        return "contact.handle_restored"
    if after.deleted_at and not before.deleted_at:
        return "contact.handle_deleted"
    return "contact.handle_updated"


def delete_handle(tx: Tx, caller: Caller, contact_id: int, handle_id: str, *, channel: str) -> Handle:
    """Delete a handle so that it can be restored; deleting twice changes nothing."""
    return update_handle(tx, caller, contact_id, handle_id, channel=channel, field=channel, deleted=True)


def erase_handle(tx: Tx, caller: Caller, contact_id: int, handle_id: str, *, channel: str) -> None:
    """Remove a handle for good, deleted before or not."""
    contact = _open(tx, caller, contact_id)
    _find(tx, caller, contact_id, handle_id, channel)
    store.delete_handle(tx, caller.organization_id, contact_id, handle_id)
    _close(tx, caller, contact, store.list_handles(tx, caller.organization_id, contact_id), channel)
    record(tx, caller, "contact.handle_erased", handle_id, contact_id=contact_id)


def _find(tx: Tx, caller: Caller, contact_id: int, handle_id: str, channel: str) -> Handle:
    handle = store.find_handle(tx, caller.organization_id, contact_id, handle_id)
    if handle is None or handle.channel != channel:
        raise NotFound(f"{channel.capitalize()} not found")
    return handle
