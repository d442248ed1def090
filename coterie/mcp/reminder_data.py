"""Reminders of the calling user as tools show them."""

from collections.abc import Collection
from typing import Any

from coterie.mcp.outputs import without_empty
from coterie.mcp.tool import Call
from coterie.model.reminders import Reminder
from coterie.store.database import Tx
from coterie.store.reminders import list_reminders

_OF_CONTACT = 20


def present_reminder(reminder: Reminder) -> dict[str, Any]:
    """id, title, contact_id, and when: due_at, repeat, before."""
    every = f"{reminder.repeat_magnitude} {reminder.repeat_unit}" if reminder.repeat_unit else None
    before = f"{reminder.before_magnitude} {reminder.before_unit} before the date" if reminder.before_unit else None
    values = {"title": reminder.title, "due_at": reminder.due_at, "repeat": every, "before": before}
    return {"id": reminder.id} | without_empty({"contact_id": reminder.contact_id} | values)


def list_reminders_of(tx: Tx, call: Call, contact_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """contact id -> the open reminders of the calling user about it, the soonest first, 20 at most."""
    organization_id, user_id = call.caller.organization_id, call.caller.user_id or ""
    found = {}
    for contact_id in contact_ids:
        reminders = list_reminders(tx, organization_id, user_id, contact_id=contact_id, limit=_OF_CONTACT)
        found[contact_id] = [present_reminder(each) for each in reminders]
    return found
