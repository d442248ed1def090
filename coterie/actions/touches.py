"""Logs conversations of a user with a contact."""

from collections.abc import Sequence

from coterie.actions.events import record
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.interactions import OUTGOING
from coterie.model.organizations import Caller
from coterie.model.touches import CONTACTS_MAX, FUTURE_SECONDS, KINDS, TEXT_LENGTH_MAX
from coterie.search import index_messages
from coterie.store import touches as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx


def log_touch(
    tx: Tx, caller: Caller, contact_ids: Sequence[int], *, kind: str, text: str | None = None, happened_at: str = ""
) -> dict[int, str]:
    """contact id -> id of the new touch: one conversation with each of up to 20 contacts.

    happened_at: a moment, by default now. Raises NotFound if a contact does not exist or is deleted; Invalid if there
    is none or are too many, the kind is unknown, the text is longer than 10,000 characters, or the moment is not valid
    or in the future.
    """
    unique, now = list(dict.fromkeys(contact_ids)), times.now()
    if not 1 <= len(unique) <= CONTACTS_MAX:
        raise invalid("contacts", f"must be 1 to {CONTACTS_MAX}")
    if kind not in KINDS:
        raise invalid("kind", f"is not one of {', '.join(KINDS)}", kind="choice")
    text = (text or "").strip() or None
    if text and len(text) > TEXT_LENGTH_MAX:
        raise invalid("text", f"is longer than {TEXT_LENGTH_MAX} characters", kind="too_long")
    at = times.parse_moment(happened_at, "happened_at") if happened_at.strip() else now
    if at > times.after(now, FUTURE_SECONDS):
        raise invalid("happened_at", "is in the future")
    if len(list_contacts_by_id(tx, caller.organization_id, unique)) != len(unique):
        raise NotFound("Contact not found")
    touches = {contact_id: new_id() for contact_id in unique}
    numbers = index_messages(tx, caller.organization_id, [(None, text)] * len(touches))
    rows = [(*ids, number) for ids, number in zip(touches.items(), numbers, strict=True)]
    store.insert_touches(
        tx, caller.organization_id, rows, kind=kind, happened_at=at, text=text, direction=OUTGOING, now=now
    )
    for contact_id, touch_id in touches.items():
        record(tx, caller, "interaction.logged", touch_id, contact_ids=[contact_id], now=now)
    return touches


def restore_touch(tx: Tx, caller: Caller, contact_id: int, touch_id: str) -> None:
    """Restores a deleted touch of a contact. Raises NotFound if there is none."""
    if not store.restore_touch(tx, caller.organization_id, contact_id, touch_id, times.now()):
        raise NotFound("Conversation not found")
    record(tx, caller, "interaction.logged", touch_id, contact_ids=[contact_id])


def delete_touch(tx: Tx, caller: Caller, contact_id: int, touch_id: str) -> None:
    """Deletes a touch of a contact. Raises NotFound if there is none."""
    if not store.delete_touch(tx, caller.organization_id, contact_id, touch_id, times.now()):
        raise NotFound("Conversation not found")
    record(tx, caller, "interaction.deleted", touch_id, contact_ids=[contact_id])
