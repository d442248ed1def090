"""Changes of reminders: by their users, and by the worker when one was sent or failed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from coterie.actions.callers import caller_for
from coterie.actions.events import record
from coterie.errors import Forbidden, NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.reminders import (
    CUSTOM,
    EMAIL,
    LATE_SECONDS,
    PUSH,
    REMINDERS_MAX,
    ContactDates,
    Reminder,
    check,
    next_before,
    next_due,
    rewind,
)
from coterie.model.time_zones import DEFAULT, zone_of
from coterie.store import reminders as store
from coterie.store.clock import TOLERANCE_SECONDS
from coterie.store.database import Tx
from coterie.store.organizations import find_user

# what a user may set
FIELDS = ("category", "title", "remind_by", "due_at", "repeat_unit", "repeat_magnitude", "repeat_count",
          "before_unit", "before_magnitude")  # fmt: skip
_DATE_FIELDS = ("category", "before_unit", "before_magnitude")


def create_reminder(tx: Tx, caller: Caller, fields: Mapping[str, Any], contact_id: int | None = None) -> Reminder:
    """Creates a reminder of the calling user, about a contact or none, from some of FIELDS.

    Without due_at, a repeating reminder begins one interval from now; one about a contact depends on the contact's
    date, by default on the day itself; any other waits until a time is set.
    Raises Invalid as model.reminders.check does or if the user has 5,000 reminders; Forbidden if the caller is not a
    user.
    """
    user_id = _user(caller)
    if store.count_reminders(tx, caller.organization_id, user_id) >= REMINDERS_MAX:
        raise invalid("title", f"exceeds the limit of {REMINDERS_MAX} reminders")
    now = times.now()
    blank = Reminder(
        id=new_id(), user_id=user_id, contact_id=contact_id, category=CUSTOM, title=None, remind_by=EMAIL, due_at=None,
        repeat_unit=None, repeat_magnitude=None, repeat_count=None, before_unit=None, before_magnitude=None,
        sent_count=0, last_sent_at=None, last_error=None, finished_at=None, created_at=now, updated_at=now,
    )  # fmt: skip
    reminder = _planned(tx, caller.organization_id, blank, fields)
    store.insert_reminder(tx, caller.organization_id, reminder)
    record(tx, caller, "reminder.created", reminder.id, contact_ids=_about(contact_id), now=now)
    return _find(tx, caller, reminder.id)


def update_reminder(tx: Tx, caller: Caller, reminder_id: str, fields: Mapping[str, Any]) -> Reminder:
    """Changes the given fields. A new due_at or a greater repeat_count restarts a finished or failed reminder.

    Raises NotFound if it is another user's; Invalid as create_reminder does.
    """
    store.lock_reminder(tx, caller.organization_id, reminder_id)
    before = _find(tx, caller, reminder_id)
    after = _planned(tx, caller.organization_id, before, fields)
    if after == before:
        return before
    if after.due_at != before.due_at:
        after = replace(after, last_error=None)
    is_over = after.repeat_count is not None and after.sent_count >= after.repeat_count
    after = replace(after, finished_at=times.now() if is_over else None, updated_at=times.now())
    store.save_reminder(tx, caller.organization_id, after)
    undo = {"before": before, "after": after}
    record(tx, caller, "reminder.updated", reminder_id, contact_ids=_about(after.contact_id), undo=undo)
    return after


def save_as_before(tx: Tx, caller: Caller, now: Reminder, before: Reminder) -> None:
    """Gives a reminder the fields that a user may set, and what follows from them, as they were before a change."""
    names = (*FIELDS, "finished_at", "last_error", "done_until")
    after = replace(now, **{name: getattr(before, name) for name in names}, updated_at=times.now())
    store.save_reminder(tx, caller.organization_id, after)
    undo = {"before": now, "after": after}
    record(tx, caller, "reminder.updated", now.id, contact_ids=_about(now.contact_id), undo=undo)


def insert_again(tx: Tx, caller: Caller, reminder: Reminder) -> None:
    """Inserts a reminder that was deleted."""
    store.insert_reminder(tx, caller.organization_id, reminder)
    record(tx, caller, "reminder.created", reminder.id, contact_ids=_about(reminder.contact_id))


def finish_reminder(tx: Tx, caller: Caller, reminder_id: str) -> Reminder:
    """Marks the next occurrence as done: a series advances to the one after it, any other reminder is finished.

    Raises NotFound if it is another user's. A finished one stays unchanged.
    """
    store.lock_reminder(tx, caller.organization_id, reminder_id)
    before = _find(tx, caller, reminder_id)
    if before.finished_at is not None:
        return before
    now = times.now()
    until = max(now, before.due_at or now)
    done = replace(before, sent_count=before.sent_count + 1, last_error=None, updated_at=now, done_until=until)
    _advance(tx, caller.organization_id, done, times.parse(until))
    after = _find(tx, caller, reminder_id)
    undo = {"before": before, "after": after}
    record(tx, caller, "reminder.updated", reminder_id, contact_ids=_about(before.contact_id), now=now, undo=undo)
    return after


def delete_reminder(tx: Tx, caller: Caller, reminder_id: str) -> None:
    """Erases a reminder. Raises NotFound if it is another user's."""
    reminder = _find(tx, caller, reminder_id)
    store.delete_reminder(tx, caller.organization_id, reminder_id)
    undo = {"before": reminder}
    record(tx, caller, "reminder.deleted", reminder_id, contact_ids=_about(reminder.contact_id), undo=undo)


def find_reminder_of_user(tx: Tx, caller: Caller, reminder_id: str) -> Reminder:
    """A reminder of the calling user. Raises NotFound if it is another user's."""
    return _find(tx, caller, reminder_id)


def _about(contact_id: int | None) -> list[int]:
    return [] if contact_id is None else [contact_id]


def _user(caller: Caller) -> str:
    if caller.user_id is None:
        raise Forbidden("Only a user has reminders")
    return caller.user_id


def _find(tx: Tx, caller: Caller, reminder_id: str) -> Reminder:
    reminder = store.find_reminder(tx, caller.organization_id, reminder_id)
    if reminder is None or reminder.user_id != caller.user_id:
        raise NotFound("Reminder not found")
    return reminder


def _planned(tx: Tx, organization_id: int, before: Reminder, fields: Mapping[str, Any]) -> Reminder:
    """The reminder with these fields and its due_at. Raises Invalid as model.reminders.check."""
    given = {name: fields[name] for name in FIELDS if name in fields}
    for name in ("category", "remind_by"):
        if given.get(name, "") is None:
            del given[name]
    if given.get("due_at") is not None:
        given["due_at"] = times.parse_moment(given["due_at"], "due_at")
    after = replace(before, **given)
    if after.repeat_unit and after.repeat_magnitude is None:
        after = replace(after, repeat_magnitude=1)
    if after.contact_id is not None and not after.before_unit and not after.due_at and not after.repeat_unit:
        after = replace(after, before_unit="day")
    if given.get("due_at") is not None:
        if given.get("before_unit") is not None:
            raise invalid("due_at", "cannot be set for a reminder that depends on a date")
        after = replace(after, before_unit=None, before_magnitude=None)
    if after.before_unit and after.before_magnitude is None:
        after = replace(after, before_magnitude=0)
    check(after)
    if after.before_unit:
        if all(getattr(after, name) == getattr(before, name) for name in _DATE_FIELDS):
            return after
        zone, dates = _circumstances(tx, organization_id, after)
        return replace(after, due_at=next_before(after, dates, zone, times.parse(times.now())))
    if after.repeat_unit and after.due_at is None:
        zone, dates = _circumstances(tx, organization_id, after)
        now = times.now()
        return replace(after, due_at=next_due(replace(after, due_at=now), dates, zone, times.parse(now)))
    return _from_now_on(tx, organization_id, after) if given.get("due_at") is not None else after


def _from_now_on(tx: Tx, organization_id: int, reminder: Reminder) -> Reminder:
    """Advances a series that starts in the past to its next occurrence; a mailed one may start up to a day ago."""
    now = times.now()
    begins_by = now if reminder.remind_by == PUSH else times.after(now, -LATE_SECONDS)
    if reminder.repeat_unit is None or reminder.due_at is None or reminder.due_at >= begins_by:
        return reminder
    zone, dates = _circumstances(tx, organization_id, reminder)
    return replace(reminder, due_at=next_due(reminder, dates, zone, times.parse(now)))


def _circumstances(tx: Tx, organization_id: int, reminder: Reminder) -> tuple[ZoneInfo, ContactDates]:
    """The user's time zone and the dates of the contact."""
    user = find_user(tx, reminder.user_id)
    zone = zone_of(user.time_zone if user else DEFAULT)
    if reminder.contact_id is None:
        return zone, ContactDates(None, ())
    return zone, store.find_dates(tx, organization_id, reminder.contact_id, reminder.user_id)


# What the worker calls -----------------------------------------------------------------------------------------------


def refresh_dates(tx: Tx, organization_id: int, *, contact_id: int | None = None, after_id: str = "") -> str | None:
    """Recomputes when the next 500 reminders that depend on dates are due, since dates were added, changed or deleted.

    Returns the id to continue after, None at the end. A reminder that is due stays due, one that failed stays failed.
    """
    now = times.now()
    found = store.list_reminders_on_dates(tx, organization_id, contact_id=contact_id, after_id=after_id)
    for reminder in found:
        if (reminder.due_at is not None and reminder.due_at <= now) or (reminder.last_error and not reminder.due_at):
            continue
        zone, dates = _circumstances(tx, organization_id, reminder)
        due_at = next_before(reminder, dates, zone, times.parse(now))
        if due_at != reminder.due_at:
            store.save_reminder(tx, organization_id, replace(reminder, due_at=due_at, updated_at=now))
    return found[-1].id if len(found) == 500 else None


def mark_sent(tx: Tx, organization_id: int, reminder_id: str, due_at: str, remark: str | None = None) -> bool:
    """Marks an occurrence as accepted by the mail server; plans the next one or finishes the reminder.

    Returns False and changes nothing if another occurrence is current. remark: a doubt about the delivery.
    """
    reminder = _occurrence(tx, organization_id, reminder_id, due_at)
    if reminder is None:
        return False
    now = times.now()
    sent = replace(reminder, sent_count=reminder.sent_count + 1, last_sent_at=now, last_error=remark, updated_at=now)
    _advance(tx, organization_id, sent, times.parse(now))
    caller = caller_for(tx, organization_id, user_id=reminder.user_id, via="worker")
    record(tx, caller, "reminder.sent", reminder_id, contact_ids=_about(reminder.contact_id), now=now)
    return True


def mark_failed(tx: Tx, organization_id: int, reminder_id: str, due_at: str, error: str) -> bool:
    """Marks an occurrence as finally failed, with its error. A single reminder stays listed as failed, a repeating one
    continues with its next occurrence."""
    reminder = _occurrence(tx, organization_id, reminder_id, due_at)
    if reminder is None:
        return False
    failed = replace(reminder, last_error=error[:500], updated_at=times.now())
    _advance(tx, organization_id, failed, times.parse(times.now()), is_failed=True)
    return True


def pass_over(tx: Tx, organization_id: int, reminder_id: str, due_at: str, *, can_mail: bool) -> None:
    """Marks an occurrence as missed: a series advances to its next occurrence.

    If it was to be mailed, the reminder shows that it was missed. An occurrence shown in the app counts as sent.
    """
    reminder = _occurrence(tx, organization_id, reminder_id, due_at)
    if reminder is None:
        return
    if can_mail and reminder.remind_by == EMAIL and not reminder.is_muted and not reminder.is_contact_deleted:
        mark_failed(tx, organization_id, reminder_id, due_at, "It could not be sent in time")
        return
    shown = 1 if reminder.remind_by == PUSH and not reminder.is_contact_deleted else 0
    now = times.now()
    _advance(
        tx, organization_id, replace(reminder, sent_count=reminder.sent_count + shown, updated_at=now), times.parse(now)
    )


def note_error(tx: Tx, organization_id: int, reminder_id: str, due_at: str, error: str) -> None:
    """Marks an occurrence as to be retried and stores the error of the last attempt."""
    reminder = _occurrence(tx, organization_id, reminder_id, due_at)
    if reminder is not None:
        store.save_reminder(tx, organization_id, replace(reminder, last_error=error[:500]))


def rewind_reminders(tx: Tx) -> int:
    """Reschedules reminders that a clock ahead of now has advanced: as sent, missed or done. Returns their number."""
    now = times.now()
    reminders = store.list_advanced_in_future(tx, times.after(now, TOLERANCE_SECONDS))
    for organization_id, advanced in reminders:
        sent_at = min(advanced.last_sent_at, now) if advanced.last_sent_at else None
        reminder = replace(advanced, last_sent_at=sent_at, advanced_at=now, done_until=None, updated_at=now)
        zone, dates = _circumstances(tx, organization_id, reminder)
        if reminder.before_unit:
            reminder = replace(reminder, due_at=next_before(reminder, dates, zone, times.parse(now)))
        elif reminder.repeat_unit:
            reminder = replace(reminder, due_at=rewind(reminder, zone, times.parse(now)))
        else:
            reminder = replace(reminder, due_at=reminder.advanced_from, last_error=None)
        store.save_reminder(tx, organization_id, reminder)
    return len(reminders)


def _occurrence(tx: Tx, organization_id: int, reminder_id: str, due_at: str) -> Reminder | None:
    store.lock_reminder(tx, organization_id, reminder_id)
    reminder = store.find_reminder(tx, organization_id, reminder_id)
    is_current = reminder is not None and reminder.finished_at is None and reminder.due_at == due_at
    return reminder if is_current else None


def _advance(tx: Tx, organization_id: int, reminder: Reminder, now: datetime, *, is_failed: bool = False) -> None:
    is_last = reminder.repeat_count is not None and reminder.sent_count >= reminder.repeat_count
    due_at = None
    if not is_last:
        zone, dates = _circumstances(tx, organization_id, reminder)
        due_at = next_due(reminder, dates, zone, now)
    is_over = is_last or (due_at is None and not reminder.before_unit and not is_failed)
    finished_at = times.moment(now) if is_over else None
    after = replace(
        reminder, due_at=due_at, finished_at=finished_at, advanced_at=times.now(), advanced_from=reminder.due_at
    )
    store.save_reminder(tx, organization_id, after)
